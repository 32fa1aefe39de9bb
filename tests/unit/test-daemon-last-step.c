/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a reboot of sysvinit ends in a kexec: distributions' ways, and what to add where none is.
 */
#include "daemon/last-step.h"
#include "image/error.h"
#include "tests/unit/make-tree.h"

#define GENTOO "l6:6:wait:/sbin/openrc reboot\n"
#define DEBIAN "l6:6:wait:/etc/init.d/rc 6\nz6:6:respawn:/sbin/sulogin --force\n"

static const char old_reboot[] = "usage: reboot [-n] [-w] [-d] [-f] [-i]";
static const char new_reboot[] = "-k: reboot the system using kexec.";

static Tree *
make_tree (const char *inittab, const char *reboot)
{
  Tree *tree = tree_new ();

  tree_write (tree, "etc/inittab", inittab);
  tree_write (tree, "sbin/reboot", reboot);
  return tree;
}

static void
expect_kexec (Tree *tree)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (kexec_last_step_check (tree->fd, &error));
  g_assert_no_error (error);
}

static void
expect_none (Tree *tree, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (kexec_last_step_check (tree->fd, &error));
  g_assert_error (error, KEXEC_ERROR, KEXEC_ERROR_NO_REBOOT_BACKEND);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_line (void)
{
  g_autoptr (Tree) tree = make_tree (GENTOO "r6:6:wait:/sbin/reboot -dkn\n", new_reboot);

  expect_kexec (tree);
  /* What comes after it is never reached. */
  tree_write (tree, "etc/inittab", GENTOO "r6:6:wait:/sbin/reboot -dkn\nx:6:wait:/sbin/reboot\n");
  expect_kexec (tree);
  tree_write (tree, "etc/inittab", GENTOO "r6:6:wait:/sbin/reboot -d\nx:6:wait:/sbin/reboot -k\n");
  expect_none (tree, "A reboot ends without a kexec; replace the line 'r6:6:wait:/sbin/reboot -d'"
                     " in /etc/inittab by 'r6:6:wait:/sbin/reboot -dkn'");
  tree_write (tree, "etc/inittab", GENTOO "#r6:6:wait:/sbin/reboot -dkn\n");
  expect_none (tree, "No step of runlevel 6 in /etc/inittab kexecs; add the line"
                     " 'r6:6:wait:/sbin/reboot -dkn' after 'l6:6:wait:/sbin/openrc reboot'");
  tree_write (tree, "etc/inittab", "l6:6:wait:\x1b[2J\xff\n");
  expect_none (tree, "No step of runlevel 6 in /etc/inittab kexecs; add the line"
                     " 'r6:6:wait:/sbin/reboot -dkn' after 'l6:6:wait:\xef\xbf\xbd[2J"
                     "\xef\xbf\xbd'");
  tree_write (tree, "etc/inittab", "id:3:initdefault:\n");
  expect_none (tree, "/etc/inittab has nothing for runlevel 6; add the line"
                     " 'r6:6:wait:/sbin/reboot -dkn'");
}

/* With it, the machine would wait in runlevel 6 for ever. */
static void
test_reboot_without_k (void)
{
  static const char message[] =
    "A reboot does not end in a kexec, and this /sbin/reboot does not know the option -k; install"
    " sysvinit 3.08 or later and add the line 'r6:6:wait:/sbin/reboot -dkn' to /etc/inittab, or let"
    " kexec-tools' stop script run last (update-rc.d kexec defaults)";
  g_autoptr (Tree) tree = make_tree (GENTOO "r6:6:wait:/sbin/reboot -dkn\n", old_reboot);

  expect_none (tree, message);
  tree_write (tree, "etc/inittab", DEBIAN);
  expect_none (tree, message);
  tree_remove (tree, "sbin/reboot");
  expect_none (tree, message);
}

static void
test_wrapper (void)
{
  g_autoptr (Tree) tree = make_tree (GENTOO "r6:6:wait:/sbin/halt.sh now\n", new_reboot);

  tree_write (tree, "sbin/halt.sh", "#!/bin/sh\nsync\nexec /sbin/reboot -dkn\n");
  expect_kexec (tree);
  tree_write (tree, "sbin/halt.sh", "#!/bin/sh\nexec /sbin/reboot -dn\n");
  expect_none (tree, "A reboot ends in /sbin/halt.sh, which does not kexec; let it end with"
                     " '/sbin/reboot -dkn'");
  /* One that runs another one is not followed. */
  tree_write (tree, "sbin/halt.sh", "#!/bin/sh\nexec /sbin/halt2.sh\n");
  tree_write (tree, "sbin/halt2.sh", "#!/bin/sh\nexec /sbin/reboot -dkn\n");
  expect_none (tree, "No step of runlevel 6 in /etc/inittab kexecs; add the line"
                     " 'r6:6:wait:/sbin/reboot -dkn' after 'r6:6:wait:/sbin/halt.sh now'");
  /* A program that is no script only goes on. */
  tree_write (tree, "sbin/halt.sh",
              "\x7f"
              "ELF\nexec /sbin/reboot -dkn\n");
  expect_none (tree, "No step of runlevel 6 in /etc/inittab kexecs; add the line"
                     " 'r6:6:wait:/sbin/reboot -dkn' after 'r6:6:wait:/sbin/halt.sh now'");
}

static void
test_not_believed (void)
{
  g_autoptr (Tree) tree = make_tree (GENTOO "r6:6:wait:/sbin/halt.sh\n", new_reboot);

  tree_write (tree, "sbin/halt.sh", "#!/bin/sh\nexec /sbin/reboot -dkn\n");
  tree_chmod (tree, "sbin/halt.sh", 0775);
  expect_none (tree, "Others than root can change /sbin/halt.sh; run chown root and chmod go-w");
  tree_chmod (tree, "sbin/halt.sh", 0755);
  expect_kexec (tree);
  tree_chmod (tree, "etc/inittab", 0666);
  expect_none (tree, "Others than root can change /etc/inittab; run chown root and chmod go-w");
  tree_remove (tree, "etc/inittab");
  tree_fifo (tree, "etc/inittab");
  expect_none (tree, "Others than root can change /etc/inittab; run chown root and chmod go-w");
}

static void
test_no_inittab (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (kexec_last_step_check (tree->fd, &error));
  g_assert_error (error, KEXEC_ERROR, KEXEC_ERROR_NO_REBOOT_BACKEND);
  g_assert_nonnull (g_strstr_len (error->message, -1, "/etc/inittab"));
}

/* As Debian 12's sysv-rc, initscripts and kexec-tools have it. */
static void
make_debian (Tree *tree)
{
  tree_write (tree, "etc/init.d/rc", "#! /bin/sh\nPATH=/sbin\nACTION=stop\n");
  tree_write (tree, "etc/init.d/reboot",
              "#! /bin/sh\ndo_stop () {\n\tlog_action_msg \"Will now restart\"\n"
              "\treboot -d -f ${netdown}\n}\n");
  tree_write (tree, "etc/init.d/kexec", "#! /bin/sh\ndo_stop () {\n\t/sbin/kexec -e\n}\n");
  tree_chmod (tree, "etc/init.d/kexec", 0755);
  tree_write (tree, "sbin/kexec",
              "\x7f"
              "ELF");
  tree_chmod (tree, "sbin/kexec", 0755);
  tree_link (tree, "etc/rc6.d/K09kexec", "../init.d/kexec");
  tree_link (tree, "etc/rc6.d/K10reboot", "../init.d/reboot");
  tree_link (tree, "etc/rc6.d/K01kexec-load", "../init.d/kexec-load");
}

static void
test_stop_script (void)
{
  g_autoptr (Tree) tree = make_tree (DEBIAN, old_reboot);

  make_debian (tree);
  expect_kexec (tree);
}

static void
test_stop_script_that_does_not_count (void)
{
  static const char *const spoilt[] = { "not executable", "no kexec", "not linked", "after reboot",
                                        "another script", "openrc",   "writable" };

  for (guint i = 0; i < G_N_ELEMENTS (spoilt); i++) {
    g_autoptr (Tree) tree = make_tree (DEBIAN, new_reboot);

    g_test_message ("%s", spoilt[i]);
    make_debian (tree);
    switch (i) {
    case 0:
      tree_chmod (tree, "etc/init.d/kexec", 0644);
      break;
    case 1:
      tree_remove (tree, "sbin/kexec");
      break;
    case 2:
      tree_remove (tree, "etc/rc6.d/K09kexec");
      break;
    case 3:
      tree_remove (tree, "etc/rc6.d/K09kexec");
      tree_link (tree, "etc/rc6.d/K11kexec", "../init.d/kexec");
      break;
    case 4:
      tree_write (tree, "etc/init.d/kexec", "#!/sbin/openrc-run\nkexec -l\n");
      break;
    case 5:
      tree_write (tree, "etc/init.d/rc", "#!/bin/sh\n/sbin/openrc off && /sbin/openrc reboot\n");
      break;
    default:
      tree_chmod (tree, "etc/init.d/kexec", 0777);
      break;
    }
    expect_none (tree, "A reboot ends in /etc/init.d/reboot, which does not kexec; let it end with"
                       " '/sbin/reboot -dkn', or let kexec-tools' stop script run last (update-rc.d"
                       " kexec defaults)");
  }
}

/* Also with OpenRC's rc, which calls it last. */
static void
test_reboot_script_with_k (void)
{
  g_autoptr (Tree) tree = make_tree (DEBIAN, new_reboot);

  make_debian (tree);
  tree_remove (tree, "etc/rc6.d/K09kexec");
  tree_write (tree, "etc/init.d/reboot", "#! /bin/sh\ndo_stop () {\n\treboot -d -f -k\n}\n");
  expect_kexec (tree);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/daemon/last-step/line", test_line);
  g_test_add_func ("/daemon/last-step/reboot-without-k", test_reboot_without_k);
  g_test_add_func ("/daemon/last-step/wrapper", test_wrapper);
  g_test_add_func ("/daemon/last-step/not-believed", test_not_believed);
  g_test_add_func ("/daemon/last-step/no-inittab", test_no_inittab);
  g_test_add_func ("/daemon/last-step/stop-script", test_stop_script);
  g_test_add_func ("/daemon/last-step/stop-script-that-does-not-count",
                   test_stop_script_that_does_not_count);
  g_test_add_func ("/daemon/last-step/reboot-script-with-k", test_reboot_script_with_k);
  return g_test_run ();
}
