/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/execution.h"

#include "daemon/arrival.h"
#include "daemon/handover.h"
#include "daemon/jump.h"
#include "daemon/log.h"
#include "daemon/names.h"
#include "daemon/restage.h"
#include "daemon/slot.h"
#include "daemon/timetable.h"

/* Files that change while they are loaded are loaded again; what goes on and on is no end. */
#define MAX_STAGINGS 2

typedef struct {
  KexecService *service;
  KexecSchedule *schedule;
  KexecSchedule *displaced; /* (nullable): a later reboot, which this one makes unneeded */
  guint stagings;           /* that it did itself */
  gboolean has_loaded;      /* … because of LoadDuringShutdown=: only for this */
  char *shown;   /* (nullable): the mirror's id, until it was taken back for the hand-over */
  char *failure; /* why that could not load anything, and the reboot is a cold one; or NULL */
} Execution;

static void look (GTask *task);

static void
execution_free (Execution *self)
{
  self->service->executing = FALSE;
  kexec_schedule_free (self->schedule);
  g_clear_pointer (&self->displaced, kexec_schedule_free);
  g_free (self->shown);
  g_free (self->failure);
  g_free (self);
}

/* As if it had not begun. Memory is not held for what was to be booted at once. */
static void
undo (Execution *self)
{
  g_autoptr (GError) error = NULL;

  if (self->has_loaded && self->service->record != NULL &&
      g_str_equal (self->service->record->stage_id, self->schedule->stage_id) &&
      !kexec_slot_unload (self->service, &error))
    kexec_log (KEXEC_EVENT_PROBLEM, NULL, "%s", error->message);
  kexec_timetable_put_back (self->service, g_steal_pointer (&self->displaced));
}

/* The machine goes on running; @error is given to whoever asked. */
static void
abandon (GTask *task, GError *error)
{
  Execution *self = g_task_get_task_data (task);

  kexec_timetable_forget (self->service);
  undo (self);
  kexec_handover_end (self->service);
  g_task_return_error (task, error);
}

/* Nothing that can be undone any more: the machine goes down. */
static void
conclude (GTask *task)
{
  Execution *self = g_task_get_task_data (task);
  const KexecSchedule *displaced = self->displaced;

  if (displaced != NULL)
    kexec_log (KEXEC_EVENT_CANCELLED,
               kexec_record_log_fields (self->service->record, self->schedule->uid),
               "The reboot that uid %u scheduled was cancelled: a reboot was asked for at once",
               displaced->uid);
  g_task_return_boolean (task, TRUE);
}

/* Returns: the command with which a person cancels another tool's shutdown. */
static const char *
cancel_command (const KexecService *service, const KexecShutdown *shutdown)
{
  if (kexec_shutdown_is_elogind (shutdown, service->backend))
    return "loginctl cancel-shutdown";
  return service->backend->cancel_command != NULL ? service->backend->cancel_command
                                                  : "shutdown -c";
}

gboolean
kexec_execution_check_login (const KexecService *service, const KexecLogin *login,
                             gboolean ignore_inhibitors, GError **error)
{
  g_autofree char *inhibitors = NULL;

  if (login->shutdown.preparing) {
    g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_BUSY,
                         "A shutdown is already under way; wait until the machine is up again");
    return FALSE;
  }
  if (login->shutdown.scheduled != NULL && !kexec_mirror_is_ours (service, &login->shutdown)) {
    g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_BUSY,
                 "Another tool has scheduled a shutdown (%s); cancel it first with '%s'",
                 login->shutdown.scheduled, cancel_command (service, &login->shutdown));
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
    conclude (task);
    return;
  }
  undo (self);
  /* Users were told of it, and are told that it does not come, unless another one does. */
  if (self->service->schedule == NULL)
    self->service->mirror.id = g_steal_pointer (&self->shown);
  kexec_handover_add_fate (self->service, self->has_loaded, &error);
  kexec_handover_fail (self->service, error->message);
  g_task_return_error (task, error);
}

