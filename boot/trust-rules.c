/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What makes any file system one that is not to be trusted, mounted or not. */
#include <libmount.h>
#include <string.h>

#include "boot/trust-private.h"

/* The inode of the initial user namespace: PROC_USER_INIT_INO in the kernel, the same for ever. */
#define INITIAL_USER_NAMESPACE 0xeffffffdU

/*
 * Local file systems that the kernel itself reads from a block device. FAT has no owners, but the
 * kernel reports its mount options as every file's owner and mode. Not here, and so not trusted:
 * what user space or another machine answers for (FUSE, network file systems), and what is not on a
 * disk (overlay, tmpfs).
 */
static const char *const types[] = {
  "ext2", "ext3", "ext4",  "xfs",   "btrfs",    "f2fs",  "bcachefs",
  "jfs",  "vfat", "msdos", "exfat", "squashfs", "erofs", "nilfs2",
};

/* What lets ordinary users mount: fstab's options, and what mount and udisks note down. */
static const char *const users_options[] = { "user", "users", "owner", "group", "uhelper" };

gboolean
kexec_trust_is_local_type (const char *type)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (strcmp (types[i], type) == 0)
      return TRUE;
  return FALSE;
}

gboolean
kexec_trust_is_users (const char *options)
{
  for (guint i = 0; options != NULL && i < G_N_ELEMENTS (users_options); i++)
    if (mnt_optstr_get_option (options, users_options[i], NULL, NULL) == 0)
      return TRUE;
  return FALSE;
}

/*
 * In the initial user namespace only root's own mounts can be seen: one that is made in another
 * namespace does not propagate to us, and without one, mounting needs CAP_SYS_ADMIN here.
 */
gboolean
kexec_trust_is_namespace (void)
{
  struct stat st;

  return stat ("/proc/self/ns/user", &st) != 0 || st.st_ino != INITIAL_USER_NAMESPACE;
}
