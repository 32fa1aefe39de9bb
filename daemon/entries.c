/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/entries.h"

typedef struct {
  const KexecEnvironment *environment;
  gboolean watch;
} Order;

void
kexec_listing_free (KexecListing *self)
{
  g_clear_pointer (&self->entries, g_ptr_array_unref);
  g_clear_pointer (&self->config, kexec_config_free);
  g_clear_pointer (&self->watch, kexec_dir_watch_free);
  g_free (self);
}

static void
worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const Order *order = task_data;
  int root_fd = order->environment->root_fd;
  gint64 since = g_get_real_time ();
  g_autoptr (KexecListing) listing = g_new0 (KexecListing, 1);
  g_autoptr (GPtrArray) inputs = NULL;
  GError *error = NULL;

  /* A task that waited in the pool is run even if nobody waits for it any more. */
  if (g_task_return_error_if_cancelled (task))
    return;
  listing->config = kexec_config_load (root_fd);
  listing->entries =
    kexec_catalog_list (root_fd, listing->config, order->watch ? &inputs : NULL, &error);
  if (listing->entries == NULL) {
    g_task_return_error (task, error);
    return;
  }
  if (inputs != NULL)
    listing->watch = kexec_dir_watch_new (root_fd, inputs, since);
  g_task_return_pointer (task, g_steal_pointer (&listing), (GDestroyNotify) kexec_listing_free);
}

void
kexec_entries_list_async (const KexecEnvironment *environment, gboolean watch,
                          GCancellable *cancellable, GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Order *order = g_new0 (Order, 1);

  order->environment = environment;
  order->watch = watch;
  g_task_set_task_data (task, order, g_free);
  g_task_run_in_thread (task, worker);
}

KexecListing *
kexec_entries_list_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
