/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the places that boot files lie in. */
#pragma once

#include "boot/config.h"
#include "boot/place.h"

/**
 * kexec_places_find:
 * @root_fd: the root directory
 * @is_live: whether it is the running system's own
 * @findings: gets what is wrong with places: listed in fstab but not to be found, ambiguous
 *
 * The root comes first, then /boot (or BootPath=), then the others. Below a root that is not live,
 * the places are directories that look like them (/boot, /efi, /boot/efi); in the running system,
 * they are what mountinfo, fstab and partition types say.
 *
 * Returns: (transfer full) (element-type KexecPlace)
 */
GPtrArray *kexec_places_find (int root_fd, gboolean is_live, const KexecConfig *config,
                              KexecFindings *findings);
