/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What PID 1 is, other processes, who is logged in, and countdowns: read below a root directory. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

#include "daemon/countdown.h"
#include "daemon/process.h"
#include "daemon/reboot.h"
#include "daemon/utmp-file.h"
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

/* --- probing --- */

static void
expect_backend (Fixture *self, const char *name)
{
  g_assert_cmpstr (kexec_reboot_probe (&self->environment, NULL)->name, ==, name);
}

static void
test_none (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  expect_backend (self, "none");
  tree_write (self->tree, "proc/1/comm", "runit\n");
  tree_fifo (self->tree, "run/initctl");
  tree_fifo (self->tree, "run/openrc/init.ctl");
  expect_backend (self, "none");
  g_assert_false (kexec_reboot_check (&kexec_reboot_none, &self->environment, &error));
  /* busybox calls itself init, too; so does a dinit that is started so. */
  tree_write (self->tree, "proc/1/comm", "init\n");
  tree_link (self->tree, "proc/1/exe", "/bin/busybox");
  expect_backend (self, "none");
}

static void
test_openrc (Fixture *self, gconstpointer data)
{
  tree_write (self->tree, "proc/1/comm", "openrc-init\n");
  expect_backend (self, "openrc-init");
  /* Newer versions make sysvinit's fifo as well. */
  tree_fifo (self->tree, "run/initctl");
  expect_backend (self, "openrc-init");
  /* A link /sbin/init to it, and an update since. */
  tree_write (self->tree, "proc/1/comm", "init\n");
  tree_link (self->tree, "proc/1/exe", "/usr/sbin/openrc-init (deleted)");
  expect_backend (self, "openrc-init");
}

static void
test_sysvinit (Fixture *self, gconstpointer data)
{
  tree_write (self->tree, "proc/1/comm", "init\n");
  expect_backend (self, "none");
  tree_fifo (self->tree, "dev/initctl");
  expect_backend (self, "sysvinit");
  tree_link (self->tree, "proc/1/exe", "/sbin/init");
  expect_backend (self, "sysvinit");
  tree_remove (self->tree, "dev/initctl");
  tree_write (self->tree, "dev/initctl", "");
  expect_backend (self, "none");
  /* Its fifo can be missing, which is another sentence. */
  tree_write (self->tree, "etc/inittab", "");
  expect_backend (self, "sysvinit");
}

/* --- processes --- */

/* Fields as in proc(5), with a name that pretends to be more of them. */
static void
add_process (Fixture *self, GPid pid, const char *name, guint start_time)
{
  g_autofree char *directory = g_strdup_printf ("proc/%d", pid);
  g_autofree char *comm_path = g_build_filename (directory, "comm", NULL);
  g_autofree char *stat_path = g_build_filename (directory, "stat", NULL);
  g_autofree char *comm = g_strdup_printf ("%s\n", name);
  g_autofree char *stat = g_strdup_printf (
    "%d (a) S 1 (b) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 %u 20 21\n", pid, start_time);

  tree_write (self->tree, comm_path, comm);
  tree_write (self->tree, stat_path, stat);
}

static void
test_process (Fixture *self, gconstpointer data)
{
  g_autofree char *id = NULL;

  g_assert_null (kexec_process_id (self->tree->fd, 4711));
  g_assert_null (kexec_process_program (self->tree->fd, 4711));
  add_process (self, 4711, "shutdown", 77);
  id = kexec_process_id (self->tree->fd, 4711);
  g_assert_cmpstr (id, ==, "4711@77");
  tree_write (self->tree, "proc/4711/stat", "4711 (a) S 1 2\n");
  g_assert_null (kexec_process_id (self->tree->fd, 4711));
  tree_write (self->tree, "proc/4711/stat", "");
  g_assert_null (kexec_process_id (self->tree->fd, 4711));
}

