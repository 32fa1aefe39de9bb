/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/restage.h"

#include "daemon/entries.h"
#include "daemon/late-load.h"
#include "daemon/log.h"
#include "daemon/preflight.h"
#include "daemon/slot.h"
#include "daemon/stage-action.h"
#include "daemon/staging.h"

typedef struct {
  KexecService *service;
  guint32 uid;   /* for whom */
  gboolean load; /* else only to check */
  gboolean again;
  KexecStaging *staging;
} Restage;

static void
restage_free (Restage *self)
{
  g_clear_pointer (&self->staging, kexec_staging_unref);
  g_free (self);
}

static GTask *
new_task (KexecService *service, guint32 uid, gboolean load, gboolean again,
          GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Restage *self = g_new0 (Restage, 1);

  self->service = service;
  self->uid = uid;
  self->load = load;
  self->again = again;
  g_task_set_task_data (task, self, (GDestroyNotify) restage_free);
  return task;
}

/* --- the staging itself --- */

static void
on_staged (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Restage *self = g_task_get_task_data (task);
  KexecRecord *record;
  GError *error = NULL;

  if (self->load)
    self->service->staging = FALSE;
  if (!kexec_staging_run_finish (self->staging, result, &error)) {
    g_prefix_error (
      &error, "%s",
      self->again ? "The staged kernel's files have changed, and cannot be staged again: " : "");
    if (self->load)
      kexec_slot_note_failed_staging (self->service);
    g_task_return_error (task, error);
    return;
  }
  if (!self->load) {
    g_task_return_pointer (task, NULL, NULL);
    return;
  }
  record = kexec_staging_steal_record (self->staging);
  kexec_log (KEXEC_EVENT_STAGED, kexec_record_log_fields (record, record->uid),
             self->again ? "%s was staged again: its files had changed"
                         : "%s was staged to be booted at once",
             record->title);
  kexec_slot_set_record (self->service, record);
  g_task_return_pointer (task, g_strdup (record->stage_id), g_free);
}

static void
stage (GTask *task, KexecEntry *entry, const KexecConfig *config)
{
  Restage *self = g_task_get_task_data (task);
  KexecService *service = self->service;
  guint32 uid = self->again ? service->record->uid : self->uid;

  self->staging = kexec_staging_new_entry (service->environment, entry, entry->cmdline, FALSE);
  kexec_staging_set_owner (self->staging, uid, KEXEC_ACTION_STAGE_DEFAULT,
                           uid == 0 ? 0 : (gint64) config->staged_lifetime_sec * G_USEC_PER_SEC);
  if (self->again)
    kexec_staging_set_replaces (self->staging);
  if (self->load)
    service->staging = TRUE;
  else
    kexec_staging_set_verdicts (self->staging, service->verdicts);
  kexec_staging_run_async (self->staging, self->load, g_task_get_cancellable (task), on_staged,
                           g_object_ref (task));
}

/* --- files that have changed since they were staged --- */

/* Only what was authorized. */
static gboolean
is_same (const KexecEntry *entry, const KexecRecord *record)
{
  return record->action == KEXEC_ACTION_STAGE_DEFAULT &&
         kexec_stage_entry_action (entry, record->uid) == KEXEC_ACTION_STAGE_DEFAULT &&
         g_str_equal (entry->cmdline, record->cmdline);
}

static void
on_listed_again (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Restage *self = g_task_get_task_data (task);
  KexecService *service = self->service;
  g_autoptr (KexecListing) listing = kexec_entries_list_finish (result, NULL);
  g_autoptr (KexecEntry) entry = NULL;
  GError *error = NULL;

  kexec_slot_refresh (service);
  if (!kexec_slot_check_staged (service, NULL, &error)) {
    g_task_return_error (task, error);
    return;
  }
  if (listing != NULL)
    entry = kexec_catalog_find (listing->entries, service->record->id, NULL);
  if (entry != NULL && is_same (entry, service->record))
    stage (task, entry, listing->config);
  else
    g_task_return_new_error (task, KEXEC_ERROR, KEXEC_ERROR_STALE,
                             "The files of %s have changed since it was staged; stage it again",
                             service->record->title);
}

static void
on_freshness (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Restage *self = g_task_get_task_data (task);

  if (kexec_stale_look_finish (result))
    kexec_entries_list_async (self->service->environment, FALSE, NULL, on_listed_again,
                              g_object_ref (task));
  else
    g_task_return_pointer (task, NULL, NULL);
}

void
kexec_restage_async (KexecService *service, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = new_task (service, 0, TRUE, TRUE, NULL, callback, user_data);

  kexec_stale_look_async (service->environment, on_freshness, g_steal_pointer (&task));
}

/* --- the default entry --- */

static void
on_listed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const Restage *self = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (KexecListing) listing = kexec_entries_list_finish (result, &error);
  g_autoptr (KexecEntry) entry = NULL;

  if (listing != NULL)
    entry = kexec_catalog_find (listing->entries, "", &error);
  if (entry == NULL || !kexec_late_load_check_entry (entry, self->uid, &error))
    g_task_return_error (task, error);
  else
    stage (task, entry, listing->config);
}

void
kexec_restage_default_async (KexecService *service, guint32 uid, gboolean load,
                             GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = new_task (service, uid, load, FALSE, cancellable, callback, user_data);
  g_autoptr (KexecFindings) obstacles = kexec_findings_new ();
  GError *error = NULL;

  kexec_preflight_obstacles (service->environment, obstacles);
  if (!kexec_findings_check (obstacles, &error))
    g_task_return_error (task, error);
  else
    kexec_entries_list_async (service->environment, FALSE, cancellable, on_listed,
                              g_object_ref (task));
}

gboolean
kexec_restage_finish (GAsyncResult *result, char **ret_stage_id, GError **error)
{
  GError *cause = NULL;
  char *stage_id = g_task_propagate_pointer (G_TASK (result), &cause);

  if (cause != NULL) {
    g_propagate_error (error, cause);
    return FALSE;
  }
  *ret_stage_id = stage_id;
  return TRUE;
}
