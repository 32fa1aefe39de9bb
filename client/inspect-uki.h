/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of unified kernel images and of their addons, and how they fit together. */
#pragma once

#include "client/inspect-file.h"

/** Verifies the initrds and the microcode in @self, a UKI or an addon, while its file is open. */
void kexec_inspect_parts (KexecInspected *self, const KexecInspectHost *host);

/**
 * kexec_inspect_addons:
 *
 * Reads the addons beside a UKI, "NAME.efi.extra.d/WHAT.addon.efi", in the order in which they are
 * applied: sorted by name (UAPI.5, "PE Addons").
 */
void kexec_inspect_addons (KexecInspected *self, const KexecInspectHost *host);

/** Checks the command line and the initrds of each profile of a UKI, with its addons. */
void kexec_inspect_profiles (KexecInspected *self, const KexecInspectHost *host);
