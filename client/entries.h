/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prints entries as a table for people. */
#pragma once

#include "client/entry-view.h"

/**
 * kexec_entries_print:
 * @entries: (element-type KexecEntryView)
 * @verbose: with all the facts of each entry, and all findings
 * @columns: how wide the table may be
 */
void kexec_entries_print (const GPtrArray *entries, gboolean verbose, guint columns);
