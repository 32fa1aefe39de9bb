/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells a person what was just staged. */
#pragma once

#include <glib.h>

/**
 * kexec_staged_print:
 * @staged: an a{sv} as GetStaged documents it
 * @verbose: with all findings, the command line, and size and digest of each file
 */
void kexec_staged_print (GVariant *staged, gboolean verbose);

/** Returns: (transfer none): what to call it in a sentence. */
const char *kexec_staged_name (GVariant *staged);
