/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is noticed of files that change, and of those that come and go. */
#include "boot/dir-watch.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "tests/unit/make-tree.h"

static KexecDirWatch *
watch (const Tree *tree, const char *path, gint64 since)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new ();

  g_ptr_array_add (paths, (gpointer) path);
  return kexec_dir_watch_new (tree->fd, paths, since);
}

static void
test_changes (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecDirWatch) self = NULL;

  tree_write (tree, "boot/a", "x");
  self = watch (tree, "/boot/a", 0);
  g_assert_false (kexec_dir_watch_take (self));
  tree_write (tree, "etc/b", "elsewhere");
  g_assert_false (kexec_dir_watch_take (self));
  tree_write (tree, "boot/a", "y");
  g_assert_true (kexec_dir_watch_take (self));
  g_assert_false (kexec_dir_watch_take (self));
  tree_chmod (tree, "boot/a", 0600);
  g_assert_true (kexec_dir_watch_take (self));
  tree_remove (tree, "boot/a");
  g_assert_true (kexec_dir_watch_take (self));
}

/* Once something has changed, it stays so. */
static void
test_quiet (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecDirWatch) self = NULL;

  tree_write (tree, "boot/a", "x");
  self = watch (tree, "/boot/a", 0);
  g_assert_true (kexec_dir_watch_is_quiet (self));
  tree_write (tree, "boot/new", "x");
  g_assert_false (kexec_dir_watch_is_quiet (self));
  g_assert_false (kexec_dir_watch_is_quiet (self));
}

/* The directories above it may come with it. */
static void
test_missing (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecDirWatch) self = NULL;

  tree_dir (tree, "etc");
  self = watch (tree, "/etc/kernel/cmdline", 0);
  g_assert_true (kexec_dir_watch_is_quiet (self));
  tree_write (tree, "etc/kernel/cmdline", "x");
  g_assert_false (kexec_dir_watch_is_quiet (self));
}

static void
test_symlink (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecDirWatch) self = NULL;

  tree_write (tree, "efi/grubenv", "x");
  tree_link (tree, "boot/grubenv", "../efi/grubenv");
  self = watch (tree, "/boot/grubenv", 0);
  g_assert_true (kexec_dir_watch_is_quiet (self));
  tree_write (tree, "efi/grubenv", "y");
  g_assert_false (kexec_dir_watch_is_quiet (self));
}

static void
test_directory (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecDirWatch) self = NULL;

  tree_dir (tree, "boot/loader/entries");
  self = watch (tree, "/boot/loader/entries", 0);
  tree_write (tree, "boot/loader/entries/a.conf", "x");
  g_assert_false (kexec_dir_watch_is_quiet (self));
}

/* What was written while it was read may have been read half. */
static void
test_unsettled (void)
{
  gint64 now = g_get_real_time ();
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecDirWatch) fresh = NULL;
  g_autoptr (KexecDirWatch) settled = NULL;

  tree_write (tree, "boot/a", "x");
  fresh = watch (tree, "/boot/a", now);
  g_assert_false (kexec_dir_watch_is_quiet (fresh));
  settled = watch (tree, "/boot/a", now + 60 * G_USEC_PER_SEC);
  g_assert_true (kexec_dir_watch_is_quiet (settled));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dir-watch/changes", test_changes);
  g_test_add_func ("/dir-watch/quiet", test_quiet);
  g_test_add_func ("/dir-watch/missing", test_missing);
  g_test_add_func ("/dir-watch/symlink", test_symlink);
  g_test_add_func ("/dir-watch/directory", test_directory);
  g_test_add_func ("/dir-watch/unsettled", test_unsettled);
  return g_test_run ();
}
