/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads mount tables with libmount. */
#include "boot/mount-table.h"

#include <errno.h>
#include <fcntl.h>
#include <libmount.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "boot/beneath.h"
#include "boot/fd.h"

#define MOUNTS_MAX    4096
#define MOUNTINFO_MAX (4 * 1024 * 1024)

static void
mount_free (KexecMount *self)
{
  g_free (self->source);
  g_free (self->target);
  g_free (self->type);
  g_free (self->root);
  g_free (self->options);
  g_free (self);
}

static char *
copy (const char *text)
{
  return text != NULL ? g_utf8_make_valid (text, -1) : g_strdup ("");
}

static KexecMount *
mount_new (struct libmnt_fs *fs)
{
  KexecMount *self = g_new0 (KexecMount, 1);
  gsize length;

  self->source = copy (mnt_fs_get_source (fs));
  self->target = copy (mnt_fs_get_target (fs));
  self->type = copy (mnt_fs_get_fstype (fs));
  self->root = copy (mnt_fs_get_root (fs));
  if (*self->root != '\0' && *self->root != '/') { /* "net:[4026531840]": no directory */
    g_free (self->root);
    self->root = g_strdup ("/");
  }
  self->options = copy (mnt_fs_get_options (fs));
  self->device = mnt_fs_get_devno (fs);
  for (length = strlen (self->target); length > 1 && self->target[length - 1] == '/'; length--)
    self->target[length - 1] = '\0';
  return self;
}

/* Tells libmount to pass over a line. */
static int
pass_over (struct libmnt_table *table, const char *filename, int line)
{
  return 1;
}

GPtrArray *
kexec_mount_table_parse (const char *text, gboolean is_fstab)
{
  GPtrArray *self = g_ptr_array_new_with_free_func ((GDestroyNotify) mount_free);
  struct libmnt_table *table = mnt_new_table ();
  struct libmnt_iter *iter = mnt_new_iter (MNT_ITER_FORWARD);
  FILE *stream = *text != '\0' ? fmemopen ((char *) text, strlen (text), "r") : NULL;
  struct libmnt_fs *fs;

  mnt_table_set_parser_errcb (table, pass_over);
  if (stream != NULL &&
      mnt_table_parse_stream (table, stream, is_fstab ? "fstab" : "mountinfo") == 0)
    while (self->len < MOUNTS_MAX && mnt_table_next_fs (table, iter, &fs) == 0) {
      /* libmount guesses from the first line which of the two it reads. */
      g_autofree char *target = copy (mnt_fs_get_target (fs));

      if (!!mnt_fs_is_kernel (fs) != is_fstab && g_path_is_absolute (target))
        g_ptr_array_add (self, mount_new (fs));
    }
  if (stream != NULL)
    fclose (stream);
  mnt_free_iter (iter);
  mnt_unref_table (table);
  return self;
}

const KexecMount *
kexec_mount_table_find (GPtrArray *self, const char *target)
{
  for (guint i = self->len; i-- > 0;) {
    const KexecMount *mount = self->pdata[i];

    if (g_str_equal (mount->target, target))
      return mount;
  }
  return NULL;
}

static gboolean
is_below (const char *path, const char *dir)
{
  gsize length = strlen (dir);

  return g_str_equal (dir, "/") ||
         (g_str_has_prefix (path, dir) && (path[length] == '/' || path[length] == '\0'));
}

const KexecMount *
kexec_mount_table_find_above (GPtrArray *self, const char *path)
{
  const KexecMount *found = NULL;

  for (guint i = 0; i < self->len; i++) {
    const KexecMount *mount = self->pdata[i];

    if (is_below (path, mount->target) &&
        (found == NULL || strlen (mount->target) >= strlen (found->target)))
      found = mount;
  }
  return found;
}

char *
kexec_mount_path (const KexecMount *self, const char *path)
{
  const char *rest = path + strlen (self->target);

  if (g_str_equal (path, self->target))
    return g_strdup (self->root);
  return g_build_filename (self->root, rest, NULL);
}

GPtrArray *
kexec_mount_table_read (int root_fd)
{
  kexec_autofd fd =
    kexec_beneath_open_in_root (root_fd, "/proc/thread-self/mountinfo", O_RDONLY, NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  char buffer[64 * 1024];
  ssize_t n = 0;

  while (fd >= 0 && text->len < MOUNTINFO_MAX &&
         (n = TEMP_FAILURE_RETRY (read (fd, buffer, sizeof buffer))) > 0)
    g_string_append_len (text, buffer, n);
  if (n > 0) {
    const char *end = g_strrstr_len (text->str, (gssize) text->len, "\n");

    g_string_truncate (text, end != NULL ? (gsize) (end + 1 - text->str) : 0);
  }
  return kexec_mount_table_parse (text->str, FALSE);
}
