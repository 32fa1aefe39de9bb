/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/method-execute.h"

#include "daemon/dispatch.h"
#include "daemon/execution.h"
#include "daemon/late-load.h"
#include "daemon/log.h"
#include "daemon/names.h"
#include "daemon/ownership.h"
#include "daemon/restage.h"
#include "daemon/slot.h"
#include "daemon/timetable.h"

#define BIT(action) KEXEC_ACTION_BIT (KEXEC_ACTION_##action)

gboolean
kexec_execute_check (KexecRequest *request, GError **error)
{
  guint64 when = kexec_options_get_uint64 (request->options, "when");
  guint64 latest = (guint64) g_get_real_time () + KEXEC_MAX_WHEN_SEC * (guint64) G_USEC_PER_SEC;

  if (when <= latest)
    return TRUE;
  g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_INVALID_ARGUMENT,
               "The time is more than %d days ahead; choose an earlier one",
               KEXEC_MAX_WHEN_SEC / (24 * 3600));
  return FALSE;
}

/* With nothing staged at all, an ordinary reboot may do; never over somebody else's image. */
static gboolean
is_cold (KexecRequest *request)
{
  KexecService *service = request->service;

  return kexec_slot_is_empty (service) &&
         kexec_options_get_boolean (request->options, "allow-cold-reboot") &&
         kexec_options_get_string (request->options, "stage-id") == NULL;
}

/* LoadDuringShutdown=; where that is not set, OpenRC's way is yes, any other's no. */
static gboolean
loads_late (const KexecEnvironment *environment)
{
  g_autoptr (KexecConfig) config = kexec_config_load (environment->root_fd);

  return g_str_equal (kexec_late_load_when (environment, config), "during-shutdown");
}

/* With nothing staged, the default entry may be what is loaded when all else is done. */
static gboolean
loads (KexecRequest *request)
{
  KexecService *service = request->service;

  return kexec_slot_is_empty (service) && loads_late (service->environment) &&
         kexec_options_get_string (request->options, "stage-id") == NULL &&
         !kexec_options_get_boolean (request->options, "immediate");
}

/* Whether the machine can reboot in the way that is asked for. */
static gboolean
check_backend (KexecRequest *request, GError **error)
{
  const KexecService *service = request->service;

  if (kexec_options_get_boolean (request->options, "immediate"))
    return kexec_reboot_check_wanted (service->environment, error);
  if (is_cold (request))
    return kexec_reboot_reach (service->backend, service->environment, error);
  return kexec_reboot_check (service->backend, service->environment, error);
}

gboolean
kexec_execute_prepare (KexecRequest *request, GError **error)
{
  KexecService *service = request->service;
  const char *stage_id = kexec_options_get_string (request->options, "stage-id");

  kexec_slot_refresh (service);
  if (!kexec_ownership_check_busy (service, request->uid, error))
    return FALSE;
  if (!is_cold (request) && !loads (request) && !kexec_slot_check_staged (service, stage_id, error))
    return FALSE;
  return check_backend (request, error);
}

KexecActions
kexec_execute_shape (KexecRequest *request)
{
  KexecActions actions = BIT (EXECUTE) | kexec_ownership_need (request->service, request->uid);

  if (loads (request))
    actions |= BIT (STAGE_DEFAULT);
  if (kexec_options_get_boolean (request->options, "immediate"))
    actions |= BIT (EXECUTE_IMMEDIATE);
  if (kexec_options_get_string (request->options, "message") != NULL)
    actions |= BIT (SET_WALL_MESSAGE);
  return actions;
}

KexecActions
kexec_execute_need (KexecRequest *request)
{
  KexecActions actions = kexec_execute_shape (request);

  if (request->login->sessions->len > 0)
    actions |= BIT (EXECUTE_MULTIPLE_SESSIONS);
  if (request->login->inhibitors->len > 0)
    actions |= BIT (EXECUTE_IGNORE_INHIBIT);
  return actions;
}

/* What was seen may have been our mirror, which has been taken back since. */
static gboolean
is_outdated (const KexecRequest *request)
{
  const KexecService *service = request->service;
  const KexecShutdown *shutdown = &request->login->shutdown;

  return request->mirror_changes != service->mirror.changes && shutdown->scheduled != NULL &&
         !kexec_mirror_is_ours (service, shutdown);
}

static void
on_login (GObject *source, GAsyncResult *result, gpointer user_data)
{
  KexecRequest *request = user_data;
  GError *error = NULL;

  g_clear_pointer (&request->login, kexec_login_free);
  request->login = kexec_login_read_finish (result, &error);
  if (request->login != NULL && is_outdated (request)) {
    kexec_execute_resolve (request);
    return;
  }
  if (request->login != NULL)
    kexec_execution_check_login (request->service, request->login,
                                 kexec_options_get_boolean (request->options, "ignore-inhibitors"),
                                 &error);
  kexec_dispatch_resolved (request, error);
}

void
kexec_execute_resolve (KexecRequest *request)
{
  request->mirror_changes = request->service->mirror.changes;
  kexec_login_read_async (request->service->environment, request->service->backend,
                          request->service->connection, request->uid, request->cancellable,
                          on_login, request);
}

