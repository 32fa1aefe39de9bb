/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finds the places below a root directory that is not the running system's: directories that look
 * like them. Nobody can be asked what is on which device there, but fstab says what its author
 * knew.
 */
#include <fcntl.h>
#include <string.h>

#include "boot/beneath.h"
#include "boot/block-device.h"
#include "boot/fd.h"
#include "boot/fstab.h"
#include "boot/places.h"

/* More file systems than these are not looked for boot files of other systems in. */
#define OTHERS_MAX 32

#define LINKS "/dev/disk/by-uuid/"

static gboolean
is_directory (int root_fd, const char *path)
{
  kexec_autofd fd = kexec_beneath_open_in_root (root_fd, path, O_PATH | O_DIRECTORY, NULL);

  return fd >= 0;
}

static void
set (char **field, const char *value)
{
  g_free (*field);
  *field = g_strdup (value);
}

/* Sets what a line of fstab calls the file system. */
static void
set_names (KexecPlace *place, const KexecMount *line)
{
  g_autofree char *value = NULL;
  const char *tag = kexec_block_tag_parse (line->source, &value);

  set (&place->fs_type, line->type);
  if (g_str_has_prefix (line->source, LINKS))
    set (&place->fs_uuid, line->source + strlen (LINKS));
  else if (g_strcmp0 (tag, "UUID") == 0)
    set (&place->fs_uuid, value);
  else if (g_strcmp0 (tag, "LABEL") == 0)
    set (&place->fs_label, value);
  else if (g_strcmp0 (tag, "PARTUUID") == 0)
    set (&place->part_uuid, value);
}

/* A directory that is no mount is a part of the root's file system. */
static void
set_names_as_root (KexecPlace *place, const KexecPlace *root)
{
  set (&place->fs_type, root->fs_type);
  set (&place->fs_uuid, root->fs_uuid);
  set (&place->fs_label, root->fs_label);
  set (&place->part_uuid, root->part_uuid);
  if (*root->fs_path == '\0')
    return;
  g_free (place->fs_path);
  place->fs_path = strcmp (root->fs_path, "/") == 0
                     ? g_strdup (place->path)
                     : g_strconcat (root->fs_path, place->path, NULL);
}

static void
add (GPtrArray *places, GPtrArray *fstab, KexecPlaceRoles roles, const char *path)
{
  KexecPlace *place = kexec_place_new (roles, path);
  const KexecMount *line = kexec_mount_table_find (fstab, path);

  if (line != NULL) {
    set_names (place, line);
    g_free (place->fs_path);
    place->fs_path = kexec_fstab_root (line->options);
  } else if (places->len > 0) {
    set_names_as_root (place, places->pdata[0]);
  }
  g_ptr_array_add (places, place);
}

static gboolean
is_listed (const GPtrArray *places, const char *path)
{
  for (guint i = 0; i < places->len; i++)
    if (strcmp (((const KexecPlace *) places->pdata[i])->path, path) == 0)
      return TRUE;
  return FALSE;
}

/* A boot loader's menu can name files of any file system. */
static void
add_others (GPtrArray *places, GPtrArray *fstab, int root_fd)
{
  for (guint i = 0; i < fstab->len && i < OTHERS_MAX; i++) {
    const KexecMount *line = fstab->pdata[i];

    if (g_path_is_absolute (line->target) && !is_listed (places, line->target) &&
        is_directory (root_fd, line->target))
      add (places, fstab, 0, line->target);
  }
}

GPtrArray *
kexec_places_find_in_tree (int root_fd, GPtrArray *fstab, const KexecConfig *config)
{
  static const char *const esps[] = { "/efi", "/boot/efi" };
  GPtrArray *places = g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_place_unref);

  add (places, fstab, KEXEC_PLACE_ROOT, "/");
  add (places, fstab, KEXEC_PLACE_BOOT | KEXEC_PLACE_XBOOTLDR,
       config->boot_path != NULL ? config->boot_path : "/boot");
  for (guint i = 0; i < G_N_ELEMENTS (esps); i++)
    if (is_directory (root_fd, esps[i]))
      add (places, fstab, KEXEC_PLACE_ESP, esps[i]);
  add_others (places, fstab, root_fd);
  return places;
}
