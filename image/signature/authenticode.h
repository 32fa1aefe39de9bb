/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The digest of a PE file that an Authenticode signature holds (Microsoft, "Windows Authenticode
 * Portable Executable Signature Format", "Calculating the PE Image Hash").
 */
#pragma once

#include "image/uki/pe.h"

/**
 * kexec_authenticode_digest:
 * @pe: read from @input
 * @type: the algorithm
 * @problem: (out) (nullable): why there is no digest, the end of a sentence
 *
 * Digests what the running kernel would (Linux: crypto/asymmetric_keys/verify_pefile.c): the
 * headers without the checksum and the certificate table's entry, the sections in the order in
 * which they stand in the file, and what follows them, less the certificate table. Every byte is
 * read once, in constant memory.
 *
 * Returns: (transfer full) (nullable): lower-case hexadecimal; %NULL if the file's parts overlap or
 * lie outside of it, or if it cannot be read.
 */
char *kexec_authenticode_digest (const KexecInput *input, const KexecPe *pe, GChecksumType type,
                                 const char **problem);
