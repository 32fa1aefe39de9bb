/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names from files and file systems, made fit for terminals and for the bus. */
#pragma once

/**
 * kexec_printable:
 *
 * Returns: (transfer full): @text as UTF-8, with U+FFFD for bytes that are none and "?" for
 * characters that cannot be printed, line breaks among them.
 */
char *kexec_printable (const char *text);

/**
 * kexec_printable_size:
 *
 * Returns: (transfer full): a limit as people say it: "1 MiB", "64 KiB", or "100 bytes" where it is
 * no whole number of either.
 */
char *kexec_printable_size (unsigned long size);

/** Returns: whether @text is plain ASCII that can be printed as it is: nearly every text is. */
int kexec_printable_is_plain (const char *text);
