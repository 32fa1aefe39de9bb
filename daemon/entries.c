/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/entries.h"

typedef struct {
  GPtrArray *entries;
  KexecConfig *config;
} Listing;

static void
listing_free (Listing *listing)
{
  g_clear_pointer (&listing->entries, g_ptr_array_unref);
  g_clear_pointer (&listing->config, kexec_config_free);
  g_free (listing);
}

static void
worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const KexecEnvironment *environment = task_data;
  Listing *listing = g_new0 (Listing, 1);
  GError *error = NULL;

  listing->config = kexec_config_load (environment->root_fd);
  listing->entries = kexec_catalog_list (environment->root_fd, listing->config, &error);
  if (listing->entries != NULL) {
    g_task_return_pointer (task, listing, (GDestroyNotify) listing_free);
    return;
  }
  listing_free (listing);
  g_task_return_error (task, error);
}

void
kexec_entries_list_async (const KexecEnvironment *environment, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_task_data (task, (gpointer) environment, NULL);
  g_task_set_return_on_cancel (task, TRUE);
  g_task_run_in_thread (task, worker);
}

GPtrArray *
kexec_entries_list_finish (GAsyncResult *result, KexecConfig **config, GError **error)
{
  Listing *listing = g_task_propagate_pointer (G_TASK (result), error);
  GPtrArray *entries;

  if (listing == NULL)
    return NULL;
  entries = g_steal_pointer (&listing->entries);
  if (config != NULL)
    *config = g_steal_pointer (&listing->config);
  listing_free (listing);
  return entries;
}
