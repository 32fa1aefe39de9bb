/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Paths that stay beneath their directory, those that do not, and files that are not read. */
#include "boot/beneath.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

#include "boot/fd.h"
#include "tests/unit/make-tree.h"

/* Opens with one of the functions, and expects an error or the contents. */
typedef int Open (int dirfd, const char *path, int flags, GError **error);

static void
expect_open (Open *function, const Tree *tree, const char *path, const char *contents)
{
  g_autoptr (GError) error = NULL;
  kexec_autofd fd = function (tree->fd, path, O_RDONLY, &error);
  g_autofree char *read = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (fcntl (fd, F_GETFD) & FD_CLOEXEC, ==, FD_CLOEXEC);
  read = kexec_beneath_read_fd (fd, path, 100, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (read, ==, contents);
}

static void
expect_refused (Open *function, const Tree *tree, const char *path, GIOErrorEnum code)
{
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", path);
  g_assert_cmpint (function (tree->fd, path, O_RDONLY, &error), ==, -1);
  g_test_message ("%s", error->message);
  g_assert_error (error, G_IO_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, path));
}

static Tree *
make_tree (void)
{
  Tree *tree = tree_new ();

  tree_write (tree, "boot/vmlinuz-1", "kernel");
  tree_write (tree, "secret", "secret");
  tree_link (tree, "boot/vmlinuz", "vmlinuz-1");
  tree_link (tree, "boot/up", "../secret");
  tree_link (tree, "boot/absolute", "/secret");
  tree_link (tree, "boot/around", "../boot/vmlinuz-1");
  tree_link (tree, "boot/dangling", "nothing");
  tree_link (tree, "boot/loop", "loop");
  tree_link (tree, "up-and-out", "../../../../../../../../../../etc/passwd");
  return tree;
}

static void
test_open (void)
{
  g_autoptr (Tree) tree = make_tree ();

  expect_open (kexec_beneath_open, tree, "boot/vmlinuz-1", "kernel");
  expect_open (kexec_beneath_open, tree, "/boot/vmlinuz-1", "kernel");
  expect_open (kexec_beneath_open, tree, "//boot//vmlinuz", "kernel");
  expect_open (kexec_beneath_open, tree, "boot/up", "secret");
  expect_open (kexec_beneath_open, tree, "boot/../secret", "secret");
  expect_refused (kexec_beneath_open, tree, "boot/absolute", G_IO_ERROR_FAILED);
  expect_refused (kexec_beneath_open, tree, "../../etc/passwd", G_IO_ERROR_FAILED);
  expect_refused (kexec_beneath_open, tree, "up-and-out", G_IO_ERROR_FAILED);
  expect_refused (kexec_beneath_open, tree, "boot/dangling", G_IO_ERROR_NOT_FOUND);
  expect_refused (kexec_beneath_open, tree, "boot/loop", G_IO_ERROR_TOO_MANY_LINKS);
}

static void
test_open_in_root (void)
{
  g_autoptr (Tree) tree = make_tree ();

  expect_open (kexec_beneath_open_in_root, tree, "/boot/absolute", "secret");
  expect_open (kexec_beneath_open_in_root, tree, "../../secret", "secret");
  expect_refused (kexec_beneath_open_in_root, tree, "up-and-out", G_IO_ERROR_NOT_FOUND);
  expect_refused (kexec_beneath_open_in_root, tree, "etc/passwd", G_IO_ERROR_NOT_FOUND);
}

/* The directory itself. */
static void
test_open_top (void)
{
  static const char *const names[] = { "", "/", ".", "//" };
  g_autoptr (Tree) tree = make_tree ();

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GError) error = NULL;
    kexec_autofd fd = kexec_beneath_open (tree->fd, names[i], O_PATH | O_DIRECTORY, &error);

    g_assert_no_error (error);
    g_assert_cmpint (faccessat (fd, "boot/vmlinuz-1", F_OK, 0), ==, 0);
  }
}

