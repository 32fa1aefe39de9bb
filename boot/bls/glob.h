/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Patterns that name boot entries. */
#pragma once

#include <glib.h>

/**
 * kexec_bls_glob_match:
 * @pattern: "*", "?", "[a-z]" and "\" before a character have a meaning (systemd:
 *   src/boot/efi-string.c, efi_fnmatch()); any case
 * @id: an entry's
 *
 * Never takes longer than the product of the two lengths.
 */
gboolean kexec_bls_glob_match (const char *pattern, const char *id);
