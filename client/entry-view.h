/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is shown of an entry, whether the service listed it or we did ourselves. */
#pragma once

#include "boot/entry.h"
#include "client/finding-view.h"

typedef struct {
  char *id;
  char *title;
  char *version;
  char *kernel;
  char *cmdline;
  GStrv found_in;
  GStrv named_by;
  GStrv initrds;
  gboolean is_default;
  gboolean is_running;
  gboolean is_trusted;
  GPtrArray *findings; /* (element-type KexecFindingView) */
} KexecEntryView;

/** @entry: an a{sv} as ListEntries documents it; what is missing is empty. Returns: (transfer full)
 */
KexecEntryView *kexec_entry_view_from_variant (GVariant *entry);
/** Returns: (transfer full) */
KexecEntryView *kexec_entry_view_from_entry (const KexecEntry *entry);
void kexec_entry_view_free (KexecEntryView *self);

/** @entries: an aa{sv}. Returns: (transfer full) (element-type KexecEntryView) */
GPtrArray *kexec_entry_views_from_variant (GVariant *entries);
/** @catalog: (element-type KexecEntry). Returns: (transfer full) (element-type KexecEntryView) */
GPtrArray *kexec_entry_views_from_catalog (const GPtrArray *catalog);
