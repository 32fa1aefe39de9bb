/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files of a system, as the evaluator of GRUB scripts asks for them. */
#pragma once

#include "boot/grub/eval.h"
#include "boot/scan.h"

typedef struct {
  KexecScan *scan;
  GPtrArray *files; /* (element-type utf8): absolute paths of those that were read */
} KexecGrubScan;

/* Takes a KexecGrubScan. */
extern const KexecGrubHost kexec_grub_scan_host;

/** Returns: (transfer full): the device that a place is on. */
char *kexec_grub_scan_device (const KexecScan *scan, const KexecPlace *place);

/**
 * kexec_grub_scan_locate:
 *
 * Returns: (transfer full) (nullable): where a file lies below the root, as kexec_scan_locate().
 */
char *kexec_grub_scan_locate (KexecScan *scan, const char *device, const char *path,
                              KexecPlace **place);
