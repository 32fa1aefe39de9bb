/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Judges lines of fstab. */
#include "boot/fstab.h"

#include <gio/gio.h>
#include <libmount.h>
#include <stdlib.h>
#include <string.h>

#include "boot/trust-private.h"
#include "image/printable.h"

#define OPTIONS_MAX 64

/* Options that make something else of the line than a block device with a file system on it, or
   that name further devices. */
static const char *const strange_options[] = {
  "bind",        "rbind",  "move",     "remount",  "loop",  "offset",
  "sizelimit",   "helper", "_netdev",  "logdev",   "rtdev", "journal_path",
  "journal_dev", "device", "lowerdir", "upperdir", "fd",    "source",
};

/* … and beginnings of such options: dm-verity's, and what mount(8) does beyond mounting. */
static const char *const strange_prefixes[] = {
  "verity.",
  "X-mount.subdir",
  "X-mount.idmap",
  "x-mount.idmap",
};

static gboolean
is_strange (const char *name, gsize length)
{
  for (guint i = 0; i < G_N_ELEMENTS (strange_options); i++)
    if (strlen (strange_options[i]) == length && strncmp (strange_options[i], name, length) == 0)
      return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (strange_prefixes); i++)
    if (g_str_has_prefix (name, strange_prefixes[i]))
      return TRUE;
  return FALSE;
}

/* Returns: (transfer full) (nullable): the first option that is not for us. */
static char *
find_strange (const char *options)
{
  char *rest = (char *) options;
  char *name;
  gsize length;

  while (mnt_optstr_next_option (&rest, &name, &length, NULL, NULL) == 0)
    if (is_strange (name, length))
      return g_strndup (name, length);
  return NULL;
}

static gboolean
is_type (const char *types)
{
  g_auto (GStrv) list = g_strsplit (types, ",", OPTIONS_MAX);

  for (guint i = 0; list[i] != NULL; i++)
    if (g_str_equal (list[i], "auto") || kexec_trust_is_local_type (list[i]))
      return TRUE;
  return *types == '\0';
}

static gboolean
is_source (const char *source)
{
  g_autofree char *value = NULL;

  return kexec_block_tag_parse (source, &value) != NULL || g_str_has_prefix (source, "/dev/");
}

char *
kexec_fstab_refuse (const KexecMount *line)
{
  g_autofree char *option = NULL;

  if (kexec_trust_is_users (line->options))
    return g_strdup_printf ("%s is not mounted, and /etc/fstab lets ordinary users mount it",
                            line->target);
  option = find_strange (line->options);
  if (option != NULL)
    return g_strdup_printf ("%s is not mounted, and the option %s in /etc/fstab makes it more than "
                            "kexecd mounts",
                            line->target, option);
  if (!is_type (line->type))
    return g_strdup_printf ("%s is not mounted, and a file system of type %s is not for kexecd to "
                            "mount",
                            line->target, line->type);
  if (!is_source (line->source))
    return g_strdup_printf ("%s is not mounted, and %s in /etc/fstab is no block device",
                            line->target, line->source);
  return NULL;
}

/* Whether the device could be the one that is meant: what LUKS, RAID or multipath are made of is
   not, although it can be called the same. */
static gboolean
is_mountable (const KexecBlockDevice *device)
{
  return !device->is_used && !g_str_equal (device->usage, "raid") &&
         !g_str_equal (device->usage, "crypto");
}

/* Returns: (transfer none) (nullable): the first device that is called so, and the second. */
static KexecBlockDevice *
find_by_tag (GPtrArray *all, const char *tag, const char *value, KexecBlockDevice *preferred,
             KexecBlockDevice **second)
{
  KexecBlockDevice *found = NULL;

  *second = NULL;
  for (guint i = 0; i < all->len; i++) {
    KexecBlockDevice *device = all->pdata[i];

    if (!is_mountable (device) || !kexec_block_device_has_tag (device, tag, value))
      continue;
    if (found == NULL) {
      found = device;
      continue;
    }
    *second = device;
    if (preferred != NULL && preferred->number == device->number) {
      *second = found;
      found = device;
    }
  }
  return found;
}

/* Returns: (transfer none) (nullable): the device that udev's link of this name leads to. */
static KexecBlockDevice *
follow_link (KexecBlockDevices *devices, const char *tag, const char *value)
{
  g_autofree char *name = kexec_block_tag_encode (value);
  g_autofree char *path = g_build_filename (kexec_block_tag_dir (tag), name, NULL);

  return kexec_block_devices_get_path (devices, path);
}

