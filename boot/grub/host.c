/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds GRUB's files in the places of a scan. */
#include "boot/grub/host.h"

#include <dirent.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <sys/stat.h>

#include "boot/fd.h"

char *
kexec_grub_scan_device (const KexecScan *scan, const KexecPlace *place)
{
  g_autofree char *index = NULL;
  guint i = 0;

  while (i < scan->places->len && scan->places->pdata[i] != place)
    i++;
  index = g_strdup_printf ("%u", i);
  return kexec_grub_device_new ("place", index);
}

char *
kexec_grub_scan_locate (KexecScan *scan, const char *device, const char *path, KexecPlace **place)
{
  g_autofree char *index = kexec_grub_device_parse (device, "place");
  g_autofree char *fs_uuid = kexec_grub_device_parse (device, "fs-uuid");
  g_autofree char *fs_label = kexec_grub_device_parse (device, "label");
  KexecFsHint hint = { .fs_uuid = fs_uuid, .fs_label = fs_label };
  guint64 i = index != NULL ? g_ascii_strtoull (index, NULL, 10) : G_MAXUINT;

  if (i < scan->places->len)
    hint.place = scan->places->pdata[i];
  return kexec_scan_locate (scan, &hint, path, place);
}

/* Whether there is no such file, be it that what should be its directory is none. */
static gboolean
is_missing (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY);
}

static char *
read_file (gpointer data, const char *device, const char *path, gsize max, char **where,
           GError **error)
{
  KexecGrubScan *self = data;
  KexecPlace *place = NULL;
  g_autofree char *found = kexec_grub_scan_locate (self->scan, device, path, &place);
  g_autoptr (GError) local_error = NULL;
  char *text;

  if (found == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                 "Cannot open %s: the file system that it is on is not here", path);
    return NULL;
  }
  text = kexec_scan_read (self->scan, found, max, &local_error);
  if (text == NULL) {
    if (is_missing (local_error))
      local_error->code = G_IO_ERROR_NOT_FOUND;
    g_propagate_error (error, g_steal_pointer (&local_error));
    return NULL;
  }
  if (!g_ptr_array_find_with_equal_func (self->files, found, g_str_equal, NULL))
    g_ptr_array_add (self->files, g_strdup (found));
  *where = g_steal_pointer (&found);
  return text;
}

static KexecGrubFileKind
look (gpointer data, const char *device, const char *path)
{
  KexecGrubScan *self = data;
  KexecPlace *place = NULL;
  g_autofree char *found = kexec_grub_scan_locate (self->scan, device, path, &place);
  g_autoptr (GError) error = NULL;
  kexec_autofd fd = found != NULL ? kexec_scan_open (self->scan, found, O_PATH, &error) : -1;
  struct stat st;

  if (fd < 0)
    return error != NULL && is_missing (error) ? KEXEC_GRUB_MISSING : KEXEC_GRUB_UNKNOWN;
  if (fstat (fd, &st) < 0)
    return KEXEC_GRUB_UNKNOWN;
  if (S_ISDIR (st.st_mode))
    return KEXEC_GRUB_DIRECTORY;
  return st.st_size > 0 ? KEXEC_GRUB_FILE : KEXEC_GRUB_EMPTY_FILE;
}

static GPtrArray *
list (gpointer data, const char *device, const char *path, guint max)
{
  KexecGrubScan *self = data;
  KexecPlace *place = NULL;
  g_autofree char *found = kexec_grub_scan_locate (self->scan, device, path, &place);
  int fd = found != NULL ? kexec_scan_open (self->scan, found, O_RDONLY | O_DIRECTORY, NULL) : -1;
  DIR *dir = fd >= 0 ? fdopendir (fd) : NULL;
  GPtrArray *names = NULL;
  struct dirent *file;

  if (dir == NULL) {
    kexec_fd_clear (&fd);
    return NULL;
  }
  names = g_ptr_array_new_with_free_func (g_free);
  while (names->len < max && (file = readdir (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (file->d_name));
  closedir (dir);
  return names;
}

/* No file system is named, so that later files are looked for as this one was. */
static char *
find (gpointer data, const char *path)
{
  KexecGrubFileKind kind = look (data, "", path);

  if (kind == KEXEC_GRUB_MISSING || kind == KEXEC_GRUB_UNKNOWN)
    return NULL;
  return kexec_grub_device_new ("file", path);
}

const KexecGrubHost kexec_grub_scan_host = {
  .read = read_file,
  .look = look,
  .list = list,
  .find = find,
};
