/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/command.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "boot/beneath.h"
#include "boot/fd.h"
#include "daemon/text.h"
#include "image/error.h"

#define MAX_COMPLAINT 300 /* bytes at the beginning of the standard error that are told */

/* What one of a program's output descriptors brings. */
typedef struct {
  int fd; /* ours; -1 at the end of it */
  GString *text;
} Stream;

/* A program that runs. */
typedef struct {
  const KexecCommand *command;
  Stream out, err;
  GPid pid;
  int pidfd;
} Run;

static void
run_clear (Run *self)
{
  kexec_fd_clear (&self->out.fd);
  kexec_fd_clear (&self->err.fd);
  kexec_fd_clear (&self->pidfd);
  g_string_free (self->out.text, TRUE);
  g_string_free (self->err.text, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

static void
set_error (GError **error, const KexecCommand *command, const char *what)
{
  g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_FAILED, "%s %s", command->argv[0], what);
}

static void
set_cannot_run (GError **error, const KexecCommand *command, const char *why)
{
  g_autofree char *what = g_strdup_printf ("cannot be run (%s)", why);

  set_error (error, command, what);
}

/* --- the beginning --- */

/* In the child: with what it starts it is a group of its own, to be ended together, and away from
 * any terminal. */
static void
leave_session (gpointer user_data)
{
  setsid ();
}

static int
open_input (const char *text)
{
  kexec_autofd fd = memfd_create ("kexecd-input", MFD_CLOEXEC);
  gsize length = strlen (text);

  if (fd < 0 || write (fd, text, length) != (ssize_t) length || lseek (fd, 0, SEEK_SET) != 0)
    return -1;
  return kexec_fd_steal (&fd);
}

/* g_spawn's own argument vector: the file to run stands before the program's. */
static GPtrArray *
spawn_argv (const KexecEnvironment *environment, const KexecCommand *command)
{
  GPtrArray *argv = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (argv, g_build_filename (environment->root, command->argv[0], NULL));
  for (gsize i = 0; command->argv[i] != NULL; i++)
    g_ptr_array_add (argv, g_strdup (command->argv[i]));
  g_ptr_array_add (argv, NULL);
  return argv;
}

/* @out_fd, @err_fd: -1 for /dev/null */
static GPid
spawn (const KexecEnvironment *environment, const KexecCommand *command, int out_fd, int err_fd,
       GError **error)
{
  static const char *const variables[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C", NULL };
  g_autoptr (GPtrArray) argv = spawn_argv (environment, command);
  g_autofree int *targets = g_new (int, command->n_fds + 1);
  kexec_autofd in_fd = command->input != NULL ? open_input (command->input) : -1;
  GSpawnFlags flags = G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_FILE_AND_ARGV_ZERO;
  g_autoptr (GError) cause = NULL;
  GPid pid;

  if (command->input != NULL && in_fd < 0) {
    set_cannot_run (error, command, g_strerror (errno));
    return -1;
  }
  flags |= out_fd < 0 ? G_SPAWN_STDOUT_TO_DEV_NULL : 0;
  flags |= err_fd < 0 ? G_SPAWN_STDERR_TO_DEV_NULL : 0;
  for (gsize i = 0; i < command->n_fds; i++)
    targets[i] = 3 + (int) i;
  if (g_spawn_async_with_pipes_and_fds ("/", (const char *const *) argv->pdata, variables, flags,
                                        leave_session, NULL, in_fd, out_fd, err_fd, command->fds,
                                        targets, command->n_fds, &pid, NULL, NULL, NULL, &cause))
    return pid;
  set_cannot_run (error, command,
                  g_error_matches (cause, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT) ? "it is not there"
                                                                              : cause->message);
  return -1;
}

/* Returns: the end for the program, or -1. */
static int
open_stream (Stream *self)
{
  int ends[2];

  if (pipe2 (ends, O_CLOEXEC) < 0)
    return -1;
  self->fd = ends[0];
  fcntl (self->fd, F_SETFL, O_NONBLOCK);
  return ends[1];
}

static int
open_process (GPid pid)
{
  return (int) syscall (SYS_pidfd_open, pid, 0);
}

/* Returns: how it ended. */
static int
reap (GPid pid)
{
  int status = 0;

  while (waitpid (pid, &status, 0) < 0 && errno == EINTR)
    ;
  return status;
}

/* With all that it started. */
static void
end (GPid pid)
{
  kill (-pid, SIGKILL);
  reap (pid);
}

static gboolean
begin (Run *self, const KexecEnvironment *environment, GError **error)
{
  kexec_autofd out_fd = open_stream (&self->out);
  kexec_autofd err_fd = open_stream (&self->err);

  if (out_fd < 0 || err_fd < 0) {
    set_cannot_run (error, self->command, g_strerror (errno));
    return FALSE;
  }
  self->pid = spawn (environment, self->command, out_fd, err_fd, error);
  if (self->pid < 0)
    return FALSE;
  self->pidfd = open_process (self->pid);
  if (self->pidfd >= 0)
    return TRUE;
  set_cannot_run (error, self->command, g_strerror (errno));
  end (self->pid);
  return FALSE;
}

/* --- while it runs --- */

/* Takes what is there now; what is too much is read, but not kept. */
static void
stream_read (Stream *self)
{
  char buffer[4096];

  for (guint rounds = 0; self->fd >= 0 && rounds < 64; rounds++) {
    ssize_t n = read (self->fd, buffer, sizeof buffer);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && errno == EAGAIN)
      return;
    if (n <= 0)
      kexec_fd_clear (&self->fd);
    else
      g_string_append_len (self->text, buffer,
                           (gssize) MIN ((gsize) n, KEXEC_COMMAND_MAX_OUTPUT - self->text->len));
  }
}

/* Returns: whether it has ended by itself; else why we do not wait any longer. */
static gboolean
attend (Run *self, GCancellable *cancellable, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + self->command->limit_sec * G_USEC_PER_SEC;
  GPollFD polled[] = {
    { .fd = self->pidfd, .events = G_IO_IN },
    { .events = G_IO_IN },
    { .events = G_IO_IN },
    { .fd = -1 },
  };
  guint n_polled = g_cancellable_make_pollfd (cancellable, &polled[3]) ? 4 : 3;
  gboolean has_ended = FALSE;

  while (!has_ended && !g_cancellable_set_error_if_cancelled (cancellable, error)) {
    gint64 left = deadline - g_get_monotonic_time ();
    g_autofree char *what = NULL;

    if (left <= 0) {
      what = g_strdup_printf ("did not finish within %u seconds", self->command->limit_sec);
      set_error (error, self->command, what);
      break;
    }
    polled[1].fd = self->out.fd;
    polled[2].fd = self->err.fd;
    g_poll (polled, n_polled, (int) (left / 1000) + 1);
    has_ended = polled[0].revents != 0;
    stream_read (&self->out);
    stream_read (&self->err);
  }
  if (n_polled == 4)
    g_cancellable_release_fd (cancellable);
  return has_ended;
}

/* --- the end --- */

static gboolean
check_status (Run *self, int status, GError **error)
{
  /* What follows the reason is a usage or a dump, kexec-tools' of its segments, say. */
  char *said = g_string_truncate (self->err.text, MAX_COMPLAINT)->str;
  g_autofree char *reason = kexec_text_sanitize (g_strstrip (g_strdelimit (said, "\n\t", ' ')));
  g_autofree char *how = NULL;
  g_autofree char *what = NULL;

  if (WIFEXITED (status) && WEXITSTATUS (status) == 0)
    return TRUE;
  how = WIFSIGNALED (status) ? g_strdup_printf ("was ended by signal %d", WTERMSIG (status))
                             : g_strdup_printf ("failed with status %d", WEXITSTATUS (status));
  what = *reason != '\0' ? g_strdup_printf ("%s: '%s'", how, reason) : g_strdup (how);
  set_error (error, self->command, what);
  return FALSE;
}

gboolean
kexec_command_run (const KexecEnvironment *environment, const KexecCommand *command,
                   GCancellable *cancellable, char **output, GError **error)
{
  g_auto (Run) self = {
    .command = command,
    .out = { -1, g_string_new (NULL) },
    .err = { -1, g_string_new (NULL) },
    .pidfd = -1,
  };

  if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
      !begin (&self, environment, error))
    return FALSE;
  if (!attend (&self, cancellable, error)) {
    end (self.pid);
    return FALSE;
  }
  if (!check_status (&self, reap (self.pid), error))
    return FALSE;
  if (output != NULL)
    *output = g_utf8_make_valid (self.out.text->str, (gssize) self.out.text->len);
  return TRUE;
}

static void
on_started_ended (GPid pid, int status, gpointer user_data)
{
  g_spawn_close_pid (pid);
}

GPid
kexec_command_start (const KexecEnvironment *environment, const KexecCommand *command, int *pidfd,
                     GError **error)
{
  GPid pid = spawn (environment, command, -1, -1, error);

  if (pid < 0)
    return -1;
  *pidfd = open_process (pid);
  if (*pidfd < 0) {
    set_cannot_run (error, command, g_strerror (errno));
    end (pid);
    return -1;
  }
  g_child_watch_add (pid, on_started_ended, NULL);
  return pid;
}

gboolean
kexec_command_exists (const KexecEnvironment *environment, const char *path)
{
  kexec_autofd fd = kexec_beneath_open_in_root (environment->root_fd, path, O_PATH, NULL);
  struct stat st;

  return fd >= 0 && fstat (fd, &st) == 0 && S_ISREG (st.st_mode) && (st.st_mode & 0111) != 0;
}
