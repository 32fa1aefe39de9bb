/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sealed copies: whole, hashed, padded, and unchangeable. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "daemon/memfd.h"
#include "image/error.h"
#include "tests/unit/make-tree.h"

static int
open_file (Tree *tree, const char *contents)
{
  int fd;

  tree_write (tree, "file", contents);
  fd = openat (tree->fd, "file", O_RDONLY | O_CLOEXEC);
  g_assert_cmpint (fd, >=, 0);
  return fd;
}

static void
count (guint64 bytes, gpointer user_data)
{
  *(guint64 *) user_data = bytes;
}

static void
test_copy (void)
{
  g_autoptr (Tree) tree = tree_new ();
  int fd = open_file (tree, "hello");
  g_autoptr (KexecMemfd) memfd = kexec_memfd_new ("test", NULL);
  g_autoptr (GBytes) bytes = NULL;
  KexecInput input;
  g_autoptr (GError) error = NULL;
  guint64 seen = 0;

  g_assert_true (kexec_memfd_append (memfd, fd, "It", 5, NULL, count, &seen, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (seen, ==, 5);
  g_assert_true (kexec_memfd_pad (memfd, NULL));
  g_assert_true (kexec_memfd_append (memfd, fd, "It", 5, NULL, NULL, NULL, NULL));
  g_assert_true (kexec_memfd_seal (memfd, &error));
  g_assert_no_error (error);
  input = kexec_input_from_fd (memfd->fd, memfd->size);
  bytes = kexec_input_load (&input, 0, memfd->size);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                   "hello\0\0\0\0\0\0\0hello", 17);

  g_assert_cmpint (pwrite (memfd->fd, "J", 1, 0), ==, -1);
  g_assert_cmpint (errno, ==, EPERM);
  g_assert_cmpint (ftruncate (memfd->fd, 1), ==, -1);
  g_assert_false (kexec_memfd_pad (memfd, &error));
  g_assert_error (error, KEXEC_ERROR, KEXEC_ERROR_IO_ERROR);
  close (fd);
}

static void
test_changed (void)
{
  g_autoptr (Tree) tree = tree_new ();
  int fd = open_file (tree, "hello");

  for (guint64 size = 4; size <= 6; size += 2) {
    g_autoptr (KexecMemfd) memfd = kexec_memfd_new ("test", NULL);
    g_autoptr (GError) error = NULL;

    g_assert_false (kexec_memfd_append (memfd, fd, "It", size, NULL, NULL, NULL, &error));
    g_assert_error (error, KEXEC_ERROR, KEXEC_ERROR_IO_ERROR);
  }
  close (fd);
}

static void
test_cancelled (void)
{
  g_autoptr (Tree) tree = tree_new ();
  int fd = open_file (tree, "hello");
  g_autoptr (KexecMemfd) memfd = kexec_memfd_new ("test", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_false (kexec_memfd_append (memfd, fd, "It", 5, cancellable, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  close (fd);
}

static void
test_digest (void)
{
  g_autoptr (Tree) tree = tree_new ();
  int fd = open_file (tree, "hello");
  g_autofree char *expected = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "hello", -1);
  g_autofree char *of_part = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "ell", -1);
  guint64 seen = 0;
  g_autofree char *digest = kexec_memfd_digest (fd, 0, 5, NULL, count, &seen, NULL);
  g_autofree char *part = kexec_memfd_digest (fd, 1, 3, NULL, NULL, NULL, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (digest, ==, expected);
  g_assert_cmpuint (seen, ==, 5);
  g_assert_cmpstr (part, ==, of_part);
  g_assert_null (kexec_memfd_digest (fd, 0, 6, NULL, NULL, NULL, &error));
  g_assert_error (error, KEXEC_ERROR, KEXEC_ERROR_IO_ERROR);
  g_clear_error (&error);
  g_cancellable_cancel (cancellable);
  g_assert_null (kexec_memfd_digest (fd, 0, 5, cancellable, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  close (fd);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/daemon/memfd/copy", test_copy);
  g_test_add_func ("/daemon/memfd/changed", test_changed);
  g_test_add_func ("/daemon/memfd/cancelled", test_cancelled);
  g_test_add_func ("/daemon/memfd/digest", test_digest);
  return g_test_run ();
}
