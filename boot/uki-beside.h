/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What lies beside a unified kernel image: its addons in NAME.extra.d/WHAT.addon.efi, those for all
 * images in loader/addons, and the files that systemd-stub would add to it as well, but a kexec
 * does not (systemd-stub(7), "Companion Files").
 */
#pragma once

#include "boot/place.h"
#include "image/finding.h"
#include "image/uki/uki.h"

/* More addons of one image than this are not looked at. */
#define KEXEC_UKI_ADDONS_MAX 64

/* An addon that can be read. */
typedef struct {
  char *path; /* as in an entry */
  KexecUkiAddon *facts;
} KexecUkiAddonFile;

typedef struct {
  GPtrArray *addons;       /* (element-type KexecUkiAddonFile): its own in the order of their names,
                              then those for all images in theirs: as they apply */
  KexecFindings *findings; /* a dozen at most: every profile's entry gets them */
} KexecUkiBeside;

/**
 * kexec_uki_beside_read:
 * @place: the file system that the image lies in
 * @place_fd: its top: all is opened beneath it
 * @image: the image's path, as in an entry
 *
 * Reads headers and text of the addons; of what is left out, names alone. An addon that cannot be
 * opened is a blocker: its command line may be what makes the kernel find its root.
 *
 * Returns: (transfer full)
 */
KexecUkiBeside *kexec_uki_beside_read (const KexecPlace *place, int place_fd, const char *image);

void kexec_uki_beside_free (KexecUkiBeside *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecUkiBeside, kexec_uki_beside_free)
