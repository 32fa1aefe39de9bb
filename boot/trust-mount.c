/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Judges the mount that a file lies on: the kind of file system, and who may mount it. */
#include "boot/trust-private.h"

#include <fcntl.h>
#include <libmount.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "image/printable.h"

void
kexec_trust_mount_clear (KexecTrustMount *mount)
{
  g_clear_pointer (&mount->target, g_free);
  g_clear_pointer (&mount->type, g_free);
}

/* Returns: the mount that @fd is on, owned by @table; %NULL if it is not there. */
static struct libmnt_fs *
find_mount (struct libmnt_table *table, int fd)
{
  struct libmnt_iter *iter = mnt_new_iter (MNT_ITER_BACKWARD);
  struct libmnt_fs *found = NULL;
  struct libmnt_fs *fs;
  struct statx stx;

  if (statx (fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &stx) == 0 && (stx.stx_mask & STATX_MNT_ID))
    while (found == NULL && mnt_table_next_fs (table, iter, &fs) == 0)
      if ((guint64) mnt_fs_get_id (fs) == stx.stx_mnt_id)
        found = fs;
  mnt_free_iter (iter);
  return found;
}

/* Whether fstab lets ordinary users mount something there. */
static gboolean
is_users_in_fstab (const char *target)
{
  struct libmnt_table *fstab = mnt_new_table ();
  gboolean is_users = FALSE;

  if (mnt_table_parse_fstab (fstab, NULL) == 0) {
    struct libmnt_fs *fs = mnt_table_find_target (fstab, target, MNT_ITER_FORWARD);

    is_users = fs != NULL && kexec_trust_is_users (mnt_fs_get_options (fs));
  }
  mnt_unref_table (fstab);
  return is_users;
}

/* btrfs and others give files a device number that is no device's: then the mount's source tells.
 */
static dev_t
find_device (int fd, const char *source)
{
  struct stat st;

  if (fstat (fd, &st) == 0 && major (st.st_dev) != 0)
    return st.st_dev;
  if (source != NULL && g_str_has_prefix (source, "/dev/") && stat (source, &st) == 0 &&
      S_ISBLK (st.st_mode))
    return st.st_rdev;
  return 0;
}

gboolean
kexec_trust_read_mount (int fd, KexecTrustMount *mount)
{
  struct libmnt_table *table = mnt_new_table ();
  struct libmnt_fs *fs = NULL;

  /* The kernel's table, and what mount(8) noted down in /run/mount/utab. */
  if (mnt_table_parse_mtab (table, NULL) == 0)
    fs = find_mount (table, fd);
  if (fs != NULL) {
    mount->target = g_strdup (mnt_fs_get_target (fs));
    mount->type = g_strdup (mnt_fs_get_fstype (fs));
    mount->device = find_device (fd, mnt_fs_get_source (fs));
    mount->is_users = kexec_trust_is_users (mnt_fs_get_options (fs)) ||
                      kexec_trust_is_users (mnt_fs_get_user_options (fs)) ||
                      is_users_in_fstab (mount->target);
    mount->is_namespace = kexec_trust_is_namespace ();
  }
  mnt_unref_table (table);
  return fs != NULL;
}

char *
kexec_trust_refuse_mount (const KexecTrustMount *mount, int sys_fd)
{
  g_autofree char *target = kexec_printable (mount->target);
  g_autofree char *refusal = NULL;

  if (mount->is_namespace)
    return g_strdup_printf ("In a user namespace, as in a container, nobody can tell who mounted "
                            "%s; use the host",
                            target);
  if (!kexec_trust_is_local_type (mount->type))
    return g_strdup_printf ("%s is a file system of type %s, which is not on a local disk of this "
                            "machine; keep kernels on one that is",
                            target, mount->type);
  if (mount->is_users)
    return g_strdup_printf ("Ordinary users may mount %s; take user, users, owner and group out of "
                            "its options in /etc/fstab",
                            target);
  if (mount->device == 0)
    return g_strdup_printf ("The block device of %s was not found; name it in /etc/fstab", target);
  refusal = kexec_trust_refuse_device (mount->device, sys_fd);
  return refusal != NULL ? g_strdup_printf ("%s is on %s", target, refusal) : NULL;
}
