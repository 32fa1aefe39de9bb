/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds GRUB's files in the places of a scan. */
#include "boot/grub/host.h"

#include <dirent.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>

#include "boot/fd.h"
#include "boot/grub/device.h"
#include "image/printable.h"

/* The longest path that a confined script can name. */
#define PATH_LENGTH_MAX 1024

/* A device that a script names, as far as it is known. */
typedef struct {
  char *index;
  char *fs_uuid;
  char *fs_label;
} Device;

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

void
kexec_grub_scan_clear (KexecGrubScan *self)
{
  g_clear_pointer (&self->suspect, g_free);
}

static void
device_clear (Device *self)
{
  g_free (self->index);
  g_free (self->fs_uuid);
  g_free (self->fs_label);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Device, device_clear)

static Device
parse_device (const char *device)
{
  return (Device){
    .index = kexec_grub_device_parse (device, "place"),
    .fs_uuid = kexec_grub_device_parse (device, "fs-uuid"),
    .fs_label = kexec_grub_device_parse (device, "label"),
  };
}

/* Returns: (transfer none) (nullable) */
static const KexecPlace *
get_place (const KexecScan *scan, const Device *device)
{
  guint64 i = device->index != NULL ? g_ascii_strtoull (device->index, NULL, 10) : G_MAXUINT;

  return i < scan->places->len ? scan->places->pdata[i] : NULL;
}

/* Whether @device can be the file system that @place is on. */
static gboolean
can_be (const KexecScan *scan, const Device *device, const KexecPlace *place)
{
  if (device->index != NULL)
    return get_place (scan, device) == place;
  if (device->fs_uuid != NULL && *place->fs_uuid != '\0')
    return g_ascii_strcasecmp (device->fs_uuid, place->fs_uuid) == 0;
  if (device->fs_label != NULL && *place->fs_label != '\0')
    return strcmp (device->fs_label, place->fs_label) == 0;
  return TRUE;
}

static gboolean
is_clean (const char *path)
{
  g_autofree char *printable = kexec_printable (path);
  g_auto (GStrv) components = g_strsplit (path, "/", -1);

  return strlen (path) <= PATH_LENGTH_MAX && strcmp (printable, path) == 0 &&
         !g_strv_contains ((const char *const *) components, "..");
}

/* Finds a file by its name alone: where else there is a file, the script would learn from where it
   is found. */
static char *
locate_confined (const KexecGrubScan *self, const Device *device, const char *path,
                 KexecPlace **place)
{
  const KexecPlace *confined = self->confined;
  const char *top = confined->fs_path;
  gboolean is_whole = strcmp (top, "/") == 0;
  g_autofree char *found = NULL;

  /* Not even the root's own script may look at the root's files: everybody's secrets are there. */
  if (confined == kexec_scan_root (self->scan) || !can_be (self->scan, device, confined) ||
      !is_clean (path))
    return NULL;
  if (!is_whole && *top != '\0' && g_str_has_prefix (path, top) && path[strlen (top)] == '/')
    found = kexec_place_path (confined, path + strlen (top) + 1);
  else if (!is_whole && kexec_place_relative (confined, path) != NULL)
    found = g_strdup (path);
  else if (is_whole || *top == '\0')
    found = kexec_place_path (confined, path + strspn (path, "/"));
  if (found == NULL || kexec_scan_place_of (self->scan, found) != confined)
    return NULL;
  *place = kexec_scan_place_of (self->scan, found);
  return g_steal_pointer (&found);
}

char *
kexec_grub_scan_locate (const KexecGrubScan *self, const char *device, const char *path,
                        KexecPlace **place)
{
  g_auto (Device) parsed = parse_device (device);
  KexecFsHint hint = {
    .place = get_place (self->scan, &parsed),
    .fs_uuid = parsed.fs_uuid,
    .fs_label = parsed.fs_label,
  };

  if (kexec_grub_device_judge (self->scan, device, NULL) == KEXEC_GRUB_DEVICE_ELSEWHERE)
    return NULL;
  if (self->confined != NULL)
    return locate_confined (self, &parsed, path, place);
  return kexec_scan_locate (self->scan, &hint, path, place);
}

