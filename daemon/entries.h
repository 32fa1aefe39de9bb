/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The boot entries and the configuration, read in a worker: file systems can be slow. */
#pragma once

#include <gio/gio.h>

#include "boot/catalog.h"
#include "boot/dir-watch.h"
#include "daemon/environment.h"

/* What was read in one go. */
typedef struct {
  GPtrArray *entries; /* (element-type KexecEntry) */
  KexecConfig *config;
  KexecDirWatch *watch; /* (nullable): tells when it is out of date; %NULL: nothing can tell */
} KexecListing;

void kexec_listing_free (KexecListing *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecListing, kexec_listing_free)

/**
 * kexec_entries_list_async:
 * @watch: whether to watch all that was read from then on
 *
 * Reads the configuration, then every entry. It ends when the work has, also if it is cancelled:
 * who asks again and again, and leaves, keeps his place in what is counted for him.
 */
void kexec_entries_list_async (const KexecEnvironment *environment, gboolean watch,
                               GCancellable *cancellable, GAsyncReadyCallback callback,
                               gpointer user_data);

/** Returns: (transfer full): the listing, or %NULL. */
KexecListing *kexec_entries_list_finish (GAsyncResult *result, GError **error);
