/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The places of the running system, from its mounts, fstab and partition types. */
#include <fcntl.h>
#include <gio/gio.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "boot/beneath.h"
#include "boot/fd.h"
#include "boot/fstab.h"
#include "boot/mount-table.h"
#include "boot/places.h"

/* Where an EFI System Partition is usually mounted, besides /boot. */
static const char *const esp_paths[] = { "/efi", "/boot/efi", "/esp" };

/* Partition types: the Discoverable Partitions Specification (UAPI.2); the last is MBR's. */
static const struct {
  const char *type;
  KexecPlaceRoles roles;
} partition_types[] = {
  { "c12a7328-f81f-11d2-ba4b-00a0c93ec93b", KEXEC_PLACE_ESP },
  { "bc13c2ff-59e6-4262-a352-b275fd6f7172", KEXEC_PLACE_XBOOTLDR },
  { "0xef", KEXEC_PLACE_ESP },
};

typedef struct {
  const KexecPlacesFacts *facts;
  const KexecConfig *config;
  GPtrArray *places;
} Search;

static const char *
boot_path (const KexecConfig *config)
{
  return config->boot_path != NULL ? config->boot_path : "/boot";
}

static char *
read_fd_path (int fd)
{
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);

  return g_file_read_link (link, NULL);
}

/* Returns: (transfer full): where @path leads to below the root, as mountinfo calls it; @path
   itself if nothing is there. */
static char *
canonical (int root_fd, const char *path)
{
  kexec_autofd fd = kexec_beneath_open_in_root (root_fd, path, O_PATH | O_DIRECTORY, NULL);
  g_autofree char *root = read_fd_path (root_fd);
  g_autofree char *there = fd >= 0 ? read_fd_path (fd) : NULL;
  gsize length = root != NULL ? strlen (root) : 0;

  if (there == NULL || length == 0)
    return g_strdup (path);
  if (length == 1)
    return g_steal_pointer (&there);
  return g_str_has_prefix (there, root) && there[length] == '/' ? g_strdup (there + length)
                                                                : g_strdup (path);
}

void
kexec_places_touch (int root_fd, const KexecConfig *config)
{
  g_free (canonical (root_fd, boot_path (config)));
  for (guint i = 0; i < G_N_ELEMENTS (esp_paths); i++)
    g_free (canonical (root_fd, esp_paths[i]));
}

static void
set (char **member, const char *value)
{
  g_free (*member);
  *member = g_strdup (value);
}

static void
take_device (KexecPlace *place, const KexecBlockDevice *device)
{
  set (&place->device, device->path);
  set (&place->fs_uuid, device->fs_uuid);
  set (&place->fs_label, device->fs_label);
  set (&place->part_uuid, device->part_uuid);
}

/* Returns: (transfer none) (nullable): the device of a mount: by the number of its files; btrfs has
   numbers of its own, there the source tells. */
static const KexecBlockDevice *
find_device (const Search *self, const KexecMount *mount)
{
  const KexecBlockDevice *device = NULL;

  if (major (mount->device) != 0)
    device = kexec_block_devices_get (self->facts->devices, mount->device);
  if (device == NULL && g_str_has_prefix (mount->source, "/dev/"))
    device = kexec_block_devices_get_path (self->facts->devices, mount->source);
  return device;
}

static void
take_mount (const Search *self, KexecPlace *place, const KexecMount *mount, const char *path)
{
  const KexecBlockDevice *device = find_device (self, mount);

  if (g_str_equal (mount->type, "autofs")) /* nothing could be mounted there */
    return;
  set (&place->fs_type, mount->type);
  g_free (place->fs_path);
  place->fs_path = kexec_mount_path (mount, path);
  if (device != NULL)
    take_device (place, device);
  else if (g_str_has_prefix (mount->source, "/dev/"))
    set (&place->device, mount->source);
}

/* Returns: the roles that a partition's type gives; 0 if it is none of those that are looked for.
 */
