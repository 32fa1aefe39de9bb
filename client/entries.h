/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prints entries as a table for people. */
#pragma once

#include <glib.h>

/**
 * kexec_entries_print:
 * @entries: an aa{sv} as ListEntries documents it
 * @verbose: with all the facts of each entry, and all findings
 * @columns: how wide the table may be
 */
void kexec_entries_print (GVariant *entries, gboolean verbose, guint columns);
