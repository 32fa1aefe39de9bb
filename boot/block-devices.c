/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The block devices that sysfs lists, each read once; udev's links for who may not read them. */
#include <dirent.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "boot/beneath.h"
#include "boot/block-device.h"
#include "boot/fd.h"

#define DEVICES_MAX  1024
#define LINKS_MAX    4096
#define UEVENT_MAX   4096
#define FLOPPY_MAJOR 2 /* Linux: Documentation/admin-guide/devices.txt; slow, and never /boot */

struct _KexecBlockDevices {
  int root_fd;
  GPtrArray *known; /* (element-type KexecBlockDevice): those that were asked for */
  GPtrArray *all;   /* (nullable) (element-type KexecBlockDevice): not listed yet */
  gboolean is_readable;
};

KexecBlockDevices *
kexec_block_devices_new (int root_fd)
{
  KexecBlockDevices *self = g_new0 (KexecBlockDevices, 1);

  self->root_fd = root_fd;
  self->known = g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_block_device_unref);
  self->is_readable = TRUE;
  return self;
}

KexecBlockDevices *
kexec_block_devices_new_for (GPtrArray *devices)
{
  KexecBlockDevices *self = kexec_block_devices_new (-1);

  self->all = g_ptr_array_ref (devices);
  return self;
}

void
kexec_block_devices_free (KexecBlockDevices *self)
{
  g_ptr_array_unref (self->known);
  g_clear_pointer (&self->all, g_ptr_array_unref);
  g_free (self);
}

static DIR *
open_dir (int root_fd, const char *path)
{
  kexec_autofd fd = kexec_beneath_open_in_root (root_fd, path, O_RDONLY | O_DIRECTORY, NULL);
  DIR *dir = fd >= 0 ? fdopendir (fd) : NULL;

  if (dir != NULL)
    (void) kexec_fd_steal (&fd); /* it is dir's now */
  return dir;
}

/* Returns: the number of the device that @path leads to; 0: it leads to none. */
static dev_t
find_number (int root_fd, const char *path)
{
  kexec_autofd fd = kexec_beneath_open_in_root (root_fd, path, O_PATH, NULL);
  struct stat st;

  return fd >= 0 && fstat (fd, &st) == 0 && S_ISBLK (st.st_mode) ? st.st_rdev : 0;
}

/* Whether a directory of sysfs has something in it. */
static gboolean
has_entries (int root_fd, const char *path)
{
  DIR *dir = open_dir (root_fd, path);
  struct dirent *entry;
  gboolean has = FALSE;

  while (dir != NULL && !has && (entry = readdir (dir)) != NULL)
    has = entry->d_name[0] != '.';
  if (dir != NULL)
    closedir (dir);
  return has;
}

/* Returns: (transfer full): where @attribute of a device is; with "/.." in it, of its disk. */
static char *
sys_path (dev_t number, const char *attribute)
{
  return g_strdup_printf ("/sys/dev/block/%u:%u/%s", major (number), minor (number), attribute);
}

static gboolean
is_used (int root_fd, dev_t number)
{
  g_autofree char *partition = sys_path (number, "partition");
  g_autofree char *own = sys_path (number, "holders");
  g_autofree char *disks = sys_path (number, "../holders");
  kexec_autofd fd = kexec_beneath_open_in_root (root_fd, partition, O_PATH, NULL);

  return has_entries (root_fd, own) || (fd >= 0 && has_entries (root_fd, disks));
}

/* Returns: (transfer full) (nullable): a device of which the names are known that the kernel and
   device mapper have for it. */
static KexecBlockDevice *
new_device (int root_fd, dev_t number)
{
  g_autofree char *uevent = sys_path (number, "uevent");
  g_autofree char *dm = sys_path (number, "dm/name");
  g_autofree char *text = kexec_beneath_read (root_fd, uevent, UEVENT_MAX, NULL);
  g_autofree char *name = kexec_beneath_read (root_fd, dm, UEVENT_MAX, NULL);
  const char *devname = text != NULL ? strstr (text, "DEVNAME=") : NULL;
  g_autofree char *path = NULL;
  KexecBlockDevice *device;

  if (devname == NULL || (devname > text && devname[-1] != '\n'))
    return NULL;
  devname += strlen ("DEVNAME=");
  path = g_strdup_printf ("/dev/%.*s", (int) strcspn (devname, "\n"), devname);
  device = kexec_block_device_new (number, path);
  device->is_used = is_used (root_fd, number);
  if (name != NULL) {
    g_free (device->name);
    device->name = g_utf8_make_valid (g_strchomp (name), -1);
  }
  return device;
}

