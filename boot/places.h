/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the places that boot files lie in. */
#pragma once

#include "boot/block-device.h"
#include "boot/config.h"
#include "boot/place.h"

/**
 * kexec_places_find:
 * @root_fd: the root directory
 * @is_live: whether it is the running system's own
 * @findings: gets what is wrong with the tables that places are found from
 *
 * The root comes first, then /boot (or BootPath=), then the others. Below a root that is not live,
 * the places are directories that look like them (/boot, /efi, /boot/efi); in the running system,
 * they are what mountinfo, fstab and partition types say. What is mounted by an automount is
 * touched, so that it is.
 *
 * Returns: (transfer full) (element-type KexecPlace)
 */
GPtrArray *kexec_places_find (int root_fd, gboolean is_live, const KexecConfig *config,
                              KexecFindings *findings);

/* What the places of the running system are found from. */
typedef struct {
  int root_fd;       /* for symlinks and directories on the way */
  GPtrArray *mounts; /* (element-type KexecMount): of mountinfo */
  GPtrArray *fstab;  /* (element-type KexecMount) */
  KexecBlockDevices *devices;
  /* (nullable) Returns: (transfer full) (nullable): why a device is none that is built in, the end
     of a sentence; %NULL: all are. */
  char *(*refuse_device) (dev_t device);
} KexecPlacesFacts;

/** kexec_places_find() for the running system, from given facts. */
GPtrArray *kexec_places_find_live (const KexecPlacesFacts *facts, const KexecConfig *config);

/**
 * kexec_places_find_in_tree:
 * @fstab: (element-type KexecMount)
 *
 * kexec_places_find() below another root.
 */
GPtrArray *kexec_places_find_in_tree (int root_fd, GPtrArray *fstab, const KexecConfig *config);

/** Opens the directories that can be places, so that automounts there are mounted. */
void kexec_places_touch (int root_fd, const KexecConfig *config);
