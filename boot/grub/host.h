/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files of a system, as the evaluator of GRUB scripts asks for them. */
#pragma once

#include "boot/grub/eval.h"
#include "boot/scan.h"

/* Whether root alone can change a file; as kexec_trust_judge(). */
typedef gboolean (*KexecGrubJudge) (gpointer data, const KexecPlace *place, int place_fd,
                                    const char *path);

/* What one script reads. */
typedef struct {
  KexecScan *scan;
  GPtrArray *files;     /* (element-type utf8): absolute paths of those that were read */
  KexecGrubJudge judge; /* (nullable): without one, nothing is confined */
  gpointer judge_data;
  const KexecPlace *confined; /* (nullable): a file that others than root can change was read in
                                 here: whoever wrote it is shown nothing outside of it */
  char *suspect; /* (nullable): others than root decide whether this, which the script looked for,
                    is there */
} KexecGrubScan;

/** Frees what @self has of its own; @files is the caller's. */
void kexec_grub_scan_clear (KexecGrubScan *self);

/* Takes a KexecGrubScan. */
extern const KexecGrubHost kexec_grub_scan_host;

/** Returns: (transfer full): the device that a place is on. */
char *kexec_grub_scan_device (const KexecScan *scan, const KexecPlace *place);

/**
 * kexec_grub_scan_locate:
 *
 * Returns: (transfer full) (nullable): where a file lies below the root, as kexec_scan_locate();
 * %NULL also if it is outside of what the script is confined to, be it there or not, or on a device
 * that is none of the machine's disks.
 */
char *kexec_grub_scan_locate (const KexecGrubScan *self, const char *device, const char *path,
                              KexecPlace **place);
