/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an execution stages by itself, right before it hands over: again, an entry whose files have
 * changed; or for the first time, the default entry (LoadDuringShutdown=).
 */
#pragma once

#include "daemon/service.h"

/**
 * kexec_restage_async:
 *
 * Looks whether the staged entry's files have changed, and stages it again if what was authorized
 * still covers it: the default entry, under the same id, with the same command line, and trusted.
 */
void kexec_restage_async (KexecService *service, GAsyncReadyCallback callback, gpointer user_data);

/**
 * kexec_restage_default_async:
 * @uid: for whom
 * @load: whether to load; else only to check that it could be
 * @cancellable: (nullable): stops a check
 *
 * Stages what a normal reboot would boot, provided that it is trusted and not guessed.
 */
void kexec_restage_default_async (KexecService *service, guint32 uid, gboolean load,
                                  GCancellable *cancellable, GAsyncReadyCallback callback,
                                  gpointer user_data);

/**
 * kexec_restage_finish:
 * @ret_stage_id: (out) (transfer full) (nullable): of what was staged now; %NULL: nothing was
 *
 * Returns: %FALSE if what has to be staged could not be.
 */
gboolean kexec_restage_finish (GAsyncResult *result, char **ret_stage_id, GError **error);
