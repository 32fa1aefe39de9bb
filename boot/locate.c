/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds where a file that a boot loader names lies below the root. */
#include <fcntl.h>
#include <string.h>

#include "boot/beneath.h"
#include "boot/fd.h"
#include "boot/scan.h"
#include "image/printable.h"

#define PATH_LENGTH_MAX 1024

/* What is tried, in this order. */
typedef struct {
  KexecScan *scan;
  char *path;        /* the first one that was tried: the likeliest */
  KexecPlace *place; /* its place */
} Search;

/* Whether what @path leads to is there. Sets what the first try was. */
static gboolean
is_there (Search *self, const char *path)
{
  KexecPlace *place = kexec_scan_place_of (self->scan, path);
  kexec_autofd fd = kexec_scan_open (self->scan, path, O_PATH, NULL);

  if (fd < 0 && self->path != NULL)
    return FALSE;
  g_free (self->path);
  self->path = g_strdup (path);
  self->place = place;
  return fd >= 0;
}

/* Tries @path, from the top of a file system, in a place. */
static gboolean
is_in_place (Search *self, const KexecPlace *place, const char *path)
{
  g_autofree char *below = NULL;
  const char *rest = path;

  /* A place that is a directory of its file system is a part of the paths there; but a boot loader
     that begins at the default subvolume of btrfs does not name that. */
  if (*place->fs_path != '\0' && strcmp (place->fs_path, "/") != 0) {
    gsize length = strlen (place->fs_path);

    if (g_str_has_prefix (path, place->fs_path) && path[length] == '/')
      rest = path + length;
    else if (!(place->roles & KEXEC_PLACE_ROOT))
      return FALSE;
  }
  below = kexec_place_path (place, rest);
  return is_there (self, below);
}

static gboolean
is_meant (const KexecPlace *place, const KexecFsHint *hint)
{
  return (hint->fs_uuid != NULL && *place->fs_uuid != '\0' &&
          g_ascii_strcasecmp (place->fs_uuid, hint->fs_uuid) == 0) ||
         (hint->fs_label != NULL && *place->fs_label != '\0' &&
          strcmp (place->fs_label, hint->fs_label) == 0) ||
         (hint->part_uuid != NULL && *place->part_uuid != '\0' &&
          g_ascii_strcasecmp (place->part_uuid, hint->part_uuid) == 0);
}

/* Whether it is known which file systems the root and /boot are, so that a name which none of the
   places has is another's. A label is known only to those who can ask the device. */
static gboolean
is_of_another (const KexecScan *scan, const KexecFsHint *hint)
{
  if (hint->fs_uuid == NULL && (hint->fs_label == NULL || !scan->is_live))
    return FALSE;
  for (guint i = 0; i < scan->places->len; i++) {
    const KexecPlace *place = scan->places->pdata[i];

    if ((place->roles & (KEXEC_PLACE_ROOT | KEXEC_PLACE_BOOT)) && *place->fs_uuid == '\0')
      return FALSE;
  }
  return TRUE;
}

/* Below another root nobody knows where file systems are mounted, nor what their top is: the path
   itself has to tell. */
static gboolean
is_somewhere (Search *self, const KexecPlace *first, const char *path)
{
  const KexecPlace *boot = kexec_scan_find_place (self->scan, KEXEC_PLACE_BOOT);
  const char *rest;

  if (first != NULL && is_in_place (self, first, path))
    return TRUE;
  if (boot != NULL && boot != first && is_in_place (self, boot, path))
    return TRUE;
  if (is_there (self, path))
    return TRUE;
  for (guint i = 1; i < self->scan->places->len; i++)
    if (self->scan->places->pdata[i] != boot && self->scan->places->pdata[i] != first &&
        is_in_place (self, self->scan->places->pdata[i], path))
      return TRUE;
  /* "/@/boot/vmlinuz": the subvolume that is mounted as the root. */
  rest = strstr (path + 1, "/boot/");
  if (rest != NULL && is_there (self, rest))
    return TRUE;
  rest = path[1] == '@' ? strchr (path + 1, '/') : NULL;
  return rest != NULL && is_there (self, rest);
}

/* Returns: (transfer full) (nullable): @path with one "/" before it, if nothing is wrong with it.
 */
static char *
clean_path (const char *path)
{
  g_autofree char *printable = kexec_printable (path);
  g_auto (GStrv) components = NULL;
  GString *clean;

  if (strlen (path) > PATH_LENGTH_MAX || strcmp (printable, path) != 0)
    return NULL;
  components = g_strsplit (path, "/", -1);
  if (g_strv_contains ((const char *const *) components, ".."))
    return NULL;
  clean = g_string_new (NULL);
  for (guint i = 0; components[i] != NULL; i++)
    if (*components[i] != '\0' && strcmp (components[i], ".") != 0)
      g_string_append_printf (clean, "/%s", components[i]);
  return g_string_free (clean, clean->len == 0);
}

char *
kexec_scan_locate (KexecScan *self, const KexecFsHint *hint, const char *path, KexecPlace **place)
{
  g_autofree char *clean = clean_path (path);
  Search search = { .scan = self };
  gboolean is_known = FALSE;

  if (clean == NULL)
    return NULL;
  for (guint i = 0; hint->place == NULL && i < self->places->len; i++) {
    const KexecPlace *candidate = self->places->pdata[i];

    if (!is_meant (candidate, hint))
      continue;
    is_known = TRUE;
    if (is_in_place (&search, candidate, clean))
      break;
  }
  if (hint->place != NULL && *hint->place->fs_path != '\0') {
    is_known = TRUE;
    is_in_place (&search, hint->place, clean);
  }
  if (search.path == NULL && (is_known || !is_of_another (self, hint)))
    is_somewhere (&search, hint->place, clean);
  if (search.path != NULL)
    *place = search.place;
  return search.path;
}
