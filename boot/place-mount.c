/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Mounts with fsopen(2), fsconfig(2) and fsmount(2), whose mount has a descriptor and no path.
 *
 * What guarantees that the device that was found is the one that is mounted: it is opened, what is
 * on it is compared with what was found, and as long as it is open the kernel gives its number to
 * no other. The kernel opens it a second time by its own name, in a /dev that only root writes to;
 * then the files' device number has to be the one that was opened. (btrfs has numbers of its own:
 * place-trust.c asks for its devices.)
 */
#include "boot/place-mount.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "boot/beneath.h"
#include "boot/block-device.h"
#include "boot/fd.h"
#include "boot/fstab.h"
#include "image/printable.h"

#define MESSAGE_MAX 512

/* What stays the same in every sentence about a mount that failed. */
static void
set_error (const KexecPlace *self, int code, const char *why, GError **error)
{
  if (code == EPERM || code == EACCES)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                 "%s is not mounted, and only root, and kexecd where it runs, can mount it",
                 self->path);
  else if (code == EBUSY)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY,
                 "%s is not mounted, and its file system on %s is in use elsewhere for writing",
                 self->path, self->device);
  else
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code),
                 "%s on %s cannot be mounted for %s (%s)", self->fs_type, self->device, self->path,
                 why);
}

/* Takes the kernel's own words about what went wrong, if it has some: "e ext4: …". */
static void
set_mount_error (const KexecPlace *self, int fs_fd, GError **error)
{
  char message[MESSAGE_MAX + 1];
  int code = errno;
  ssize_t size;

  while ((size = read (fs_fd, message, MESSAGE_MAX)) > 0) {
    g_autofree char *shown = NULL;

    message[size] = '\0';
    if (message[0] != 'e')
      continue;
    shown = kexec_printable (g_strchomp (message + MIN (size, 2)));
    set_error (self, code, shown, error);
    return;
  }
  set_error (self, code, g_strerror (code), error);
}

/* Opens the device, if what is on it is still what was found there. */
static int
open_device (const KexecPlace *self, int root_fd, struct stat *st, GError **error)
{
  g_autoptr (GError) own = NULL;
  g_autoptr (KexecBlockDevice) device = NULL;
  kexec_autofd fd = kexec_beneath_open_in_root (root_fd, self->device, O_RDONLY, &own);

  if (fd < 0) {
    gboolean is_denied = g_error_matches (own, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);

    set_error (self, is_denied ? EACCES : EIO, own->message, error);
    return -1;
  }
  if (fstat (fd, st) < 0 || !S_ISBLK (st->st_mode)) {
    set_error (self, ENOTBLK, g_strerror (ENOTBLK), error);
    return -1;
  }
  device = kexec_block_device_new (st->st_rdev, self->device);
  kexec_block_device_probe (device, fd);
  if (!g_str_equal (device->fs_uuid, self->fs_uuid) ||
      !g_str_equal (device->fs_label, self->fs_label) ||
      !g_str_equal (device->part_uuid, self->part_uuid)) {
    set_error (self, ESTALE, "it is not the one that was found before", error);
    return -1;
  }
  return kexec_fd_steal (&fd);
}

/* Hands over one of fstab's options: "key" or "key=value". */
static gboolean
set_option (int fs_fd, const char *option)
{
  const char *equals = strchr (option, '=');
  g_autofree char *key = NULL;

  if (equals == NULL)
    return fsconfig (fs_fd, FSCONFIG_SET_FLAG, option, NULL, 0) == 0;
  key = g_strndup (option, (gsize) (equals - option));
  return fsconfig (fs_fd, FSCONFIG_SET_STRING, key, equals + 1, 0) == 0;
}

static gboolean
set_options (const KexecPlace *self, int fs_fd)
{
  g_auto (GStrv) options = kexec_fstab_options (self->options);

  for (guint i = 0; options[i] != NULL; i++)
    if (!set_option (fs_fd, options[i]))
      return FALSE;
  return TRUE;
}

static int
mount_device (const KexecPlace *self, GError **error)
{
  kexec_autofd fs_fd = -1;
  int fd = -1;

  if (*self->fs_type == '\0') {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                 "%s is not mounted, and no file system was found on %s", self->path, self->device);
    return -1;
  }
  fs_fd = fsopen (self->fs_type, FSOPEN_CLOEXEC);
  if (fs_fd < 0) {
    set_error (self, errno,
               errno == ENODEV ? "the kernel has no driver for it" : g_strerror (errno), error);
    return -1;
  }
  /* "ro" comes first, so that no option of fstab's can be handed over for a writable one. */
  if (fsconfig (fs_fd, FSCONFIG_SET_FLAG, "ro", NULL, 0) == 0 &&
      fsconfig (fs_fd, FSCONFIG_SET_STRING, "source", self->device, 0) == 0 &&
      set_options (self, fs_fd) && fsconfig (fs_fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
    fd = fsmount (fs_fd, FSMOUNT_CLOEXEC,
                  MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
  if (fd < 0)
    set_mount_error (self, fs_fd, error);
  return fd;
}

int
kexec_place_mount (const KexecPlace *self, int root_fd, GError **error)
{
  struct stat device;
  struct stat top;
  kexec_autofd device_fd = open_device (self, root_fd, &device, error);
  kexec_autofd mount_fd = device_fd >= 0 ? mount_device (self, error) : -1;
  kexec_autofd fd = -1;

  if (mount_fd < 0)
    return -1;
  /* fsmount() gives what O_PATH does; directories are read through a proper one. */
  fd = kexec_beneath_open (mount_fd, "/", O_RDONLY | O_DIRECTORY, error);
  if (fd < 0)
    return -1;
  if (fstat (fd, &top) < 0 || (major (top.st_dev) != 0 && top.st_dev != device.st_rdev)) {
    set_error (self, ESTALE, "another device came in its place", error);
    return -1;
  }
  return kexec_fd_steal (&fd);
}
