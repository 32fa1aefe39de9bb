/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a line of fstab(5) means for a file system that is not mounted: whether we mount it, and
 * which device it is. */
#pragma once

#include "boot/block-device.h"
#include "boot/mount-table.h"

/**
 * kexec_fstab_refuse:
 *
 * We mount what the kernel reads from a block device by itself: nothing that ordinary users may
 * mount as well, nothing from a file, a network or another directory, nothing that needs a helper.
 *
 * Returns: (transfer full) (nullable): why the line is not for us to mount; the beginning of a
 * sentence.
 */
char *kexec_fstab_refuse (const KexecMount *line);

/**
 * kexec_fstab_find_device:
 * @ambiguity: (out) (transfer full): a sentence, if several devices are called as the line says;
 *   else %NULL
 *
 * Every device is asked what is on it; if several answer, it is the one that udev's link leads to,
 * as for mount(8).
 *
 * Returns: (transfer none) (nullable): the device; %NULL with a GIOErrorEnum and the beginning of
 * a sentence.
 */
KexecBlockDevice *kexec_fstab_find_device (const KexecMount *line, KexecBlockDevices *devices,
                                           char **ambiguity, GError **error);

/**
 * kexec_fstab_choose_type:
 * @types: fstab's: one, a list, "auto"
 * @found: what is on the device, or ""
 *
 * Returns: (transfer full) (nullable): the type to mount it as; %NULL if it is none for us.
 */
char *kexec_fstab_choose_type (const char *types, const char *found);

/**
 * kexec_fstab_options:
 *
 * Returns: (transfer full): those of fstab's options that are for the file system itself, "key" or
 * "key=value"; 64 at most.
 */
GStrv kexec_fstab_options (const char *options);

/**
 * kexec_fstab_root:
 *
 * Returns: (transfer full): which directory of the file system is mounted by the options: "/", or a
 * subvolume of btrfs, "/@"; "" if that is not known.
 */
char *kexec_fstab_root (const char *options);
