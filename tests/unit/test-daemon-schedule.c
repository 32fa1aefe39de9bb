/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What back-ends without logind show of a reboot that is scheduled: a countdown by the init
 * system's own program, which an administrator can end and which is told from others'.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "daemon/process.h"
#include "daemon/reboot.h"
#include "image/error.h"
#include "tests/unit/make-tree.h"

#define MINUTE (60 * G_USEC_PER_SEC)

typedef struct {
  const KexecRebootBackend *backend;
  const char *program; /* counts down */
  const char *pid_file;
  const char *argv; /* of it, with a message "m" and one minute to go; one a line */
  const char *signal;
} Case;

static const Case cases[] = {
  { &kexec_reboot_openrc, "sbin/openrc-shutdown", "run/openrc-shutdown.pid",
    "--dry-run\n--kexec\n+2\n", "TERM" },
  { &kexec_reboot_sysvinit, "sbin/shutdown", "run/shutdown.pid", "-k\n-r\n--\n+2\nm\n", "INT" },
};

typedef struct {
  const Case *of;
  Tree *tree;
  KexecEnvironment environment;
  char *id; /* of what schedule() began */
} Fixture;

/* As both programs do: a file with their pid, which is gone when they are ended. In place of
 * %1$s stands the root directory. */
static const char counting[] = "#!/bin/sh\n"
                               "root=%1$s\n"
                               "printf '%%s\\n' \"$@\" >$root/argv\n"
                               "[ ! -e $root/fail ] || exit 1\n"
                               "mkdir -p $root/proc/$$\n"
                               "basename $0 >$root/proc/$$/comm\n"
                               "cp /proc/$$/stat $root/proc/$$/stat\n"
                               "trap 'rm -r $root/%2$s $root/proc/$$; kill $!; exit 0' %3$s\n"
                               "sleep 1000 &\n"
                               "echo $$ >$root/%2$s.new\n"
                               "mv $root/%2$s.new $root/%2$s\n"
                               "wait $!\n";

static void
install (Fixture *self, const char *path, const char *text)
{
  tree_write (self->tree, path, text);
  tree_chmod (self->tree, path, 0755);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autofree char *program = NULL;
  g_autofree char *wall = NULL;

  self->of = data;
  self->tree = tree_new ();
  self->environment.root = self->tree->path;
  self->environment.root_fd = self->tree->fd;
  program = g_strdup_printf (counting, self->tree->path, self->of->pid_file, self->of->signal);
  install (self, self->of->program, program);
  wall = g_strdup_printf ("#!/bin/sh\ncat >%s/wall\n", self->tree->path);
  install (self, "usr/bin/wall", wall);
  tree_dir (self->tree, "run");
  tree_dir (self->tree, "proc");
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  if (self->id != NULL)
    self->of->backend->cancel (&self->environment, NULL, self->id, TRUE);
  g_free (self->id);
  tree_free (self->tree);
}

