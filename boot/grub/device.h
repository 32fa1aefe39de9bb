/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What GRUB's names of devices tell outside of GRUB, which is little. */
#pragma once

#include "boot/scan.h"

typedef enum {
  KEXEC_GRUB_DEVICE_FOUND,     /* what "search" looked for, or where the configuration file is */
  KEXEC_GRUB_DEVICE_ASSUMED,   /* on the disk that GRUB was most likely booted from */
  KEXEC_GRUB_DEVICE_UNKNOWN,   /* another disk, or one that is known by no more than a number */
  KEXEC_GRUB_DEVICE_ELSEWHERE, /* nothing that is mounted here: an image, the network, a CD */
} KexecGrubDeviceKind;

/**
 * kexec_grub_device_judge:
 * @device: as in KexecGrubFile
 * @place: (nullable): where its file would be here
 *
 * GRUB counts disks as the firmware shows them (GRUB manual, "Naming convention"): the one that the
 * machine booted from is usually hd0, and the running kernel's BOOT_IMAGE= may say which it was.
 */
KexecGrubDeviceKind kexec_grub_device_judge (const KexecScan *scan, const char *device,
                                             const KexecPlace *place);