static KexecPlaceRoles
roles_of (const KexecBlockDevice *device)
{
  for (guint i = 0; device != NULL && i < G_N_ELEMENTS (partition_types); i++)
    if (g_ascii_strcasecmp (device->part_type, partition_types[i].type) == 0)
      return partition_types[i].roles;
  return 0;
}

static gboolean
is_fat (const char *type)
{
  return g_str_equal (type, "vfat") || g_str_equal (type, "msdos");
}

/* Whether there is an EFI directory; one that only root may look at counts. */
static gboolean
has_efi_directory (const Search *self, const char *path)
{
  g_autofree char *efi = g_build_filename (path, "EFI", NULL);
  g_autoptr (GError) error = NULL;
  kexec_autofd fd =
    kexec_beneath_open_in_root (self->facts->root_fd, efi, O_PATH | O_DIRECTORY, &error);

  return fd >= 0 || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
}

/* Returns: what is mounted at @path besides /boot, by its partition's type, or, where that is not
   known, by what it looks like. */
static KexecPlaceRoles
roles_of_mount (const Search *self, const KexecMount *mount, const char *path)
{
  const KexecBlockDevice *device = find_device (self, mount);

  if (device != NULL && *device->part_type != '\0')
    return roles_of (device);
  return is_fat (mount->type) && has_efi_directory (self, path) ? KEXEC_PLACE_ESP : 0;
}

/* Returns: (transfer full) (nullable): why a file system that fstab lists is not mounted by us. */
static char *
refuse_line (const Search *self, const KexecMount *line)
{
  if (!self->config->mount_boot)
    return g_strdup_printf ("%s is listed in /etc/fstab and not mounted, and MountBoot=no keeps "
                            "kexecd from mounting it",
                            line->target);
  return kexec_fstab_refuse (line);
}

/* Returns: (transfer full) (nullable): why anybody may have brought this device. */
static char *
refuse_device (const Search *self, dev_t device)
{
  return self->facts->refuse_device != NULL ? self->facts->refuse_device (device) : NULL;
}

/* Finds out what would be mounted. Returns: (transfer full) (nullable): why it cannot be. */
static char *
take_line (const Search *self, KexecPlace *place, const KexecMount *line)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *ambiguity = NULL;
  g_autofree char *type = NULL;
  g_autofree char *refusal = NULL;
  const KexecBlockDevice *device =
    kexec_fstab_find_device (line, self->facts->devices, &ambiguity, &error);

  if (device == NULL)
    return g_strdup (error->message);
  /* Not even for a look: what is on it may be made to attack the kernel's file systems. */
  refusal = refuse_device (self, device->number);
  if (refusal != NULL)
    return g_strdup_printf ("%s is not mounted, and would be mounted from %s", line->target,
                            refusal);
  take_device (place, device);
  place->roles |= roles_of (device);
  if (ambiguity != NULL)
    set (&place->distrust, ambiguity);
  type = kexec_fstab_choose_type (line->type, device->fs_type);
  if (type == NULL && *device->fs_type != '\0')
    return g_strdup_printf ("%s is not mounted, and %s on %s is not for kexecd to mount",
                            line->target, device->fs_type, device->path);
  set (&place->fs_type, type != NULL ? type : "");
  return NULL;
}

/* Makes a place of a file system that fstab lists and that is not mounted. */
static KexecPlace *
new_unmounted (const Search *self, const KexecMount *line, KexecPlaceRoles roles, const char *path)
{
  KexecPlace *place = kexec_place_new (roles, path);
  g_autofree char *refusal = refuse_line (self, line);

  place->needs_mount = TRUE;
  set (&place->options, line->options);
  g_free (place->fs_path);
  place->fs_path = kexec_fstab_root (line->options);
  if (refusal == NULL)
    refusal = take_line (self, place, line);
  if (refusal != NULL)
    set (&place->refusal, refusal);
  return place;
}

