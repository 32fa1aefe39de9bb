/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looks for the btrfs subvolume that a command line names below what is mounted now. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>

#include "boot/beneath.h"
#include "boot/fd.h"
#include "boot/mount-table.h"
#include "boot/root-device.h"
#include "image/cmdline.h"

/* Returns: (transfer full) (nullable): the subvolume, as mountinfo writes it: "/@/.snapshots/1". */
static char *
find_subvolume (const char *cmdline)
{
  g_autofree char *flags = kexec_cmdline_get (cmdline, "rootflags");
  g_auto (GStrv) list = flags != NULL ? g_strsplit (flags, ",", -1) : NULL;
  char *found = NULL;

  for (guint i = 0; list != NULL && list[i] != NULL; i++)
    if (g_str_has_prefix (list[i], "subvol=")) {
      const char *path = list[i] + strlen ("subvol=");

      g_free (found);
      found = g_strconcat ("/", path + strspn (path, "/"), NULL);
    }
  return found;
}

/* Returns: what is left of @path below @root, or %NULL; "" is @root itself. */
static const char *
relative (const char *root, const char *path)
{
  gsize length = g_str_equal (root, "/") ? 0 : strlen (root);

  if (strncmp (path, root, length) != 0 || (path[length] != '/' && path[length] != '\0'))
    return NULL;
  return path + length + strspn (path + length, "/");
}

/* Whether @path is there. Other mounts on the way hide what lies there: then nothing is known.
   Returns: 1: it is, 0: it is not, -1: not known. */
static int
look_up (int root_fd, const char *target, const char *path)
{
  struct open_how how = {
    .flags = O_PATH | O_CLOEXEC,
    .resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
  };
  kexec_autofd dir = kexec_beneath_open_in_root (root_fd, target, O_PATH | O_DIRECTORY, NULL);
  kexec_autofd fd = -1;

  if (dir < 0)
    return -1;
  fd = (int) syscall (SYS_openat2, dir, *path != '\0' ? path : ".", &how, sizeof how);
  if (fd >= 0)
    return 1;
  return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
}

/* Whether the mount is of the file system that the root is on. */
static gboolean
is_root_file_system (const KexecRootFacts *facts, const KexecMount *mount, const char *uuid)
{
  const KexecBlockDevice *device;

  if (!g_str_equal (mount->type, "btrfs") ||
      kexec_mount_table_find_above (facts->mounts, mount->target) != mount)
    return FALSE;
  device = kexec_block_devices_get_path (facts->devices, mount->source);
  return device != NULL && g_ascii_strcasecmp (device->fs_uuid, uuid) == 0;
}

void
kexec_root_subvolume_check (const KexecRootFacts *facts, const char *cmdline, const char *uuid,
                            KexecFindings *findings)
{
  g_autofree char *subvolume = find_subvolume (cmdline);
  gboolean is_missing = FALSE;

  for (guint i = 0; subvolume != NULL && facts->mounts != NULL && i < facts->mounts->len; i++) {
    const KexecMount *mount = facts->mounts->pdata[i];
    const char *rest = relative (mount->root, subvolume);
    int is_there = rest != NULL && is_root_file_system (facts, mount, uuid)
                     ? look_up (facts->root_fd, mount->target, rest)
                     : -1;

    if (is_there == 1)
      return;
    is_missing |= is_there == 0;
  }
  if (is_missing)
    kexec_findings_add (findings, KEXEC_FINDING_ROOT_SUBVOLUME_MISSING, subvolume, NULL,
                        "The subvolume %s, which rootflags= names, is not in the root file system; "
                        "correct rootflags= where the entry has it from",
                        subvolume + 1);
}
