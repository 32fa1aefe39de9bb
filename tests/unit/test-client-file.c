/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hashing files that stay as they are, and files that do not. */
#include "client/file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot/fd.h"
#include "image/error.h"
#include "tests/unit/make-tree.h"

/* More than is read at once. */
#define LARGE (3 * 1024 * 1024 + 5)

static int
open_file (const Tree *tree, const char *name)
{
  g_autofree char *path = g_build_filename (tree->path, name, NULL);
  g_autoptr (GError) error = NULL;
  int fd = kexec_file_open (path, &error);

  g_assert_no_error (error);
  return fd;
}

static void
expect_hash (Tree *tree, const guint8 *data, gsize size)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *expected = g_compute_checksum_for_data (G_CHECKSUM_SHA256, data, size);
  g_autoptr (GError) error = NULL;
  g_autofree char *sha256 = NULL;
  kexec_autofd fd = -1;
  KexecFileHash *hash;
  guint64 found;

  g_byte_array_append (bytes, data, (guint) size);
  tree_write_bytes (tree, "file", bytes);
  fd = open_file (tree, "file");
  hash = kexec_file_hash_start (fd, "file", &found, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found, ==, size);
  sha256 = kexec_file_hash_finish (hash, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (sha256, ==, expected);
}

static void
test_hash (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autofree guint8 *data = g_malloc (LARGE);

  for (gsize i = 0; i < LARGE; i++)
    data[i] = (guint8) (i * 31 >> 8);
  expect_hash (tree, data, 0);
  expect_hash (tree, data, 1);
  expect_hash (tree, data, 256 * 1024);
  expect_hash (tree, data, LARGE);
}

/* @size: what the file has in the end; other than in the beginning */
static void
expect_changed (off_t size)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autofree char *path = g_build_filename (tree->path, "file", NULL);
  g_autoptr (GError) error = NULL;
  kexec_autofd fd = -1;
  KexecFileHash *hash;
  guint64 found;

  tree_write (tree, "file", "");
  g_assert_no_errno (truncate (path, LARGE));
  fd = open_file (tree, "file");
  hash = kexec_file_hash_start (fd, "file", &found, &error);
  g_assert_no_error (error);
  g_assert_no_errno (truncate (path, size));
  g_assert_null (kexec_file_hash_finish (hash, &error));
  g_assert_error (error, KEXEC_ERROR, KEXEC_ERROR_IO_ERROR);
  g_assert_nonnull (strstr (error->message, "file changed while it was read"));
}

static void
test_changed (void)
{
  expect_changed (0);
  expect_changed (LARGE - 1);
  expect_changed (LARGE + 1);
}

/* Another's contents in the same place are seen by the time. */
static void
test_overwritten (void)
{
  static const struct timespec long_ago[2] = { { 1, 0 }, { 1, 0 } };
  g_autoptr (Tree) tree = tree_new ();
  g_autofree char *path = g_build_filename (tree->path, "file", NULL);
  g_autoptr (GError) error = NULL;
  kexec_autofd fd = -1;
  kexec_autofd writable = -1;
  KexecFileHash *hash;
  guint64 found;

  tree_write (tree, "file", "before");
  g_assert_no_errno (utimensat (AT_FDCWD, path, long_ago, 0));
  fd = open_file (tree, "file");
  writable = open (path, O_WRONLY | O_CLOEXEC);
  hash = kexec_file_hash_start (fd, "file", &found, &error);
  g_assert_no_error (error);
  g_assert_cmpint (pwrite (writable, "after!", 6, 0), ==, 6);
  g_assert_null (kexec_file_hash_finish (hash, &error));
  g_assert_error (error, KEXEC_ERROR, KEXEC_ERROR_IO_ERROR);
}

static void
test_too_large (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autofree char *path = g_build_filename (tree->path, "file", NULL);
  g_autoptr (GError) error = NULL;
  kexec_autofd fd = -1;
  guint64 found;

  tree_write (tree, "file", "");
  g_assert_no_errno (truncate (path, (off_t) KEXEC_FILE_MAX + 1));
  fd = open_file (tree, "file");
  g_assert_null (kexec_file_hash_start (fd, "the-file", &found, &error));
  g_assert_error (error, KEXEC_ERROR, KEXEC_ERROR_IO_ERROR);
  g_assert_nonnull (strstr (error->message, "the-file"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/file/hash", test_hash);
  g_test_add_func ("/client/file/changed", test_changed);
  g_test_add_func ("/client/file/overwritten", test_overwritten);
  g_test_add_func ("/client/file/too-large", test_too_large);
  return g_test_run ();
}
