/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How architectures are called by uname(2), by images and by the Boot Loader Specification. */
#pragma once

#include <glib.h>

/**
 * kexec_bls_architecture_of:
 * @machine: as uname(2) says it: "armv7l"
 *
 * Returns: (transfer none) (nullable): as in an entry: "arm"; %NULL if EFI has no name for it.
 */
const char *kexec_bls_architecture_of (const char *machine);

/**
 * kexec_bls_architecture_is:
 * @architecture: as in an entry
 * @efi: as EFI calls it: "x64", "AA64"
 *
 * Whether both are the same.
 */
gboolean kexec_bls_architecture_is (const char *architecture, const char *efi);