static void
test_end_process (Fixture *self, gconstpointer data)
{
  char *argv[] = { (char *) "sleep", (char *) "1000", NULL };
  g_autofree char *id = NULL;
  g_autofree char *other = NULL;
  int status;
  GPid pid;

  g_assert_true (g_spawn_async (NULL, argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD,
                                NULL, NULL, &pid, NULL));
  add_process (self, pid, "sleep", 77);
  other = g_strdup_printf ("%d@78", pid);
  g_assert_false (kexec_process_end (self->tree->fd, other, SIGTERM, 0));
  g_assert_false (kexec_process_end (self->tree->fd, "", SIGTERM, 0));
  g_assert_false (kexec_process_end (self->tree->fd, "1@77", SIGTERM, 0));
  g_assert_false (kexec_process_end (self->tree->fd, "-1@77", SIGTERM, 0));
  id = g_strdup_printf ("%d@77", pid);
  g_assert_true (kexec_process_end (self->tree->fd, id, SIGTERM, 30000));
  g_assert_cmpint (waitpid (pid, &status, WNOHANG), ==, pid);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGTERM);
  g_assert_false (kexec_process_end (self->tree->fd, id, SIGTERM, 0));
}

/* --- countdowns of others --- */

static const KexecCountdown countdown = {
  .pid_files = (const char *const[]){ "/run/one.pid", "/run/two.pid", NULL },
  .programs = (const char *const[]){ "shutdown", NULL },
  .shown = "shutdown",
  .end_signal = SIGINT,
};

static void
expect_shutdown (Fixture *self, const char *id)
{
  KexecShutdown shutdown = { .preparing = TRUE };

  kexec_countdown_look (&countdown, &self->environment, &shutdown);
  g_assert_cmpstr (shutdown.id, ==, id);
  g_assert_cmpstr (shutdown.scheduled, ==, id != NULL ? "shutdown" : NULL);
  g_assert_true (shutdown.preparing);
  kexec_shutdown_clear (&shutdown);
}

static void
test_countdown (Fixture *self, gconstpointer data)
{
  expect_shutdown (self, NULL);
  tree_write (self->tree, "run/two.pid", "4711\n");
  expect_shutdown (self, NULL);
  add_process (self, 4711, "shutdown", 77);
  expect_shutdown (self, "4711@77");
  /* The number has gone to another program since. */
  add_process (self, 4711, "bash", 78);
  expect_shutdown (self, NULL);
  add_process (self, 4711, "shutdown", 77);
  tree_write (self->tree, "run/one.pid", "1\n");
  expect_shutdown (self, NULL);
  tree_write (self->tree, "run/one.pid", "99999999999\n");
  expect_shutdown (self, NULL);
}

static void
test_minutes (Fixture *self, gconstpointer data)
{
  static const struct {
    gint64 seconds;
    const char *minutes;
  } cases[] = { { -100, "+1" }, { 0, "+1" }, { 50, "+1" }, { 70, "+2" }, { 3630, "+61" } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *minutes =
      kexec_countdown_minutes (g_get_real_time () + cases[i].seconds * G_USEC_PER_SEC);

    g_assert_cmpstr (minutes, ==, cases[i].minutes);
  }
}

/* --- utmp --- */

static void
add_record (GByteArray *bytes, short type, const char *user, const char *line, GPid pid)
{
  struct utmp record = { .ut_type = type, .ut_pid = pid };

  memcpy (record.ut_user, user, MIN (strlen (user), sizeof record.ut_user));
  memcpy (record.ut_line, line, MIN (strlen (line), sizeof record.ut_line));
  g_byte_array_append (bytes, (const guint8 *) &record, sizeof record);
}

static void
expect_others (Fixture *self, guint32 uid, const char *expected)
{
  g_autoptr (GPtrArray) others = kexec_utmp_others (self->tree->fd, uid);
  g_autoptr (GString) found = g_string_new (NULL);

  for (guint i = 0; i < others->len; i++)
    g_string_append_printf (found, "%s%s", i > 0 ? ", " : "", (const char *) others->pdata[i]);
  g_assert_cmpstr (found->str, ==, expected);
}

