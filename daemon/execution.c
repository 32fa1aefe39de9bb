/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/execution.h"

#include "daemon/arrival.h"
#include "daemon/entries.h"
#include "daemon/handover.h"
#include "daemon/log.h"
#include "daemon/method-stage.h"
#include "daemon/names.h"
#include "daemon/staging.h"

typedef struct {
  KexecService *service;
  KexecSchedule *schedule;
  KexecStaging *staging; /* when stale files are staged again */
} Execution;

static void look (GTask *task);

static void
execution_free (Execution *self)
{
  kexec_schedule_free (self->schedule);
  g_clear_pointer (&self->staging, kexec_staging_unref);
  g_free (self);
}

/* The machine goes on running; @error is given to whoever asked. */
static void
abandon (GTask *task, GError *error)
{
  Execution *self = g_task_get_task_data (task);

  kexec_handover_end (self->service);
  g_task_return_error (task, error);
}

gboolean
kexec_execution_check_login (const KexecService *service, const KexecLogin *login,
                             gboolean ignore_inhibitors, GError **error)
{
  g_autofree char *inhibitors = NULL;

  if (login->shutdown.preparing) {
    g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_BUSY, "A shutdown is already under way");
    return FALSE;
  }
  if (login->shutdown.scheduled != NULL && !kexec_mirror_is_ours (service, &login->shutdown)) {
    g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_BUSY,
                 "Another tool has scheduled a shutdown (%s); cancel it first with 'shutdown -c'",
                 login->shutdown.scheduled);
    return FALSE;
  }
  if (login->inhibitors->len == 0 || ignore_inhibitors)
    return TRUE;
  inhibitors = kexec_login_join (login->inhibitors);
  g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_INHIBITED,
               "Rebooting is blocked by %s; wait until that has finished, or use"
               " --ignore-inhibitors",
               inhibitors);
  return FALSE;
}

/* --- the last step: the hand-over --- */

static void
on_rebooting (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Execution *self = g_task_get_task_data (task);
  GError *error = NULL;

  if (kexec_reboot_finish (result, &error)) {
    g_task_return_boolean (task, TRUE);
    return;
  }
  kexec_handover_fail (self->service, error->message);
  g_task_return_error (task, error);
}

static void
jump (GTask *task)
{
  Execution *self = g_task_get_task_data (task);
  int error_number = self->service->environment->ops->execute ();
  g_autofree char *text = g_strdup_printf (
    "The kernel did not jump into the staged image (%s); its log (dmesg) may say why",
    g_strerror (error_number));

  kexec_handover_fail (self->service, text);
  g_task_return_new_error (task, KEXEC_ERROR, KEXEC_ERROR_FAILED, "%s", text);
}

static gboolean
check_slot (Execution *self, GError **error)
{
  KexecService *service = self->service;

  kexec_service_refresh (service);
  if (kexec_service_is_empty (service) && self->schedule->allow_cold_reboot &&
      *self->schedule->stage_id == '\0')
    return TRUE;
  return kexec_service_check_staged (service, self->schedule->stage_id, error);
}

static gboolean
may_ignore_inhibitors (Execution *self)
{
  return self->schedule->ignore_inhibitors &&
         (self->schedule->granted & KEXEC_ACTION_BIT (KEXEC_ACTION_EXECUTE_IGNORE_INHIBIT));
}

static void
hand_over (GTask *task)
{
  Execution *self = g_task_get_task_data (task);
  KexecService *service = self->service;
  KexecRebootRequest request = {
    .ignore_inhibitors = may_ignore_inhibitors (self),
    .message = self->schedule->message,
  };
  const KexecRecord *record = NULL;
  GError *error = NULL;

  if (check_slot (self, &error))
    record = service->record;
  request.kexec = record != NULL;
  if (error != NULL || (record != NULL && !kexec_arrival_expect (service->environment, record,
                                                                 self->schedule->uid, &error))) {
    abandon (task, error);
    return;
  }
  kexec_log (KEXEC_EVENT_EXECUTING, kexec_service_log_fields (record, self->schedule->uid),
             "uid %u reboots the machine into %s", self->schedule->uid,
             record != NULL ? record->title : "its firmware: nothing is staged");
  kexec_handover_begin (service);
  if (self->schedule->immediate)
    jump (task);
  else
    kexec_reboot_async (service->backend, service->environment, service->connection, &request,
                        service->mirror.id, on_rebooting, g_object_ref (task));
}

/* --- files that have changed since they were staged --- */

static void
set_stale (GError **error, const char *title)
{
  g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_STALE,
               "The files of %s have changed since it was staged; stage it again", title);
}

static void
on_staged_again (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Execution *self = g_task_get_task_data (task);
  KexecRecord *record;
  GError *error = NULL;

  self->service->staging = FALSE;
  if (!kexec_staging_run_finish (self->staging, result, &error)) {
    g_prefix_error (&error, "The staged kernel's files have changed, and cannot be staged again: ");
    abandon (task, error);
    return;
  }
  record = kexec_staging_steal_record (self->staging);
  kexec_log (KEXEC_EVENT_STAGED, kexec_service_log_fields (record, record->uid),
             "%s was staged again: its files had changed", record->title);
  g_free (self->schedule->stage_id);
  self->schedule->stage_id = g_strdup (record->stage_id);
  kexec_service_set_record (self->service, record);
  /* That took seconds: look at everything again. */
  look (task);
}

