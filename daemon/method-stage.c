/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/method-stage.h"

#include <malloc.h>

#include "daemon/arrival.h"
#include "daemon/late-load.h"
#include "daemon/log.h"
#include "daemon/names.h"
#include "daemon/ownership.h"
#include "daemon/preflight.h"
#include "daemon/slot.h"
#include "daemon/stage-action.h"
#include "daemon/stage-request.h"
#include "daemon/text.h"
#include "daemon/timetable.h"
#include "daemon/worker.h"

#define TRIM_SEC 2

gboolean
kexec_stage_prepare (KexecRequest *request, GError **error)
{
  KexecService *service = request->service;
  const char *stage_id = kexec_options_get_string (request->options, "stage-id");
  g_autoptr (KexecFindings) obstacles = kexec_findings_new ();

  if (request->is_late)
    return kexec_late_load_prepare (request, error);
  kexec_slot_refresh (service);
  if (!kexec_ownership_check_busy (service, request->uid, error))
    return FALSE;
  if (kexec_slot_is_foreign (service) || stage_id != NULL) {
    if (!kexec_slot_check_staged (service, stage_id, error))
      return FALSE;
  }
  kexec_preflight_obstacles (service->environment, obstacles);
  return kexec_findings_check (obstacles, error);
}

static void
on_progress (const char *phase, guint64 done, guint64 total, gpointer user_data)
{
  KexecRequest *request = user_data;

  g_dbus_connection_emit_signal (request->service->connection, request->sender, KEXEC_BUS_PATH,
                                 KEXEC_BUS_INTERFACE, "StageProgress",
                                 g_variant_new ("(stt)", phase, done, total), NULL);
}

static gboolean
on_trim (gpointer user_data)
{
#ifdef __GLIBC__
  malloc_trim (0);
#endif
  return G_SOURCE_REMOVE;
}

/* A staging begins, or has ended: then timers that waited for its end fire. */
static void
set_staging (KexecService *service, gboolean staging)
{
  service->staging = staging;
  if (!staging) {
    kexec_timetable_arm (service);
    /* What the workers needed for a listing and its checks: the daemon may wait for days now. They
     * let go of it a moment after they have told that they are done. */
    g_timeout_add_seconds (TRIM_SEC, on_trim, NULL);
  }
  kexec_slot_refresh (service);
}

static void
answer_kept (KexecRequest *request, const KexecRecord *record)
{
  kexec_late_load_expect (request, record);
  kexec_request_return (request,
                        g_variant_new ("(@a{sv})", kexec_record_to_variant (record, FALSE)));
}

static void
answer_staged (KexecRequest *request)
{
  KexecService *service = request->service;
  KexecRecord *record = kexec_staging_steal_record (request->staging);
  g_autofree char *name = kexec_text_name_kernel (record->title, record->release);

  if (request->is_late)
    kexec_late_load_expect (request, record);
  else
    kexec_arrival_forget_late (service->environment);
  kexec_slot_set_record (service, record);
  kexec_log (KEXEC_EVENT_STAGED, kexec_record_log_fields (record, request->uid),
             "%s was staged by uid %u", name, request->uid);
  kexec_request_return (request,
                        g_variant_new ("(@a{sv})", kexec_record_to_variant (record, FALSE)));
}

static void
on_staged (GObject *source, GAsyncResult *result, gpointer user_data)
{
  KexecRequest *request = user_data;
  KexecService *service = request->service;
  GError *error = NULL;

  if (kexec_staging_run_finish (request->staging, result, &error)) {
    service->staging = FALSE;
    answer_staged (request);
  } else {
    g_autoptr (GHashTable) details = kexec_request_details (request);

    kexec_log (KEXEC_EVENT_STAGE_FAILED,
               g_variant_new_parsed ("{'KEXEC_UID': <%u>, 'KEXEC_TITLE': <%s>}", request->uid,
                                     (const char *) g_hash_table_lookup (details, "title")),
               "Staging for uid %u failed: %s", request->uid,
               kexec_request_sentence (request, error));
    kexec_slot_note_failed_staging (service);
    kexec_request_fail (request, error);
  }
  set_staging (service, FALSE);
  kexec_worker_next (service);
}

static void
start (KexecRequest *request)
{
  KexecService *service = request->service;
  gboolean is_custom = (request->granted & KEXEC_ACTION_BIT (KEXEC_ACTION_STAGE_CUSTOM)) != 0;
  gint64 lifetime = request->uid == 0 ? 0 : (gint64) request->staged_lifetime_sec * G_USEC_PER_SEC;

  request->staging = kexec_stage_new_staging (request, is_custom);
  kexec_staging_set_owner (request->staging, request->uid, kexec_stage_action (request), lifetime);
  kexec_staging_set_progress (request->staging, on_progress, request);
  if (service->record != NULL)
    kexec_staging_set_replaces (request->staging);
  kexec_staging_run_async (request->staging, TRUE, request->cancellable, on_staged, request);
}

void
kexec_stage_run (KexecRequest *request)
{
  if (request->is_kept) {
    answer_kept (request, request->service->record);
    return;
  }
  if (request->is_late && request->service->handing_over) {
    kexec_request_fail (request, g_error_new (KEXEC_ERROR, KEXEC_ERROR_BUSY,
                                              "A reboot has begun that loads by itself"));
    return;
  }
  set_staging (request->service, TRUE);
  kexec_worker_add (request, TRUE, start);
}

void
kexec_stage_run_files (KexecRequest *request)
{
  g_autoptr (KexecConfig) config = kexec_config_load (request->service->environment->root_fd);

  request->staged_lifetime_sec = config->staged_lifetime_sec;
  kexec_stage_run (request);
}
