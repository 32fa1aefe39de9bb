/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Other programs: run below a root directory, bounded in time and output, and told of when they
 * fail. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/command.h"
#include "image/error.h"
#include "tests/unit/make-tree.h"

typedef struct {
  Tree *tree;
  KexecEnvironment environment;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->tree = tree_new ();
  self->environment.root = self->tree->path;
  self->environment.root_fd = self->tree->fd;
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  tree_free (self->tree);
}

/* A program of the machine, which is a shell script here. */
static void
install (Fixture *self, const char *path, const char *script)
{
  g_autofree char *text = g_strconcat ("#!/bin/sh\n", script, "\n", NULL);

  tree_write (self->tree, path, text);
  tree_chmod (self->tree, path, 0755);
}

static void
test_output (Fixture *self, gconstpointer data)
{
  static const char *const argv[] = { "/sbin/tell", "$(id)", "two words", NULL };
  KexecCommand command = { .argv = argv, .input = "the message\n", .limit_sec = 30 };
  g_autofree char *output = NULL;
  g_autoptr (GError) error = NULL;

  install (self, "sbin/tell",
           "printf '<%s>' \"$@\"; cat; env | grep -v ^_= | sort; pwd; printf '\\377'");
  g_assert_true (kexec_command_run (&self->environment, &command, NULL, &output, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (output, ==,
                   "<$(id)><two words>the message\nLANG=C\n"
                   "PATH=/usr/sbin:/usr/bin:/sbin:/bin\nPWD=/\n/\n\xef\xbf\xbd");

  /* Without an input, there is nothing to read. */
  g_clear_pointer (&output, g_free);
  command.input = NULL;
  install (self, "sbin/tell", "cat; echo done");
  g_assert_true (kexec_command_run (&self->environment, &command, NULL, &output, &error));
  g_assert_cmpstr (output, ==, "done\n");
}

static void
test_output_is_bounded (Fixture *self, gconstpointer data)
{
  static const char *const argv[] = { "/sbin/flood", NULL };
  KexecCommand command = { .argv = argv, .limit_sec = 30 };
  g_autofree char *output = NULL;
  g_autoptr (GError) error = NULL;

  install (self, "sbin/flood", "head -c 3000000 /dev/zero | tr '\\0' x; exit 0");
  g_assert_true (kexec_command_run (&self->environment, &command, NULL, &output, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (output), ==, KEXEC_COMMAND_MAX_OUTPUT);
}

static void
test_descriptors (Fixture *self, gconstpointer data)
{
  static const char *const argv[] = { "/sbin/read", NULL };
  int fds[] = { memfd_create ("one", MFD_CLOEXEC), memfd_create ("two", MFD_CLOEXEC) };
  KexecCommand command = { .argv = argv, .fds = fds, .n_fds = 2, .limit_sec = 30 };
  g_autofree char *output = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (pwrite (fds[0], "first ", 6, 0), ==, 6);
  g_assert_cmpint (pwrite (fds[1], "second", 6, 0), ==, 6);
  /* Nothing else of ours is open there; 5 is what ls itself reads. */
  install (self, "sbin/read", "cat <&3; cat /proc/self/fd/4; echo; exec ls /proc/self/fd");
  g_assert_true (kexec_command_run (&self->environment, &command, NULL, &output, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (output, ==, "first second\n0\n1\n2\n3\n4\n5\n");
  close (fds[0]);
  close (fds[1]);
}

static void
expect_failure (Fixture *self, const KexecCommand *command, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *output = NULL;

  g_assert_false (kexec_command_run (&self->environment, command, NULL, &output, &error));
  g_assert_error (error, KEXEC_ERROR, KEXEC_ERROR_FAILED);
  g_assert_cmpstr (error->message, ==, message);
  g_assert_null (output);
}

static void
test_failures (Fixture *self, gconstpointer data)
{
  static const char *const argv[] = { "/sbin/bad", NULL };
  KexecCommand command = { .argv = argv, .limit_sec = 30 };
  g_autofree char *many = g_strnfill (150, 'y');
  g_autofree char *long_failure =
    g_strdup_printf ("/sbin/bad failed with status 1: '%s%s'", many, many);

  expect_failure (self, &command, "/sbin/bad cannot be run (it is not there)");
  g_assert_false (kexec_command_exists (&self->environment, "/sbin/bad"));
  tree_write (self->tree, "sbin/bad", "#!/bin/sh\n");
  g_assert_false (kexec_command_exists (&self->environment, "/sbin/bad"));

  install (self, "sbin/bad", "echo out; printf 'No \\033[31mfifo\\n here\\n\\n' >&2; exit 3");
  g_assert_true (kexec_command_exists (&self->environment, "/sbin/bad"));
  expect_failure (self, &command, "/sbin/bad failed with status 3: 'No \xef\xbf\xbd[31mfifo here'");
  install (self, "sbin/bad", "exit 1");
  expect_failure (self, &command, "/sbin/bad failed with status 1");
  install (self, "sbin/bad", "head -c 5000 /dev/zero | tr '\\0' y >&2; exit 1");
  expect_failure (self, &command, long_failure);
  install (self, "sbin/bad", "kill -ABRT $$");
  expect_failure (self, &command, "/sbin/bad was ended by signal 6");
}

/* Nobody holds the pipe at @path open for writing any more. */
static void
wait_unheld (Fixture *self, int fd)
{
  char byte;

  g_assert_cmpint (read (fd, &byte, 1), ==, 0);
}

/* A program that is given up is killed, and what it started with it: each holds a pipe open. */
static void
test_limit (Fixture *self, gconstpointer data)
{
  static const char *const argv[] = { "/sbin/hang", NULL };
  int ends[2];
  KexecCommand command = { .argv = argv, .fds = &ends[1], .n_fds = 1, .limit_sec = 1 };

  g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
  install (self, "sbin/hang", "sleep 1000 & sleep 1000");
  expect_failure (self, &command, "/sbin/hang did not finish within 1 seconds");
  close (ends[1]);
  wait_unheld (self, ends[0]);
  close (ends[0]);
}

static gpointer
cancel_when_it_runs (gpointer data)
{
  GCancellable *cancellable = data;
  int fd = GPOINTER_TO_INT (g_object_get_data (data, "fd"));
  char byte;

  g_assert_cmpint (read (fd, &byte, 1), ==, 1);
  g_cancellable_cancel (cancellable);
  return NULL;
}

static void
test_cancelled (Fixture *self, gconstpointer data)
{
  static const char *const argv[] = { "/sbin/hang", NULL };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  int ends[2];
  KexecCommand command = { .argv = argv, .fds = &ends[1], .n_fds = 1, .limit_sec = 1000 };
  g_autoptr (GError) error = NULL;
  GThread *thread;

  g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
  install (self, "sbin/hang", "printf . >&3; sleep 1000");
  g_object_set_data (G_OBJECT (cancellable), "fd", GINT_TO_POINTER (ends[0]));
  thread = g_thread_new ("cancel", cancel_when_it_runs, cancellable);
  g_assert_false (kexec_command_run (&self->environment, &command, cancellable, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
  close (ends[1]);
  wait_unheld (self, ends[0]);
  close (ends[0]);
}

/* What it leaves running is not waited for, also if that holds our pipes open. */
static void
test_leaves_others (Fixture *self, gconstpointer data)
{
  static const char *const argv[] = { "/sbin/leave", NULL };
  KexecCommand command = { .argv = argv, .limit_sec = 500 };
  g_autofree char *output = NULL;
  g_autoptr (GError) error = NULL;

  install (self, "sbin/leave", "sleep 1000 & echo $!");
  g_assert_true (kexec_command_run (&self->environment, &command, NULL, &output, &error));
  g_assert_no_error (error);
  g_assert_cmpint (kill ((pid_t) g_ascii_strtoll (output, NULL, 10), SIGKILL), ==, 0);
}

static void
test_start (Fixture *self, gconstpointer data)
{
  static const char *const argv[] = { "/sbin/stay", NULL };
  KexecCommand command = { .argv = argv };
  g_autoptr (GError) error = NULL;
  GPollFD polled = { .events = G_IO_IN };
  int pidfd = -1;
  GPid pid;

  g_assert_cmpint (kexec_command_start (&self->environment, &command, &pidfd, &error), ==, -1);
  g_assert_error (error, KEXEC_ERROR, KEXEC_ERROR_FAILED);
  g_clear_error (&error);

  install (self, "sbin/stay", "exec sleep 1000");
  pid = kexec_command_start (&self->environment, &command, &pidfd, &error);
  g_assert_no_error (error);
  g_assert_cmpint (pid, >, 0);
  g_assert_cmpint (getsid (pid), ==, pid);
  polled.fd = pidfd;
  g_assert_cmpint (g_poll (&polled, 1, 0), ==, 0);
  g_assert_cmpint (kill (pid, SIGTERM), ==, 0);
  g_assert_cmpint (g_poll (&polled, 1, 30000), ==, 1);
  /* The main loop reaps it. */
  while (kill (pid, 0) == 0)
    g_main_context_iteration (NULL, TRUE);
  close (pidfd);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add ("/daemon/command/" name, Fixture, NULL, set_up, test, tear_down)
  ADD ("output", test_output);
  ADD ("output-is-bounded", test_output_is_bounded);
  ADD ("descriptors", test_descriptors);
  ADD ("failures", test_failures);
  ADD ("limit", test_limit);
  ADD ("cancelled", test_cancelled);
  ADD ("leaves-others", test_leaves_others);
  ADD ("start", test_start);
#undef ADD
  return g_test_run ();
}
