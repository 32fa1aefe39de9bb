/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Judges a mount that is in no table by what the kernel says of its descriptor. */
#include "boot/place-trust.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "boot/beneath.h"
#include "boot/fd.h"
#include "boot/trust-private.h"

#define DEVICES_MAX 64

/* Returns: (transfer full) (nullable): where sysfs lists the devices of a mounted btrfs. */
static char *
find_btrfs (int fd, const char *uuid)
{
  struct btrfs_ioctl_fs_info_args info = { 0 };
  GString *path = g_string_new ("fs/btrfs/");
  gsize prefix = path->len;
  struct statfs fs;

  /* Only btrfs itself answers: FUSE could answer the ioctl as it likes, but has another type. */
  if (fstatfs (fd, &fs) == 0 && fs.f_type == BTRFS_SUPER_MAGIC &&
      ioctl (fd, BTRFS_IOC_FS_INFO, &info) == 0)
    for (guint i = 0; i < G_N_ELEMENTS (info.fsid); i++)
      g_string_append_printf (path, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
                              info.fsid[i]);
  if (g_ascii_strcasecmp (path->str + prefix, uuid) != 0) {
    g_string_free (path, TRUE);
    return NULL;
  }
  g_string_append (path, "/devices");
  return g_string_free (path, FALSE);
}

/* Reads the number of a device from a directory of sysfs. Returns: 0 if it has none. */
static dev_t
read_number (int sys_fd, const char *dir, const char *name)
{
  g_autofree char *path = g_build_filename (dir, name, "dev", NULL);
  g_autofree char *text = kexec_beneath_read (sys_fd, path, 64, NULL);
  guint a;
  guint b;

  return text != NULL && sscanf (text, "%u:%u", &a, &b) == 2 ? makedev (a, b) : 0;
}

/* btrfs can lie on several devices, each of which decides what is read. */
static char *
refuse_btrfs (KexecTrustMount *mount, const char *devices, int sys_fd)
{
  kexec_autofd fd = kexec_beneath_open_in_root (sys_fd, devices, O_RDONLY | O_DIRECTORY, NULL);
  DIR *dir = fd >= 0 ? fdopendir (fd) : NULL;
  char *refusal = NULL;
  struct dirent *entry;
  guint count = 0;

  if (dir != NULL)
    (void) kexec_fd_steal (&fd); /* it is dir's now */
  while (dir != NULL && refusal == NULL && count <= DEVICES_MAX &&
         (entry = readdir (dir)) != NULL) {
    if (entry->d_name[0] == '.')
      continue;
    count++;
    mount->device = read_number (sys_fd, devices, entry->d_name);
    refusal = kexec_trust_refuse_mount (mount, sys_fd);
  }
  if (dir != NULL)
    closedir (dir);
  if (refusal == NULL && (count == 0 || count > DEVICES_MAX)) {
    mount->device = 0;
    refusal = kexec_trust_refuse_mount (mount, sys_fd);
  }
  return refusal;
}

/* Judges the mount that we made. */
static char *
refuse_own (const KexecPlace *self, int place_fd, int sys_fd)
{
  g_auto (KexecTrustMount) mount = {
    .target = g_strdup (self->path),
    .type = g_strdup (self->fs_type),
    .is_users = kexec_trust_is_users (self->options),
    .is_namespace = kexec_trust_is_namespace (),
  };
  g_autofree char *devices = NULL;
  struct stat st;

  if (strcmp (self->fs_type, "btrfs") == 0)
    devices = find_btrfs (place_fd, self->fs_uuid);
  if (devices != NULL)
    return refuse_btrfs (&mount, devices, sys_fd);
  /* The files' own device number, if it is one, is the block device's. Else it stays unknown. */
  if (fstat (place_fd, &st) == 0 && major (st.st_dev) != 0)
    mount.device = st.st_dev;
  return kexec_trust_refuse_mount (&mount, sys_fd);
}

char *
kexec_place_refuse_mount (const KexecPlace *self, int place_fd)
{
  g_auto (KexecTrustMount) mount = { 0 };
  kexec_autofd sys_fd = open ("/sys", O_PATH | O_DIRECTORY | O_CLOEXEC);

  if (*self->distrust != '\0')
    return g_strdup (self->distrust);
  if (kexec_trust_read_mount (place_fd, &mount))
    return kexec_trust_refuse_mount (&mount, sys_fd);
  if (!self->needs_mount)
    return g_strdup_printf ("%s was not found among the mounts; mount it with mount(8)",
                            self->path);
  return refuse_own (self, place_fd, sys_fd);
}
