/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sentence that every Linux kernel carries: "Linux version 6.1.0 (builder) (compiler) #1 …". */
#pragma once

#include "image/input.h"
#include "image/watch.h"

/* The longest release, as uname(2) can return it, without the NUL. */
#define KEXEC_RELEASE_MAX 64

/**
 * kexec_banner_find:
 * @input: an unpacked kernel
 * @watch: (nullable)
 * @release: (out) (transfer full) (nullable): "6.1.0-30-amd64"
 * @version: (out) (transfer full) (nullable): builder and build, "(builder) #1 SMP …"
 *
 * Looks for it as Linux's init/version.c writes it, in the first KEXEC_SEARCH_MAX bytes.
 *
 * Returns: %FALSE if there is none.
 */
gboolean kexec_banner_find (const KexecInput *input, const KexecWatch *watch, char **release,
                            char **version);

/**
 * kexec_version_parse:
 * @text: "RELEASE (builder) #1 SMP …", printable and NUL-terminated within @size bytes
 *
 * Returns: %FALSE if it is not of that form.
 */
gboolean kexec_version_parse (const char *text, gsize size, char **release, char **version);
