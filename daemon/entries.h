/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The boot entries and the configuration, read in a worker: file systems can be slow. */
#pragma once

#include <gio/gio.h>

#include "boot/catalog.h"
#include "daemon/environment.h"

/** Reads the configuration, then every entry. */
void kexec_entries_list_async (const KexecEnvironment *environment, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data);

/**
 * kexec_entries_list_finish:
 * @config: (out) (optional) (transfer full): the configuration they were read with
 *
 * Returns: (transfer full) (element-type KexecEntry): the entries, or %NULL.
 */
GPtrArray *kexec_entries_list_finish (GAsyncResult *result, KexecConfig **config, GError **error);
