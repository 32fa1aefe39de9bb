/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Judges the block devices under a file system by what sysfs tells. */
#include "boot/trust-private.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "boot/beneath.h"
#include "boot/fd.h"

/* How many layers of device mapper and RAID are looked through, and how many disks in each. */
#define LAYERS_MAX 8
#define SLAVES_MAX 64

static char *refuse (dev_t device, int sys_fd, guint layer);

/* Returns: (transfer full) (nullable): an attribute of a device, without the line's end. */
static char *
read_attribute (int sys_fd, const char *device, const char *attribute)
{
  g_autofree char *path = g_build_filename (device, attribute, NULL);
  char *value = kexec_beneath_read (sys_fd, path, 256, NULL);

  return value != NULL ? g_strchomp (value) : NULL;
}

/* Returns: (transfer full) (nullable): the device's directory below /sys. */
static char *
find_path (int sys_fd, dev_t device)
{
  g_autofree char *link = g_strdup_printf ("dev/block/%u:%u", major (device), minor (device));
  char target[PATH_MAX];
  ssize_t length = readlinkat (sys_fd, link, target, sizeof target - 1);

  if (length < 0)
    return NULL;
  target[length] = '\0';
  return g_str_has_prefix (target, "../../devices/") ? g_strdup (target + strlen ("../../")) : NULL;
}

/*
 * Disks, USB devices and PCI devices each say whether they are removable; it is enough that one on
 * the way does. A USB device that does not know counts as well.
 */
static gboolean
is_removable (int sys_fd, const char *path)
{
  g_autofree char *kind = read_attribute (sys_fd, path, "device/type");
  g_autofree char *dir = g_strdup (path);

  if (g_strcmp0 (kind, "SD") == 0)
    return TRUE;
  while (strcmp (dir, "devices") != 0 && strcmp (dir, ".") != 0) {
    g_autofree char *removable = read_attribute (sys_fd, dir, "removable");
    char *parent = g_path_get_dirname (dir);

    if (removable != NULL && strcmp (removable, "0") != 0 && strcmp (removable, "fixed") != 0) {
      g_free (parent);
      return TRUE;
    }
    g_free (dir);
    dir = parent;
  }
  return FALSE;
}

/* Judges the disk that a device of this name, "sda2", is. */
static char *
refuse_slave (int sys_fd, const char *slaves, const char *name, guint layer)
{
  g_autofree char *path = g_build_filename (slaves, name, NULL);
  g_autofree char *number = read_attribute (sys_fd, path, "dev");
  guint a;
  guint b;

  if (number == NULL || sscanf (number, "%u:%u", &a, &b) != 2)
    return g_strdup_printf ("%s, of which nothing is known; keep kernels on a built-in disk", name);
  return refuse (makedev (a, b), sys_fd, layer + 1);
}

/* Judges all that a virtual device is made of. One that is made of nothing here (a loop device, a
   network block device, a RAM disk) is anything. */
static char *
refuse_virtual (int sys_fd, const char *path, guint layer)
{
  g_autofree char *slaves = g_build_filename (path, "slaves", NULL);
  g_autofree char *name = g_path_get_basename (path);
  kexec_autofd fd = kexec_beneath_open_in_root (sys_fd, slaves, O_RDONLY | O_DIRECTORY, NULL);
  DIR *dir = fd >= 0 ? fdopendir (fd) : NULL;
  struct dirent *entry;
  char *refusal = NULL;
  guint count = 0;

  if (dir != NULL)
    (void) kexec_fd_steal (&fd); /* it is dir's now */
  while (dir != NULL && refusal == NULL && (entry = readdir (dir)) != NULL)
    if (entry->d_name[0] != '.' && count++ < SLAVES_MAX)
      refusal = refuse_slave (sys_fd, slaves, entry->d_name, layer);
  if (dir != NULL)
    closedir (dir);
  if (refusal == NULL && (count == 0 || count > SLAVES_MAX))
    return g_strdup_printf ("%s, which is no disk of this machine; keep kernels on one", name);
  return refusal;
}

static char *
refuse (dev_t device, int sys_fd, guint layer)
{
  g_autofree char *path = find_path (sys_fd, device);
  g_autofree char *partition = NULL;
  g_autofree char *name = NULL;

  if (path == NULL || layer == LAYERS_MAX)
    return g_strdup_printf (
      "the block device %u:%u, of which nothing is known; keep kernels on a built-in disk",
      major (device), minor (device));
  partition = read_attribute (sys_fd, path, "partition");
  if (partition != NULL) {
    g_autofree char *disk = g_path_get_dirname (path);

    g_free (path);
    path = g_steal_pointer (&disk);
  }
  if (g_str_has_prefix (path, "devices/virtual/block/"))
    return refuse_virtual (sys_fd, path, layer);
  name = g_path_get_basename (path);
  return is_removable (sys_fd, path)
           ? g_strdup_printf ("%s, which can be unplugged; keep kernels on a built-in disk", name)
           : NULL;
}

char *
kexec_trust_refuse_device (dev_t device, int sys_fd)
{
  return refuse (device, sys_fd, 0);
}
