/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/countdown.h"

#include "boot/beneath.h"
#include "boot/fd.h"
#include "daemon/command.h"
#include "daemon/process.h"
#include "image/error.h"

#define START_LIMIT_SEC 10
#define LOOK_MS         20
#define END_LIMIT_MS    5000

/* Returns: the pid that stands in the file, 0 if none does. */
static GPid
read_pid (const KexecCountdown *self, const KexecEnvironment *environment)
{
  for (guint i = 0; self->pid_files[i] != NULL; i++) {
    g_autofree char *text = kexec_beneath_read (environment->root_fd, self->pid_files[i], 64, NULL);
    gint64 pid = text != NULL ? g_ascii_strtoll (text, NULL, 10) : 0;

    if (text != NULL)
      return pid > 1 && pid <= G_MAXINT ? (GPid) pid : 0;
  }
  return 0;
}

void
kexec_countdown_look (const KexecCountdown *self, const KexecEnvironment *environment,
                      KexecShutdown *shutdown)
{
  GPid pid = shutdown->scheduled == NULL ? read_pid (self, environment) : -1;
  g_autofree char *id = pid > 0 ? kexec_process_id (environment->root_fd, pid) : NULL;
  g_autofree char *program = id != NULL ? kexec_process_program (environment->root_fd, pid) : NULL;

  /* A file that a shutdown left behind may name anybody by now. */
  if (program == NULL || !g_strv_contains (self->programs, program))
    return;
  shutdown->scheduled = g_strdup (self->shown);
  shutdown->id = g_steal_pointer (&id);
}

char *
kexec_countdown_minutes (gint64 when)
{
  gint64 left = MAX (when - g_get_real_time (), 0);

  return g_strdup_printf ("+%" G_GINT64_FORMAT, left / (60 * G_USEC_PER_SEC) + 1);
}

/* Returns: whether the pid file names it before it ends or time is over. */
static gboolean
wait_for_pid (const KexecCountdown *self, const KexecEnvironment *environment, GPid pid, int pidfd)
{
  gint64 deadline = g_get_monotonic_time () + START_LIMIT_SEC * G_USEC_PER_SEC;
  GPollFD polled = { .fd = pidfd, .events = G_IO_IN };

  while (read_pid (self, environment) != pid)
    if (g_poll (&polled, 1, LOOK_MS) != 0 || g_get_monotonic_time () > deadline)
      return FALSE;
  return TRUE;
}

char *
kexec_countdown_start (const KexecCountdown *self, const KexecEnvironment *environment,
                       const char *const *argv, GError **error)
{
  KexecCommand command = { .argv = argv };
  kexec_autofd pidfd = -1;
  GPid pid = kexec_command_start (environment, &command, &pidfd, error);
  g_autofree char *id = NULL;

  if (pid < 0)
    return NULL;
  id = kexec_process_id (environment->root_fd, pid);
  if (wait_for_pid (self, environment, pid, pidfd))
    return kexec_process_id (environment->root_fd, pid);
  if (id != NULL)
    kexec_process_end (environment->root_fd, id, self->end_signal, END_LIMIT_MS);
  g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_FAILED, "%s did not begin to count down", argv[0]);
  return NULL;
}

gboolean
kexec_countdown_end (const KexecCountdown *self, const KexecEnvironment *environment,
                     const char *id)
{
  KexecShutdown now = { 0 };
  gboolean is_there;

  kexec_countdown_look (self, environment, &now);
  is_there = g_strcmp0 (now.id, id) == 0 &&
             kexec_process_end (environment->root_fd, id, self->end_signal, END_LIMIT_MS);
  kexec_shutdown_clear (&now);
  return is_there;
}