/* Returns: how to tell two devices of one name apart: by what they do not have in common. */
static const char *
advise (const KexecBlockDevice *one, const KexecBlockDevice *other)
{
  if (*one->part_uuid != '\0' && !g_str_equal (one->part_uuid, other->part_uuid))
    return "unplug one, or name the right one by its PARTUUID";
  if (*one->fs_uuid != '\0' && !g_str_equal (one->fs_uuid, other->fs_uuid))
    return "unplug one, or name the right one by its UUID";
  return "unplug one";
}

static KexecBlockDevice *
find_tagged (const KexecMount *line, KexecBlockDevices *devices, const char *tag, const char *value,
             char **ambiguity)
{
  gboolean is_readable;
  GPtrArray *all = kexec_block_devices_list (devices, &is_readable);
  KexecBlockDevice *linked = follow_link (devices, tag, value);
  KexecBlockDevice *second;
  KexecBlockDevice *found = find_by_tag (all, tag, value, linked, &second);

  if (!is_readable) {
    /* Who reads none of them cannot mount either, but what is meant can be named. */
    if (found == NULL)
      found = linked;
    *ambiguity = g_strdup_printf ("Not every block device can be read, so that more than one may "
                                  "have %s=%s, by which /etc/fstab names %s; let kexecd read them",
                                  tag, value, line->target);
    return found;
  }
  if (second != NULL)
    *ambiguity =
      g_strdup_printf ("%s and %s both have %s=%s, by which /etc/fstab names %s; %s", found->path,
                       second->path, tag, value, line->target, advise (found, second));
  return found;
}

KexecBlockDevice *
kexec_fstab_find_device (const KexecMount *line, KexecBlockDevices *devices, char **ambiguity,
                         GError **error)
{
  g_autofree char *value = NULL;
  const char *tag = kexec_block_tag_parse (line->source, &value);
  KexecBlockDevice *device;

  *ambiguity = NULL;
  device = tag != NULL ? find_tagged (line, devices, tag, value, ambiguity)
                       : kexec_block_devices_get_path (devices, line->source);
  if (device == NULL)
    g_set_error (
      error, G_IO_ERROR, G_IO_ERROR_FAILED,
      "%s is not mounted, and there is no block device %s, which /etc/fstab names for it",
      line->target, line->source);
  return device;
}

char *
kexec_fstab_choose_type (const char *types, const char *found)
{
  g_auto (GStrv) list = g_strsplit (types, ",", OPTIONS_MAX);

  if (list[0] != NULL && list[1] == NULL && !g_str_equal (types, "auto"))
    return kexec_trust_is_local_type (types) ? g_strdup (types) : NULL;
  if (!kexec_trust_is_local_type (found))
    return NULL;
  for (guint i = 0; list[i] != NULL; i++)
    if (g_str_equal (list[i], "auto") || g_str_equal (list[i], found))
      return g_strdup (found);
  return list[0] == NULL ? g_strdup (found) : NULL;
}

GStrv
kexec_fstab_options (const char *options)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  char *own = NULL;
  char *rest;
  char *name;
  char *value;
  gsize length;
  gsize value_length;

  /* What is for mount(8) (noauto, x-…) and what is for any mount (ro, nodev) go their own way. */
  if (mnt_split_optstr (options, NULL, NULL, &own, 0, 0) != 0)
    return g_strv_builder_end (builder);
  rest = own;
  for (guint i = 0; i < OPTIONS_MAX && rest != NULL &&
                    mnt_optstr_next_option (&rest, &name, &length, &value, &value_length) == 0;
       i++) {
    g_autofree char *option =
      value != NULL ? g_strdup_printf ("%.*s=%.*s", (int) length, name, (int) value_length, value)
                    : g_strndup (name, length);

    g_strv_builder_add (builder, option);
  }
  free (own);
  return g_strv_builder_end (builder);
}

char *
kexec_fstab_root (const char *options)
{
  g_auto (GStrv) list = kexec_fstab_options (options);
  char *root = g_strdup ("/");

  for (guint i = 0; list[i] != NULL; i++) {
    gboolean is_path = g_str_has_prefix (list[i], "subvol=");

    if (!is_path && !g_str_has_prefix (list[i], "subvolid="))
      continue;
    g_free (root);
    root = is_path ? g_canonicalize_filename (list[i] + strlen ("subvol="), "/") : g_strdup ("");
  }
  return root;
}
