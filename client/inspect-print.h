/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shows what was found out about a file: to people, and as JSON. */
#pragma once

#include "client/inspect-file.h"

/** @verbose: with offsets, sections and digests */
void kexec_inspect_print (const KexecInspected *self, gboolean verbose);

/** Prints whether a kernel fits the initrds that were named with it, which was looked at. */
void kexec_inspect_print_together (const KexecInspected *kernel);

/** Returns: (transfer floating): an a{sv} with the keys that the manual documents; null: not known
 * or not applicable. */
GVariant *kexec_inspect_to_variant (const KexecInspected *self);
