/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lines of fstab(5) and of /proc/self/mountinfo, as libmount reads them. */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* Strings are "" where there is nothing, valid UTF-8 and without escapes. */
typedef struct {
  char *source; /* "/dev/vda1", "UUID=…" */
  char *target; /* absolute, without a slash at its end */
  char *type;   /* "ext4"; in fstab also "auto" or a list "vfat,ext4" */
  char *root;   /* mountinfo: which directory of the file system is mounted */
  char *options;
  dev_t device; /* mountinfo: the device number of the files there */
} KexecMount;

/**
 * kexec_mount_table_parse:
 * @text: fstab's or mountinfo's contents
 * @is_fstab: which of them it is
 *
 * Lines that cannot be read are passed over, and what is beyond 4096 lines.
 *
 * Returns: (transfer full) (element-type KexecMount): in the order of the lines.
 */
GPtrArray *kexec_mount_table_parse (const char *text, gboolean is_fstab);

/**
 * kexec_mount_table_read:
 *
 * Reads /proc/thread-self/mountinfo: 4 MiB at most, in whole lines. What does not fit are the
 * latest mounts, which are users', and must not make the earlier ones vanish.
 *
 * Returns: (transfer full) (element-type KexecMount)
 */
GPtrArray *kexec_mount_table_read (int root_fd);

/** Returns: (transfer none) (nullable): the last line for @target: of several mounts, the topmost.
 */
const KexecMount *kexec_mount_table_find (GPtrArray *self, const char *target);

/** Returns: (transfer none) (nullable): the mount that @path, which is canonical, lies on. */
const KexecMount *kexec_mount_table_find_above (GPtrArray *self, const char *path);

/**
 * kexec_mount_path:
 * @path: canonical, on the mount
 *
 * Returns: (transfer full): where @path is in the file system: "/@/boot".
 */
char *kexec_mount_path (const KexecMount *self, const char *path);