static void
on_jumped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Execution *self = g_task_get_task_data (task);
  int error_number = (int) g_task_propagate_int (G_TASK (result), NULL);
  g_autofree char *text = g_strdup_printf (
    "The kernel did not jump into the staged image (%s); its log (dmesg) may say why",
    g_strerror (error_number));

  undo (self);
  kexec_handover_fail (self->service, text);
  g_task_return_new_error (task, KEXEC_ERROR, KEXEC_ERROR_FAILED, "%s", text);
}

static void
jump_worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_task_return_int (task, kexec_jump (task_data));
}

static void
jump (GTask *task)
{
  Execution *self = g_task_get_task_data (task);
  g_autoptr (GTask) jump = g_task_new (NULL, NULL, on_jumped, g_object_ref (task));

  g_task_set_task_data (jump, (gpointer) self->service->environment, NULL);
  g_task_run_in_thread (jump, jump_worker);
}

static void
on_taken_back (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  g_free (kexec_reboot_show_finish (result, NULL));
  jump (task);
}

/* An init system that shows a schedule refuses logins shortly before its time, with a file that
 * would be there for ever. */
static void
take_back_and_jump (GTask *task)
{
  KexecService *service = ((Execution *) g_task_get_task_data (task))->service;
  g_autofree char *shown = g_steal_pointer (&service->mirror.id);

  if (shown == NULL)
    jump (task);
  else
    kexec_reboot_show_async (service->backend, service->environment, service->connection, NULL,
                             shown, TRUE, on_taken_back, g_object_ref (task));
}

static gboolean
check_slot (Execution *self, GError **error)
{
  KexecService *service = self->service;

  kexec_slot_refresh (service);
  if (kexec_slot_is_empty (service) && *self->schedule->stage_id == '\0' &&
      (self->schedule->allow_cold_reboot || self->schedule->load))
    return TRUE;
  return kexec_slot_check_staged (service, self->schedule->stage_id, error);
}

static gboolean
may_ignore_inhibitors (Execution *self)
{
  return self->schedule->ignore_inhibitors &&
         (self->schedule->granted & KEXEC_ACTION_BIT (KEXEC_ACTION_EXECUTE_IGNORE_INHIBIT));
}

/* What the next boot is to compare with what came up, or to tell. */
static gboolean
expect (Execution *self, const KexecRecord *record, GError **error)
{
  const KexecEnvironment *environment = self->service->environment;
  guint32 uid = self->schedule->uid;

  if (record != NULL)
    return kexec_arrival_expect (environment, record, uid, error);
  return self->failure == NULL ||
         kexec_arrival_expect_failure (environment, "", "", self->failure, uid, error);
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

  if (check_slot (self, &error) &&
      (!self->schedule->immediate || kexec_reboot_check_wanted (service->environment, &error)))
    record = service->record;
  request.kexec = record != NULL;
  if (error != NULL || !expect (self, record, &error)) {
    abandon (task, error);
    return;
  }
  kexec_log (KEXEC_EVENT_EXECUTING, kexec_record_log_fields (record, self->schedule->uid),
             "uid %u reboots the machine into %s", self->schedule->uid,
             record != NULL ? record->title : "its firmware: nothing is staged");
  if (self->schedule->immediate) {
    take_back_and_jump (task);
    return;
  }
  self->shown = g_steal_pointer (&service->mirror.id);
  request.is_shown = self->shown != NULL;
  /* A daemon that comes after this one goes by what is expected: it never reboots twice. */
  kexec_timetable_forget (service);
  kexec_handover_begin (service);
  kexec_reboot_async (service->backend, service->environment, service->connection, &request,
                      self->shown, on_rebooting, g_object_ref (task));
}

/* --- what is staged here and now: LoadDuringShutdown=, or files that have changed --- */