static void
test_utmp (Fixture *self, gconstpointer data)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (KexecUtmp) utmp = NULL;

  expect_others (self, 0, "");
  add_record (bytes, RUN_LVL, "runlevel", "~", 'N' * 256 + '2');
  add_record (bytes, USER_PROCESS, "root", "tty1", 100);
  add_record (bytes, USER_PROCESS, "nobody-has-this", "tty2", 101);
  add_record (bytes, USER_PROCESS, "gone", "tty3", 102);
  add_record (bytes, LOGIN_PROCESS, "LOGIN", "tty4", 100);
  add_record (bytes, DEAD_PROCESS, "dead", "tty5", 100);
  add_record (bytes, USER_PROCESS, "", "tty6", 100);
  add_record (bytes, USER_PROCESS, "a\x1b[2J\xff", "pts/0", 100);
  add_record (bytes, USER_PROCESS, "no-process", "tty7", 0);
  g_byte_array_append (bytes, (const guint8 *) "part of a record", 16);
  tree_write_bytes (self->tree, "var/run/utmp", bytes);
  add_process (self, 100, "login", 1);
  add_process (self, 101, "login", 1);
  expect_others (self, 0, "nobody-has-this (tty2), a\xef\xbf\xbd[2J\xef\xbf\xbd (pts/0)");
  expect_others (self, 12345,
                 "root (tty1), nobody-has-this (tty2), a\xef\xbf\xbd[2J\xef\xbf\xbd (pts/0)");
  utmp = kexec_utmp_read (self->tree->fd);
  g_assert_true (utmp->runlevel == '2');
  /* The other place comes first. */
  tree_write (self->tree, "run/utmp", "");
  expect_others (self, 0, "");
}

static void
test_utmp_is_bounded (Fixture *self, gconstpointer data)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (KexecUtmp) utmp = NULL;
  g_autofree char *name = g_strnfill (sizeof ((struct utmp *) NULL)->ut_user, 'u');
  const KexecUtmpSession *last;

  for (guint i = 0; i < 1001; i++)
    add_record (bytes, USER_PROCESS, name, "tty1", 100);
  utmp = kexec_utmp_parse (bytes->data, bytes->len);
  g_assert_cmpuint (utmp->sessions->len, ==, 1000);
  last = utmp->sessions->pdata[999];
  g_assert_cmpstr (last->user, ==, name);
  g_assert_cmpstr (last->line, ==, "tty1");
}

/* --- what back-ends see of a shutdown --- */

static void
expect_preparing (Fixture *self, const KexecRebootBackend *backend, gboolean expected)
{
  KexecShutdown shutdown = { 0 };

  backend->look (&self->environment, NULL, &shutdown);
  g_assert_cmpint (shutdown.preparing, ==, expected);
  kexec_shutdown_clear (&shutdown);
}

/* As the kernel shows it: @length bytes, of which NULs are left where there was more before. */
static void
set_title (Fixture *self, const char *title, guint length)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  g_byte_array_append (bytes, (const guint8 *) title, (guint) strlen (title));
  g_byte_array_set_size (bytes, length);
  memset (bytes->data + strlen (title), 0, length - strlen (title));
  tree_write_bytes (self->tree, "proc/1/cmdline", bytes);
}

static void
test_runlevel (Fixture *self, gconstpointer data)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  expect_preparing (self, &kexec_reboot_openrc, FALSE);
  tree_write (self->tree, "run/openrc/softlevel", "default\n");
  expect_preparing (self, &kexec_reboot_openrc, FALSE);
  tree_write (self->tree, "run/openrc/softlevel", "shutdown\n");
  expect_preparing (self, &kexec_reboot_openrc, TRUE);

  expect_preparing (self, &kexec_reboot_sysvinit, FALSE);
  add_record (bytes, RUN_LVL, "runlevel", "~", '2' * 256 + '6');
  tree_write_bytes (self->tree, "run/utmp", bytes);
  expect_preparing (self, &kexec_reboot_sysvinit, TRUE);
  /* What init calls itself counts before that. */
  set_title (self, "init [2]", 9);
  expect_preparing (self, &kexec_reboot_sysvinit, FALSE);
  set_title (self, "init [0]", 5000);
  expect_preparing (self, &kexec_reboot_sysvinit, TRUE);
  set_title (self, "init", 5);
  expect_preparing (self, &kexec_reboot_sysvinit, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add ("/daemon/init/" name, Fixture, NULL, set_up, test, tear_down)
  ADD ("none", test_none);
  ADD ("openrc", test_openrc);
  ADD ("sysvinit", test_sysvinit);
  ADD ("process", test_process);
  ADD ("end-process", test_end_process);
  ADD ("countdown", test_countdown);
  ADD ("minutes", test_minutes);
  ADD ("utmp", test_utmp);
  ADD ("utmp-is-bounded", test_utmp_is_bounded);
  ADD ("runlevel", test_runlevel);
#undef ADD
  return g_test_run ();
}
