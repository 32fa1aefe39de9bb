/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/stale.h"

#include <glib-unix.h>

gboolean
kexec_stale_can_look (const KexecRecord *record)
{
  return record->action != KEXEC_ACTION_STAGE_CUSTOM && !record->is_private;
}

static gboolean
on_event (int fd, GIOCondition condition, gpointer user_data)
{
  KexecStaleWatch *self = user_data;

  kexec_dir_watch_take (self->watch);
  self->changed (self->user_data);
  return G_SOURCE_CONTINUE;
}

void
kexec_stale_watch_set (KexecStaleWatch *self, const KexecRecord *record, int root_fd,
                       void (*changed) (gpointer user_data), gpointer user_data)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new ();

  g_clear_handle_id (&self->source, g_source_remove);
  g_clear_pointer (&self->watch, kexec_dir_watch_free);
  if (record == NULL || !kexec_stale_can_look (record))
    return;
  for (guint i = 0; i < record->files->len; i++) {
    const KexecRecordFile *file = record->files->pdata[i];

    if (*file->path != '\0')
      g_ptr_array_add (paths, file->path);
  }
  if (paths->len == 0)
    return;
  self->changed = changed;
  self->user_data = user_data;
  self->watch = kexec_dir_watch_new (root_fd, paths, 0);
  if (kexec_dir_watch_fd (self->watch) >= 0)
    self->source = g_unix_fd_add (kexec_dir_watch_fd (self->watch), G_IO_IN, on_event, self);
}

static void
look (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const KexecEnvironment *environment = task_data;
  g_autoptr (KexecRecord) record =
    kexec_record_load (environment->runtime_fd, environment->boot_id);

  g_task_return_boolean (task,
                         record != NULL && kexec_record_is_stale (record, environment->root_fd));
}

void
kexec_stale_look_async (const KexecEnvironment *environment, GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);

  g_task_set_task_data (task, (gpointer) environment, NULL);
  g_task_run_in_thread (task, look);
}

gboolean
kexec_stale_look_finish (GAsyncResult *result)
{
  return g_task_propagate_boolean (G_TASK (result), NULL);
}
