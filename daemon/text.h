/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules for strings that come from callers, and how they may be shown again. */
#pragma once

#include <glib.h>

/**
 * kexec_text_check:
 * @what: what the string is, for the sentence: "The message"
 * @max: the longest, in bytes
 *
 * Returns: whether @text is UTF-8 without control characters and not too long; else
 * InvalidArgument.
 */
gboolean kexec_text_check (const char *text, const char *what, gsize max, GError **error);

/**
 * kexec_text_name_kernel:
 *
 * Returns: (transfer full): "title (release)" for the log; the title alone where it holds the
 * release, or that is not known.
 */
char *kexec_text_name_kernel (const char *title, const char *release);

/**
 * kexec_text_without_folders:
 *
 * Returns: (transfer full): @text without the folders of the files that it names, fit for
 * properties, which everyone reads: "/boot/secret/vmlinuz" is "vmlinuz". Those of the system that
 * a remedy may be about stay: /dev, /etc, /proc, /run, /sys and /usr.
 */
char *kexec_text_without_folders (const char *text);

/**
 * kexec_text_sanitize:
 *
 * Returns: (transfer full): @text fit for a prompt: one line of at most 1000 characters, of which
 * the last say how many are missing; runs of white space are one space, control and
 * direction-changing characters are replaced, and "$(" is broken up, which polkit would expand.
 */
char *kexec_text_sanitize (const char *text);