static KexecSchedule *
new_schedule (KexecRequest *request)
{
  const KexecRecord *record = request->service->record;
  KexecSchedule *schedule = kexec_schedule_new ();

  schedule->uid = request->uid;
  schedule->when = kexec_options_get_uint64 (request->options, "when");
  schedule->stage_id = g_strdup (record != NULL ? record->stage_id : "");
  schedule->message = g_strdup (kexec_options_get_string (request->options, "message"));
  schedule->ignore_inhibitors = kexec_options_get_boolean (request->options, "ignore-inhibitors");
  schedule->allow_cold_reboot = kexec_options_get_boolean (request->options, "allow-cold-reboot");
  schedule->immediate = kexec_options_get_boolean (request->options, "immediate");
  schedule->load =
    loads (request) && (request->uid == 0 || (request->granted & BIT (STAGE_DEFAULT)) != 0);
  schedule->granted = request->uid == 0 ? ~(KexecActions) 0 : request->granted;
  return schedule;
}

static const char *
describe_target (const KexecSchedule *schedule)
{
  if (schedule->load)
    return "into what is then the default kernel";
  return *schedule->stage_id != '\0' ? "into the staged kernel" : "through the firmware";
}

static void
set_schedule (KexecRequest *request, KexecSchedule *schedule)
{
  g_autoptr (GDateTime) when = g_date_time_new_from_unix_local (schedule->when / G_USEC_PER_SEC);
  g_autofree char *text = when != NULL ? g_date_time_format (when, "%F %T %Z") : NULL;
  const char *target = describe_target (schedule);
  GError *error = NULL;

  if (!kexec_timetable_set (request->service, schedule, &error)) {
    kexec_request_fail (request, error);
    return;
  }
  kexec_log (
    KEXEC_EVENT_SCHEDULED, kexec_record_log_fields (request->service->record, request->uid),
    "uid %u scheduled a reboot %s for %s", request->uid, target, text != NULL ? text : "later");
  kexec_request_return (request, NULL);
}

static void
on_executed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KexecRequest) request = user_data;
  GError *error = NULL;

  if (kexec_execution_finish (result, &error))
    kexec_request_return (request, NULL);
  else
    kexec_request_fail (request, error);
}

/* Nobody may be there when its time has come: what cannot be loaded now is refused now. */
typedef struct {
  KexecRequest *request;
  KexecSchedule *schedule;
} Later;

/* That took seconds: the caller may have gone, and others may have been here. */
static gboolean
check_again (KexecRequest *request, GError **error)
{
  if (g_cancellable_set_error_if_cancelled (request->cancellable, error) ||
      !kexec_ownership_check_busy (request->service, request->uid, error))
    return FALSE;
  if (kexec_slot_is_empty (request->service))
    return TRUE;
  g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_STAGE_CHANGED,
                       "An image was staged in the meantime; look at 'kexecctl status' and decide"
                       " again");
  return FALSE;
}

/* A reboot that may go through the firmware is scheduled all the same; by its time, whatever is in
 * the way may be gone. */
static gboolean
is_passed_over (const Later *later, const GError *error)
{
  if (!later->schedule->allow_cold_reboot ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return FALSE;
  kexec_log (KEXEC_EVENT_PROBLEM, kexec_record_log_fields (NULL, later->request->uid),
             "The default entry cannot be loaded for the reboot that uid %u schedules, which goes"
             " through the firmware unless that is mended before: %s",
             later->request->uid, error->message);
  return TRUE;
}

static void
on_default_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Later *later = user_data;
  g_autoptr (KexecRequest) request = later->request;
  g_autoptr (KexecSchedule) schedule = later->schedule;
  g_autofree char *stage_id = NULL;
  GError *error = NULL;

  kexec_slot_refresh (request->service);
  request->service->scheduling = NULL;
  if (!kexec_restage_finish (result, &stage_id, &error) && is_passed_over (later, error))
    g_clear_error (&error);
  if (error == NULL)
    check_again (request, &error);
  if (error == NULL)
    set_schedule (request, g_steal_pointer (&schedule));
  else
    kexec_request_fail (request, error);
}

static void
check_default (KexecRequest *request, KexecSchedule *schedule)
{
  Later *later;

  /* One verification at a time. */
  if (request->service->scheduling != NULL) {
    kexec_schedule_free (schedule);
    kexec_request_fail (request, g_error_new (KEXEC_ERROR, KEXEC_ERROR_BUSY,
                                              "The default entry is being checked for another"
                                              " reboot; try again in a moment"));
    return;
  }
  later = g_new0 (Later, 1);
  later->request = kexec_request_ref (request);
  later->schedule = schedule;
  request->service->scheduling = request;
  kexec_restage_default_async (request->service, request->uid, FALSE, request->cancellable,
                               on_default_checked, later);
}

void
kexec_execute_run (KexecRequest *request)
{
  g_autoptr (KexecSchedule) schedule = new_schedule (request);

  request->is_executing = schedule->when <= g_get_real_time ();
  if (request->is_executing)
    kexec_execution_start (request->service, g_steal_pointer (&schedule), on_executed,
                           kexec_request_ref (request));
  else if (schedule->load)
    check_default (request, g_steal_pointer (&schedule));
  else
    set_schedule (request, g_steal_pointer (&schedule));
}