/* Whether root alone can change what is at @path. */
static gboolean
is_trusted (const KexecGrubScan *self, const KexecPlace *place, const char *path)
{
  return self->judge == NULL ||
         self->judge (self->judge_data, place, kexec_scan_open_place (self->scan, place), path);
}

/* Returns: (transfer full): how much of @path there is. */
static char *
find_existing (const KexecGrubScan *self, const KexecPlace *place, const char *path)
{
  g_autofree char *there = g_strdup (place->path);
  const char *relative = kexec_place_relative (place, path);
  g_auto (GStrv) components = g_strsplit (relative != NULL ? relative : "", "/", -1);

  for (guint i = 0; components[i] != NULL; i++) {
    g_autofree char *next = g_build_filename (there, components[i], NULL);
    kexec_autofd fd = kexec_scan_open (self->scan, next, O_PATH, NULL);

    if (fd < 0)
      break;
    g_free (there);
    there = g_steal_pointer (&next);
  }
  return g_steal_pointer (&there);
}

/* Who can make a file, or take it away, decides what a script does that looks for it. One that is
   not trusted is enough to know: all entries may be others then. */
static void
judge_looked_for (KexecGrubScan *self, const KexecPlace *place, const char *path)
{
  g_autofree char *there = NULL;

  if (self->judge == NULL || self->suspect != NULL || self->confined != NULL)
    return;
  there = find_existing (self, place, path);
  if (!is_trusted (self, place, there))
    self->suspect = g_steal_pointer (&there);
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
  g_autofree char *found = kexec_grub_scan_locate (self, device, path, &place);
  g_autoptr (GError) local_error = NULL;
  char *text;

  if (found == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                 "Cannot open %s: the file system that it is on is not here", path);
    return NULL;
  }
  text = kexec_scan_read (self->scan, found, max, &local_error);
  if (text == NULL) {
    judge_looked_for (self, place, found);
    if (is_missing (local_error))
      local_error->code = G_IO_ERROR_NOT_FOUND;
    g_propagate_error (error, g_steal_pointer (&local_error));
    return NULL;
  }
  if (self->confined == NULL && !is_trusted (self, place, found))
    self->confined = place;
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
  g_autofree char *found = kexec_grub_scan_locate (self, device, path, &place);
  g_autoptr (GError) error = NULL;
  kexec_autofd fd = found != NULL ? kexec_scan_open (self->scan, found, O_PATH, &error) : -1;
  struct stat st;

  if (found != NULL)
    judge_looked_for (self, place, found);
  if (fd < 0)
    return error != NULL && is_missing (error) ? KEXEC_GRUB_MISSING : KEXEC_GRUB_UNKNOWN;
  if (fstat (fd, &st) < 0)
    return KEXEC_GRUB_UNKNOWN;
  if (S_ISDIR (st.st_mode))
    return KEXEC_GRUB_DIRECTORY;
  return st.st_size > 0 ? KEXEC_GRUB_FILE : KEXEC_GRUB_EMPTY_FILE;
}

/* What is made in a directory later is another result. */
static void
note_directory (KexecGrubScan *self, const KexecPlace *place, const char *path)
{
  g_autofree char *any = g_build_filename (path, "*", NULL);

  kexec_scan_note (self->scan, any);
  judge_looked_for (self, place, path);
}

static GPtrArray *
list (gpointer data, const char *device, const char *path, guint max)
{
  KexecGrubScan *self = data;
  KexecPlace *place = NULL;
  g_autofree char *found = kexec_grub_scan_locate (self, device, path, &place);
  int fd = found != NULL ? kexec_scan_open (self->scan, found, O_RDONLY | O_DIRECTORY, NULL) : -1;
  DIR *dir = fd >= 0 ? fdopendir (fd) : NULL;
  GPtrArray *names = NULL;
  struct dirent *file;

  if (found != NULL)
    note_directory (self, place, found);
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
