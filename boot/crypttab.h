/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Encrypted devices whose keys are sealed to the TPM, as crypttab(5) and command lines say. */
#pragma once

#include <glib.h>

/**
 * kexec_crypttab_find_tpm:
 * @text: contents of /etc/crypttab
 * @names: (element-type utf8): gets the names of devices that are opened with tpm2-device=, each
 *   once, 64 at most
 *
 * Lines that cannot be read are passed over.
 */
void kexec_crypttab_find_tpm (const char *text, GPtrArray *names);

/** The same for rd.luks.options= and luks.options= on a command line: names are UUIDs, or "LUKS".
 */
void kexec_crypttab_find_tpm_in_cmdline (const char *cmdline, GPtrArray *names);
