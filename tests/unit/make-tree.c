/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every failure here ends the test: a tree is either there or not. */
#include "tests/unit/make-tree.h"

#include <fcntl.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOBODY 65534

Tree *
tree_new (void)
{
  Tree *self = g_new0 (Tree, 1);
  g_autoptr (GError) error = NULL;

  umask (022);
  self->path = g_dir_make_tmp ("kexecd-test-XXXXXX", &error);
  g_assert_no_error (error);
  g_assert_no_errno (g_chmod (self->path, 0755));
  self->fd = open (self->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  g_assert_cmpint (self->fd, >=, 0);
  return self;
}

static int
remove_one (const char *path, const struct stat *st, int type, struct FTW *ftw)
{
  return remove (path);
}

void
tree_free (Tree *self)
{
  close (self->fd);
  g_assert_no_errno (nftw (self->path, remove_one, 16, FTW_DEPTH | FTW_PHYS));
  g_free (self->path);
  g_free (self);
}

/* Returns: (transfer full): where @path is outside of the tree; the directories above it exist. */
static char *
locate (Tree *self, const char *path)
{
  char *full = g_build_filename (self->path, path, NULL);
  g_autofree char *dir = g_path_get_dirname (full);

  g_assert_no_errno (g_mkdir_with_parents (dir, 0755));
  return full;
}

void
tree_dir (Tree *self, const char *path)
{
  g_autofree char *full = locate (self, path);

  g_assert_no_errno (g_mkdir_with_parents (full, 0755));
}

static void
write_file (Tree *self, const char *path, const void *data, gsize size)
{
  g_autofree char *full = locate (self, path);
  g_autoptr (GError) error = NULL;

  /* Without CONSISTENT, GLib leaves a longer file's end in place. */
  g_unlink (full);
  g_file_set_contents_full (full, data, (gssize) size, G_FILE_SET_CONTENTS_NONE, 0644, &error);
  g_assert_no_error (error);
  g_assert_no_errno (g_chmod (full, 0644));
}

void
tree_write (Tree *self, const char *path, const char *text)
{
  write_file (self, path, text, strlen (text));
}

void
tree_write_bytes (Tree *self, const char *path, const GByteArray *bytes)
{
  write_file (self, path, bytes->data, bytes->len);
}

void
tree_link (Tree *self, const char *path, const char *target)
{
  g_autofree char *full = locate (self, path);

  g_assert_no_errno (symlink (target, full));
}

void
tree_fifo (Tree *self, const char *path)
{
  g_autofree char *full = locate (self, path);

  g_assert_no_errno (mkfifo (full, 0644));
}

void
tree_chmod (Tree *self, const char *path, unsigned mode)
{
  g_autofree char *full = g_build_filename (self->path, path, NULL);

  g_assert_no_errno (g_chmod (full, (int) mode));
}

void
tree_remove (Tree *self, const char *path)
{
  g_autofree char *full = g_build_filename (self->path, path, NULL);

  g_assert_no_errno (remove (full));
}

void
tree_drop_root (void)
{
  if (geteuid () == 0)
    g_assert_no_errno (seteuid (NOBODY));
}

void
tree_regain_root (void)
{
  if (getuid () == 0)
    g_assert_no_errno (seteuid (0));
}