/* Only what was authorized: the default entry, with the same id and command line, and trusted. */
static gboolean
is_same (const KexecEntry *entry, const KexecRecord *record)
{
  return record->action == KEXEC_ACTION_STAGE_DEFAULT &&
         kexec_stage_entry_action (entry) == KEXEC_ACTION_STAGE_DEFAULT &&
         g_str_equal (entry->cmdline, record->cmdline);
}

static void
on_listed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Execution *self = g_task_get_task_data (task);
  KexecService *service = self->service;
  g_autoptr (KexecListing) listing = kexec_entries_list_finish (result, NULL);
  g_autoptr (KexecEntry) entry = NULL;
  const KexecRecord *record;
  GError *error = NULL;

  if (!check_slot (self, &error)) {
    abandon (task, error);
    return;
  }
  record = service->record;
  if (listing != NULL)
    entry = kexec_catalog_find (listing->entries, record->id, NULL);
  if (entry == NULL || !is_same (entry, record)) {
    set_stale (&error, record->title);
    abandon (task, error);
    return;
  }
  self->staging = kexec_staging_new_entry (service->environment, entry, record->cmdline, FALSE);
  kexec_staging_set_owner (
    self->staging, record->uid, record->action,
    record->uid == 0 ? 0 : (gint64) listing->config->staged_lifetime_sec * G_USEC_PER_SEC);
  kexec_staging_set_replaces (self->staging);
  service->staging = TRUE;
  kexec_staging_run_async (self->staging, TRUE, NULL, on_staged_again, g_object_ref (task));
}

static void
find_stale (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const KexecEnvironment *environment = task_data;
  g_autoptr (KexecRecord) record =
    kexec_record_load (environment->runtime_fd, environment->boot_id);

  g_task_return_boolean (task,
                         record != NULL && kexec_record_is_stale (record, environment->root_fd));
}

static void
on_freshness (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Execution *self = g_task_get_task_data (task);
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), NULL)) {
    hand_over (task);
  } else if (self->staging != NULL) {
    set_stale (&error, "the staged kernel");
    abandon (task, error);
  } else {
    kexec_entries_list_async (self->service->environment, FALSE, NULL, on_listed,
                              g_object_ref (task));
  }
}

/* In a worker, since the files can be on any file system. */
static void
freshen (GTask *task)
{
  Execution *self = g_task_get_task_data (task);
  g_autoptr (GTask) freshness = g_task_new (NULL, NULL, on_freshness, g_object_ref (task));

  g_task_set_task_data (freshness, (gpointer) self->service->environment, NULL);
  g_task_run_in_thread (freshness, find_stale);
}

/* --- the first step: who is there, and who asks not to --- */

static gboolean
check_sessions (Execution *self, const KexecLogin *login, GError **error)
{
  KexecActions granted = self->schedule->granted;
  g_autofree char *sessions = NULL;

  if (login->sessions->len == 0 ||
      (granted & KEXEC_ACTION_BIT (KEXEC_ACTION_EXECUTE_MULTIPLE_SESSIONS)))
    return TRUE;
  sessions = kexec_login_join (login->sessions);
  g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_SESSIONS_ACTIVE,
               "Others are logged in (%s), which was not so when the reboot was authorized; ask"
               " for it again",
               sessions);
  return FALSE;
}

static void
on_login (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Execution *self = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (KexecLogin) login = kexec_login_read_finish (result, &error);

  if (login == NULL ||
      !kexec_execution_check_login (self->service, login, may_ignore_inhibitors (self), &error) ||
      !check_sessions (self, login, &error) || !check_slot (self, &error))
    abandon (task, error);
  else
    freshen (task);
}

static void
look (GTask *task)
{
  Execution *self = g_task_get_task_data (task);

  kexec_login_read_async (self->service->environment, self->service->backend,
                          self->service->connection, self->schedule->uid, NULL, on_login,
                          g_object_ref (task));
}

void
kexec_execution_start (KexecService *service, KexecSchedule *schedule, GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  Execution *self = g_new0 (Execution, 1);

  self->service = service;
  self->schedule = schedule;
  g_task_set_task_data (task, self, (GDestroyNotify) execution_free);
  /* From now on nothing else may change the state. */
  service->handing_over = TRUE;
  kexec_service_cancel_schedule (service, schedule->uid, "a reboot was asked for at once");
  kexec_service_refresh (service);
  look (task);
}

gboolean
kexec_execution_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- on a timer: nobody is there to be told --- */

typedef struct {
  KexecService *service;
  guint32 uid;
} Fired;

static void
on_fired (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Fired *fired = user_data;
  g_autoptr (GError) error = NULL;

  if (kexec_execution_finish (result, &error))
    return;
  kexec_handover_note_failure (fired->service, fired->uid, error->message);
  kexec_log (KEXEC_EVENT_CANCELLED, kexec_service_log_fields (fired->service->record, fired->uid),
             "The reboot that uid %u scheduled was cancelled: %s", fired->uid, error->message);
}

void
kexec_execution_fire (KexecService *service)
{
  KexecSchedule *schedule = service->schedule;
  gint64 late = g_get_real_time () - schedule->when;
  Fired *fired;

  if (late > KEXEC_LATE_SEC * G_USEC_PER_SEC) {
    static const char why[] =
      "its time was missed while the machine slept or kexecd was not running";

    kexec_handover_note_failure (service, schedule->uid, why);
    kexec_service_cancel_schedule (service, schedule->uid, why);
    return;
  }
  fired = g_new0 (Fired, 1);
  fired->service = service;
  fired->uid = schedule->uid;
  schedule = g_steal_pointer (&service->schedule);
  service->handing_over = TRUE;
  kexec_service_set_schedule (service, NULL, NULL);
  kexec_execution_start (service, schedule, on_fired, fired);
}