/* Takes from one of udev's directories what its links call the device. */
static void
take_link (const KexecBlockDevices *self, const KexecBlockDevice *device, const char *tag,
           char **ret)
{
  const char *path = kexec_block_tag_dir (tag);
  DIR *dir = open_dir (self->root_fd, path);
  struct dirent *entry;
  guint count = 0;

  while (dir != NULL && count++ < LINKS_MAX && (entry = readdir (dir)) != NULL) {
    g_autofree char *link = g_build_filename (path, entry->d_name, NULL);
    g_autofree char *value = NULL;

    if (entry->d_name[0] == '.' || find_number (self->root_fd, link) != device->number ||
        kexec_block_tag_parse (link, &value) == NULL)
      continue;
    g_free (*ret);
    *ret = g_utf8_make_valid (value, -1);
    break;
  }
  if (dir != NULL)
    closedir (dir);
}

static void
take_links (const KexecBlockDevices *self, KexecBlockDevice *device)
{
  take_link (self, device, "UUID", &device->fs_uuid);
  take_link (self, device, "LABEL", &device->fs_label);
  take_link (self, device, "PARTUUID", &device->part_uuid);
  take_link (self, device, "PARTLABEL", &device->part_label);
}

static KexecBlockDevice *
find (GPtrArray *devices, dev_t number)
{
  for (guint i = 0; devices != NULL && i < devices->len; i++) {
    KexecBlockDevice *device = devices->pdata[i];

    if (device->number == number)
      return device;
  }
  return NULL;
}

KexecBlockDevice *
kexec_block_devices_get (KexecBlockDevices *self, dev_t number)
{
  KexecBlockDevice *device = find (self->known, number);
  kexec_autofd fd = -1;

  if (device == NULL)
    device = find (self->all, number);
  if (device != NULL || number == 0 || self->root_fd < 0)
    return device;
  device = new_device (self->root_fd, number);
  if (device == NULL)
    return NULL;
  fd = kexec_block_device_open (device, self->root_fd, NULL);
  if (fd >= 0)
    kexec_block_device_probe (device, fd);
  else
    take_links (self, device);
  g_ptr_array_add (self->known, device);
  return device;
}

KexecBlockDevice *
kexec_block_devices_get_path (KexecBlockDevices *self, const char *path)
{
  for (guint i = 0; self->root_fd < 0 && i < self->all->len; i++) {
    KexecBlockDevice *device = self->all->pdata[i];

    if (g_str_equal (device->path, path) ||
        (*device->name != '\0' && g_str_has_prefix (path, "/dev/mapper/") &&
         g_str_equal (path + strlen ("/dev/mapper/"), device->name)))
      return device;
  }
  if (self->root_fd < 0 || !g_str_has_prefix (path, "/dev/"))
    return NULL;
  return kexec_block_devices_get (self, find_number (self->root_fd, path));
}

/* Returns: whether a device can have something on it: a loop device that is not in use cannot. */
static gboolean
has_size (int root_fd, dev_t number)
{
  g_autofree char *path = sys_path (number, "size");
  g_autofree char *text = kexec_beneath_read (root_fd, path, 64, NULL);

  return text != NULL && g_ascii_strtoull (text, NULL, 10) > 0;
}

/* Reads a device called by its number, "8:1". */
static void
list_device (KexecBlockDevices *self, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KexecBlockDevice) device = NULL;
  kexec_autofd fd = -1;
  guint a;
  guint b;

  if (sscanf (text, "%u:%u", &a, &b) != 2 || a == FLOPPY_MAJOR ||
      !has_size (self->root_fd, makedev (a, b)))
    return;
  device = new_device (self->root_fd, makedev (a, b));
  if (device == NULL)
    return;
  fd = kexec_block_device_open (device, self->root_fd, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    self->is_readable = FALSE;
  if (fd < 0)
    return;
  kexec_block_device_probe (device, fd);
  g_ptr_array_add (self->all, g_steal_pointer (&device));
}

static void
list_all (KexecBlockDevices *self)
{
  DIR *dir = open_dir (self->root_fd, "/sys/dev/block");
  struct dirent *entry;

  self->all = g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_block_device_unref);
  self->is_readable = dir != NULL;
  while (dir != NULL && (entry = readdir (dir)) != NULL) {
    if (self->all->len == DEVICES_MAX) {
      self->is_readable = FALSE;
      break;
    }
    list_device (self, entry->d_name);
  }
  if (dir != NULL)
    closedir (dir);
}

GPtrArray *
kexec_block_devices_list (KexecBlockDevices *self, gboolean *is_readable)
{
  if (self->all == NULL)
    list_all (self);
  *is_readable = self->is_readable;
  return self->all;
}
