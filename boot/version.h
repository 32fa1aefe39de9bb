/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compares versions as the Version Format Specification (UAPI.10) says. */
#pragma once

/** Returns: < 0 if @a is older than @b, 0 if they are the same, > 0 if @a is newer. */
int kexec_version_compare (const char *a, const char *b);