/* A reboot that may go through the firmware goes on without an image. @error: why there is none. */
static gboolean
goes_cold (Execution *self, const GError *error)
{
  if (!self->schedule->load || !self->schedule->allow_cold_reboot ||
      !kexec_slot_is_empty (self->service))
    return FALSE;
  kexec_log (KEXEC_EVENT_STAGE_FAILED, kexec_record_log_fields (NULL, self->schedule->uid),
             "Staging for uid %u failed, and the machine reboots through its firmware: %s",
             self->schedule->uid, error->message);
  self->failure = g_strdup (error->message);
  return TRUE;
}

/* Takes @error. */
static void
go_cold_or_abandon (GTask *task, GError *error)
{
  Execution *self = g_task_get_task_data (task);

  if (!goes_cold (self, error)) {
    abandon (task, error);
    return;
  }
  g_error_free (error);
  self->schedule->load = FALSE;
  /* That took seconds: look at everything again. */
  look (task);
}

static void
on_staged (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Execution *self = g_task_get_task_data (task);
  g_autofree char *stage_id = NULL;
  GError *error = NULL;

  if (!kexec_restage_finish (result, &stage_id, &error)) {
    go_cold_or_abandon (task, error);
    return;
  }
  if (stage_id == NULL) {
    hand_over (task);
    return;
  }
  self->has_loaded = self->has_loaded || self->schedule->load;
  self->schedule->load = FALSE;
  /* What waits for the same image waits for what has taken its place. */
  if (self->displaced != NULL && *self->displaced->stage_id != '\0' &&
      g_str_equal (self->displaced->stage_id, self->schedule->stage_id)) {
    g_free (self->displaced->stage_id);
    self->displaced->stage_id = g_strdup (stage_id);
  }
  g_free (self->schedule->stage_id);
  self->schedule->stage_id = g_steal_pointer (&stage_id);
  if (self->stagings++ >= MAX_STAGINGS) {
    g_set_error_literal (&error, KEXEC_ERROR, KEXEC_ERROR_STALE,
                         "The files of the staged kernel keep changing; stage it when whatever"
                         " writes them has finished");
    abandon (task, error);
  } else {
    look (task);
  }
}

static void
stage (GTask *task)
{
  Execution *self = g_task_get_task_data (task);
  KexecService *service = self->service;
  GError *error = NULL;

  if (!self->schedule->load)
    kexec_restage_async (service, on_staged, g_object_ref (task));
  else if (kexec_reboot_check (service->backend, service->environment, &error))
    kexec_restage_default_async (service, self->schedule->uid, TRUE, NULL, on_staged,
                                 g_object_ref (task));
  else
    go_cold_or_abandon (task, error);
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
    stage (task);
}

/* Only then is it known what the init system shows of our schedule. */
static void
on_mirror_settled (gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  look (task);
}

static void
look (GTask *task)
{
  Execution *self = g_task_get_task_data (task);

  if (kexec_mirror_wait (self->service, on_mirror_settled, task)) {
    g_object_ref (task);
    return;
  }
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
  service->handing_over = service->executing = TRUE;
  if (service->schedule != NULL)
    self->displaced = kexec_timetable_take (service);
  kexec_slot_refresh (service);
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
  kexec_log (KEXEC_EVENT_CANCELLED, kexec_record_log_fields (fired->service->record, fired->uid),
             "The reboot that uid %u scheduled was cancelled: %s", fired->uid, error->message);
}

void
kexec_execution_fire (KexecService *service)
{
  const KexecSchedule *schedule = service->schedule;
  gint64 late = g_get_real_time () - schedule->when;
  Fired *fired;

  if (late > KEXEC_LATE_SEC * G_USEC_PER_SEC) {
    static const char why[] =
      "its time was missed while the machine slept or kexecd was not running";

    kexec_handover_note_failure (service, schedule->uid, why);
    kexec_timetable_cancel (service, schedule->uid, why);
    return;
  }
  fired = g_new0 (Fired, 1);
  fired->service = service;
  fired->uid = schedule->uid;
  service->handing_over = TRUE;
  kexec_execution_start (service, kexec_timetable_take (service), on_fired, fired);
}