static void
expect_not_regular (const Tree *tree, const char *path, GIOErrorEnum code, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (kexec_beneath_open_regular (tree->fd, path, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, text));
}

static void
test_regular (void)
{
  g_autoptr (Tree) tree = make_tree ();
  g_autoptr (GError) error = NULL;
  kexec_autofd fd = kexec_beneath_open_regular (tree->fd, "boot/vmlinuz", &error);

  g_assert_no_error (error);
  g_assert_cmpint (fd, >=, 0);
  tree_fifo (tree, "fifo");
  tree_write (tree, "empty", "");
  expect_not_regular (tree, "boot", G_IO_ERROR_NOT_REGULAR_FILE, "a directory");
  expect_not_regular (tree, "fifo", G_IO_ERROR_NOT_REGULAR_FILE, "a fifo"); /* and does not wait */
  expect_not_regular (tree, "empty", G_IO_ERROR_INVALID_DATA, "is empty");
  expect_not_regular (tree, "nothing", G_IO_ERROR_NOT_FOUND, "nothing");
}

static void
test_unreadable (void)
{
  g_autoptr (Tree) tree = make_tree ();

  tree_chmod (tree, "secret", 0);
  tree_drop_root ();
  expect_not_regular (tree, "secret", G_IO_ERROR_PERMISSION_DENIED, "secret");
  tree_regain_root ();
}

static void
expect_read (const Tree *tree, const char *path, gsize max, const char *contents)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *read = kexec_beneath_read (tree->fd, path, max, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (read, ==, contents);
}

static void
expect_not_read (int root_fd, const char *path, gsize max, GIOErrorEnum code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (kexec_beneath_read (root_fd, path, max, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, G_IO_ERROR, (int) code);
}

static void
test_read (void)
{
  g_autoptr (Tree) tree = make_tree ();
  g_autofree char *large = g_strnfill (10000, 'x');
  g_autoptr (GByteArray) binary = g_byte_array_new ();

  g_byte_array_append (binary, (const guint8 *) "a\0b", 3);
  tree_write (tree, "large", large);
  tree_write (tree, "empty", "");
  tree_write_bytes (tree, "binary", binary);
  tree_fifo (tree, "fifo");
  expect_read (tree, "/boot/absolute", 6, "secret");
  expect_read (tree, "large", 10000, large);
  expect_read (tree, "empty", 0, "");
  expect_not_read (tree->fd, "large", 9999, G_IO_ERROR_MESSAGE_TOO_LARGE);
  expect_not_read (tree->fd, "secret", 5, G_IO_ERROR_MESSAGE_TOO_LARGE);
  expect_not_read (tree->fd, "binary", 100, G_IO_ERROR_INVALID_DATA);
  expect_not_read (tree->fd, "fifo", 100, G_IO_ERROR_NOT_REGULAR_FILE);
  expect_not_read (tree->fd, "boot", 100, G_IO_ERROR_NOT_REGULAR_FILE);
  expect_not_read (tree->fd, "none", 100, G_IO_ERROR_NOT_FOUND);
}

/* Files of the kernel have no size, and links in /proc lead anywhere. */
static void
test_proc (void)
{
  kexec_autofd root = open ("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  g_autoptr (GError) error = NULL;
  g_autofree char *release = kexec_beneath_read (root, "/proc/sys/kernel/osrelease", 256, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (strlen (release), >, 1);
  expect_not_read (root, "/proc/self/exe", 100, G_IO_ERROR_TOO_MANY_LINKS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/beneath/open", test_open);
  g_test_add_func ("/beneath/open-in-root", test_open_in_root);
  g_test_add_func ("/beneath/open-top", test_open_top);
  g_test_add_func ("/beneath/regular", test_regular);
  g_test_add_func ("/beneath/unreadable", test_unreadable);
  g_test_add_func ("/beneath/read", test_read);
  g_test_add_func ("/beneath/proc", test_proc);
  return g_test_run ();
}
