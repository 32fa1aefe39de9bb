/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the devices that a command line names are there. */
#pragma once

#include "boot/block-device.h"
#include "image/finding.h"

/**
 * kexec_root_device_check:
 * @root_fd: the root directory
 * @is_live: whether it is the running system's own: then devices are asked themselves
 *
 * Looks up root= (also real_root=), resume=, the names of LUKS devices (rd.luks.uuid=,
 * rd.luks.name=, cryptdevice=) and the subvolume in rootflags=, and adds findings about what is
 * definitely not there. Nothing is said where there is no /dev/disk, nor about what cannot be
 * looked up: ZFS, networks, several devices in one word, subvolid=. A root that is not there but
 * that an initrd could open (LUKS, LVM, RAID, a network disk) is no blocker.
 */
void kexec_root_device_check (int root_fd, gboolean is_live, const char *cmdline,
                              KexecFindings *findings);

/* What command lines are checked against. */
typedef struct {
  int root_fd;
  gboolean has_links;         /* somebody made /dev/disk; where not, nothing is said */
  KexecBlockDevices *devices; /* (nullable): of the running system */
  GPtrArray *mounts;          /* (nullable) (element-type KexecMount): of the running system */
} KexecRootFacts;

/** What is to be asked for many command lines; devices are read when something is missing in /dev.
 * Returns: (transfer full) */
KexecRootFacts *kexec_root_facts_new (int root_fd, gboolean is_live);
void kexec_root_facts_free (KexecRootFacts *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecRootFacts, kexec_root_facts_free)

/** kexec_root_device_check() against given facts. */
void kexec_root_device_check_facts (const KexecRootFacts *facts, const char *cmdline,
                                    KexecFindings *findings);

/**
 * kexec_root_subvolume_check:
 * @uuid: of the btrfs that is the root
 *
 * Looks for the subvolume that rootflags=subvol= names below what is mounted of the same file
 * system, and adds a finding if it is definitely not there.
 */
void kexec_root_subvolume_check (const KexecRootFacts *facts, const char *cmdline, const char *uuid,
                                 KexecFindings *findings);