static void
add_root (Search *self)
{
  KexecPlace *place = kexec_place_new (KEXEC_PLACE_ROOT, "/");
  const KexecMount *mount = kexec_mount_table_find (self->facts->mounts, "/");

  if (mount != NULL)
    take_mount (self, place, mount, "/");
  g_ptr_array_add (self->places, place);
}

static void
add_boot (Search *self)
{
  const KexecPlaceRoles roles = KEXEC_PLACE_BOOT | KEXEC_PLACE_XBOOTLDR;
  const char *path = boot_path (self->config);
  g_autofree char *there = canonical (self->facts->root_fd, path);
  const KexecMount *mount = kexec_mount_table_find_above (self->facts->mounts, there);
  const KexecMount *line = kexec_mount_table_find (self->facts->fstab, there);
  KexecPlace *place;

  if (line != NULL && (mount == NULL || !g_str_equal (mount->target, there))) {
    g_ptr_array_add (self->places, new_unmounted (self, line, roles, path));
    return;
  }
  place = kexec_place_new (roles, path);
  if (mount != NULL)
    take_mount (self, place, mount, there);
  if (mount != NULL && g_str_equal (mount->target, there))
    place->roles |= roles_of_mount (self, mount, path);
  g_ptr_array_add (self->places, place);
}

/* Whether the same directory of the same device is a place already. */
static gboolean
is_known (const Search *self, const KexecPlace *place)
{
  for (guint i = 0; i < self->places->len; i++) {
    const KexecPlace *other = self->places->pdata[i];

    if (g_str_equal (other->path, place->path) ||
        (*place->device != '\0' && g_str_equal (other->device, place->device) &&
         g_str_equal (other->fs_path, place->fs_path)))
      return TRUE;
  }
  return FALSE;
}

static void
add (Search *self, KexecPlace *place)
{
  if (is_known (self, place))
    kexec_place_unref (place);
  else
    g_ptr_array_add (self->places, place);
}

/* Adds what is mounted, or listed, where an ESP usually is. */
static void
add_esp_path (Search *self, const char *path)
{
  g_autofree char *there = canonical (self->facts->root_fd, path);
  const KexecMount *mount = kexec_mount_table_find (self->facts->mounts, there);
  const KexecMount *line = kexec_mount_table_find (self->facts->fstab, there);
  KexecPlaceRoles roles = mount != NULL ? roles_of_mount (self, mount, path) : 0;

  if (roles != 0) {
    KexecPlace *place = kexec_place_new (roles, path);

    take_mount (self, place, mount, there);
    add (self, place);
  } else if (mount == NULL && line != NULL &&
             (is_fat (line->type) || g_str_equal (line->type, "auto")))
    add (self, new_unmounted (self, line, KEXEC_PLACE_ESP, path));
}

/* Adds an ESP that is mounted elsewhere, by its partition's type alone. A stick or a loop device
   that a user has mounted can have that type as well. */
static void
add_other_esp (Search *self, const KexecMount *mount)
{
  g_autofree char *refusal = NULL;
  KexecPlace *place;

  if (!is_fat (mount->type) || !(roles_of (find_device (self, mount)) & KEXEC_PLACE_ESP) ||
      kexec_mount_table_find (self->facts->mounts, mount->target) != mount)
    return;
  refusal = refuse_device (self, mount->device);
  if (refusal != NULL)
    return;
  place = kexec_place_new (KEXEC_PLACE_ESP, mount->target);
  take_mount (self, place, mount, mount->target);
  add (self, place);
}

GPtrArray *
kexec_places_find_live (const KexecPlacesFacts *facts, const KexecConfig *config)
{
  Search self = {
    .facts = facts,
    .config = config,
    .places = g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_place_unref),
  };

  add_root (&self);
  add_boot (&self);
  for (guint i = 0; i < G_N_ELEMENTS (esp_paths); i++)
    add_esp_path (&self, esp_paths[i]);
  for (guint i = 0; i < facts->mounts->len; i++)
    add_other_esp (&self, facts->mounts->pdata[i]);
  return self.places;
}
