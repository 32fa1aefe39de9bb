/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The order in which Fedora's GRUB shows the files of the Boot Loader Specification. */
#pragma once

/**
 * kexec_grub_bls_compare:
 *
 * Compares names of files, without ".conf", as name, version and release of a package. Where it
 * says 0, GRUB shows only the one that it met first.
 *
 * Returns: < 0 if @a is older than @b, > 0 if it is newer.
 */
int kexec_grub_bls_compare (const char *a, const char *b);