static char *
read_file (Fixture *self, const char *name)
{
  g_autofree char *path = g_build_filename (self->tree->path, name, NULL);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

static void
schedule (Fixture *self)
{
  KexecRebootRequest request = { .kexec = TRUE, .message = "m" };
  g_autoptr (GError) error = NULL;

  request.when = g_get_real_time () + MINUTE + MINUTE / 2;
  self->id = self->of->backend->schedule (&self->environment, NULL, &request, &error);
  g_assert_no_error (error);
  g_assert_nonnull (self->id);
}

static void
expect_shown (Fixture *self, const char *id)
{
  KexecShutdown shutdown = { 0 };

  self->of->backend->look (&self->environment, NULL, &shutdown);
  g_assert_cmpstr (shutdown.id, ==, id);
  g_assert_cmpint (shutdown.scheduled != NULL, ==, id != NULL);
  kexec_shutdown_clear (&shutdown);
}

/* Whoever ends it, the main loop reaps it. */
static void
wait_reaped (const char *id)
{
  pid_t pid = (pid_t) g_ascii_strtoll (id, NULL, 10);

  while (kill (pid, 0) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (errno, ==, ESRCH);
}

static void
test_cancel (Fixture *self, gconstpointer data)
{
  g_autofree char *argv = NULL;
  g_autofree char *announced = NULL;
  g_autofree char *cancelled = NULL;

  schedule (self);
  expect_shown (self, self->id);
  argv = read_file (self, "argv");
  g_assert_cmpstr (argv, ==, self->of->argv);
  announced = read_file (self, "wall");
  g_assert_true (g_str_has_prefix (announced, "m\nThe system is going down for reboot at 20"));

  /* Another one is not ours to cancel. */
  self->of->backend->cancel (&self->environment, NULL, "4711@77", FALSE);
  self->of->backend->cancel (&self->environment, NULL, "", FALSE);
  expect_shown (self, self->id);

  self->of->backend->cancel (&self->environment, NULL, self->id, FALSE);
  expect_shown (self, NULL);
  wait_reaped (self->id);
  cancelled = read_file (self, "wall");
  g_assert_cmpstr (cancelled, ==, "The reboot that was announced has been cancelled.\n");
}

static void
test_quiet (Fixture *self, gconstpointer data)
{
  g_autofree char *wall = NULL;

  schedule (self);
  tree_remove (self->tree, "wall");
  self->of->backend->cancel (&self->environment, NULL, self->id, TRUE);
  expect_shown (self, NULL);
  wait_reaped (self->id);
  wall = read_file (self, "wall");
  g_assert_null (wall);
}

/* As "shutdown -c" does it, or as it is when the time has come: nothing is left to end, but users
 * are told all the same that it does not come. */
static void
test_ended_by_administrator (Fixture *self, gconstpointer data)
{
  pid_t pid;
  g_autofree char *wall = NULL;

  schedule (self);
  pid = (pid_t) g_ascii_strtoll (self->id, NULL, 10);
  g_assert_cmpint (kill (pid, g_str_equal (self->of->signal, "INT") ? SIGINT : SIGTERM), ==, 0);
  wait_reaped (self->id);
  expect_shown (self, NULL);
  tree_remove (self->tree, "wall");
  self->of->backend->cancel (&self->environment, NULL, self->id, FALSE);
  wall = read_file (self, "wall");
  g_assert_nonnull (wall);
  g_assert_nonnull (strstr (wall, "cancelled"));
}

static void
test_ends_at_once (Fixture *self, gconstpointer data)
{
  KexecRebootRequest request = { .kexec = TRUE, .when = g_get_real_time () + MINUTE };
  g_autoptr (GError) error = NULL;

  tree_write (self->tree, "fail", "");
  g_assert_null (self->of->backend->schedule (&self->environment, NULL, &request, &error));
  g_assert_error (error, KEXEC_ERROR, KEXEC_ERROR_FAILED);
  g_assert_true (g_str_has_suffix (error->message, " did not begin to count down"));
  g_clear_error (&error);
  tree_remove (self->tree, self->of->program);
  g_assert_null (self->of->backend->schedule (&self->environment, NULL, &request, &error));
  g_assert_error (error, KEXEC_ERROR, KEXEC_ERROR_FAILED);
  expect_shown (self, NULL);
}

/* Without wall(1) nothing is lost but the words. */
static void
test_no_wall (Fixture *self, gconstpointer data)
{
  tree_remove (self->tree, "usr/bin/wall");
  schedule (self);
  expect_shown (self, self->id);
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    void (*test) (Fixture *self, gconstpointer data);
  } tests[] = {
    { "cancel", test_cancel },
    { "quiet", test_quiet },
    { "ended-by-administrator", test_ended_by_administrator },
    { "ends-at-once", test_ends_at_once },
    { "no-wall", test_no_wall },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint k = 0; k < G_N_ELEMENTS (tests); k++) {
      g_autofree char *path =
        g_strdup_printf ("/daemon/schedule/%s/%s", cases[i].backend->name, tests[k].name);

      g_test_add (path, Fixture, &cases[i], set_up, tests[k].test, tear_down);
    }
  return g_test_run ();
}
