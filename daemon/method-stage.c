/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/method-stage.h"

#include <gio/gunixfdlist.h>
#include <malloc.h>

#include "daemon/arrival.h"
#include "daemon/dispatch.h"
#include "daemon/entries.h"
#include "daemon/late-load.h"
#include "daemon/log.h"
#include "daemon/names.h"
#include "daemon/ownership.h"
#include "daemon/preflight.h"
#include "daemon/slot.h"
#include "daemon/stage-action.h"
#include "daemon/staging.h"
#include "daemon/text.h"
#include "daemon/timetable.h"
#include "daemon/worker.h"
#include "image/cmdline.h"

#define BIT(action) KEXEC_ACTION_BIT (KEXEC_ACTION_##action)

/* --- arguments --- */

gboolean
kexec_stage_check_entry (KexecRequest *request, GError **error)
{
  g_variant_get_child (request->parameters, 0, "&s", &request->entry_id);
  if (*request->entry_id == '\0' || kexec_entry_is_id (request->entry_id))
    return kexec_late_load_check (request, error);
  g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_INVALID_ARGUMENT,
                       "That is no entry's id; 'kexecctl list' shows them");
  return FALSE;
}

/* The index in a message can be any number, and there may be no descriptors at all. */
static gboolean
take_fd (KexecRequest *request, gint32 index, const char *what, GError **error)
{
  GDBusMessage *message = g_dbus_method_invocation_get_message (request->invocation);
  GUnixFDList *list = g_dbus_message_get_unix_fd_list (message);
  int fd = -1;

  if (list != NULL && index >= 0 && index < g_unix_fd_list_get_length (list))
    fd = g_unix_fd_list_get (list, index, NULL);
  if (fd < 0) {
    g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_INVALID_ARGUMENT,
                 "The descriptor of %s did not come with the message; pass an opened file", what);
    return FALSE;
  }
  g_array_append_val (request->fds, fd);
  return TRUE;
}

gboolean
kexec_stage_check_files (KexecRequest *request, GError **error)
{
  g_autoptr (GVariant) initrds = g_variant_get_child_value (request->parameters, 1);
  gint32 kernel;
  const char *cmdline;

  g_variant_get_child (request->parameters, 0, "h", &kernel);
  g_variant_get_child (request->parameters, 2, "&s", &cmdline);
  if (!kexec_text_check (cmdline, "The command line", KEXEC_CMDLINE_MAX, error))
    return FALSE;
  if (g_variant_n_children (initrds) > KEXEC_MAX_INITRDS) {
    g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_INVALID_ARGUMENT,
                 "%" G_GSIZE_FORMAT " initrds were passed, at most %d are taken; join some of them",
                 g_variant_n_children (initrds), KEXEC_MAX_INITRDS);
    return FALSE;
  }
  if (!take_fd (request, kernel, "the kernel", error))
    return FALSE;
  for (gsize i = 0; i < g_variant_n_children (initrds); i++) {
    gint32 index;

    g_variant_get_child (initrds, i, "h", &index);
    if (!take_fd (request, index, "an initrd", error))
      return FALSE;
  }
  request->cmdline = g_strdup (cmdline);
  return TRUE;
}

/* --- state --- */

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

/* --- resolving --- */

static void
take_entry (KexecRequest *request, KexecEntry *entry, const KexecConfig *config)
{
  const char *given = kexec_options_get_string (request->options, "cmdline");
  const char *append = kexec_options_get_string (request->options, "append");
  g_autofree char *cmdline =
    given != NULL ? g_strdup (given)
                  : kexec_cmdline_append (entry->cmdline, append != NULL ? append : "");

  /* What was granted was granted for what the prompt named. */
  if (request->entry != NULL &&
      (!g_str_equal (request->entry->id, entry->id) || !g_str_equal (request->cmdline, cmdline)))
    request->granted = 0;
  g_clear_pointer (&request->entry, kexec_entry_unref);
  request->entry = kexec_entry_ref (entry);
  g_free (request->cmdline);
  request->cmdline = g_steal_pointer (&cmdline);
  request->staged_lifetime_sec = config->staged_lifetime_sec;
}

/* Nobody is to type a password for what cannot be staged. Checks and probes have words of their own
   for it, and who may not inspect is told only after all was granted. */
static gboolean
check_blockers (const KexecRequest *request, GError **error)
{
  gboolean has_cmdline = kexec_options_get_string (request->options, "cmdline") != NULL;
  g_autoptr (KexecFindings) relevant = kexec_findings_new ();

  if (request->method->run != kexec_stage_run || !request->may_inspect)
    return TRUE;
  kexec_findings_append (relevant, request->entry->findings);
  if (has_cmdline)
    kexec_findings_drop_cmdline (relevant);
  return kexec_entry_check (relevant, !kexec_stage_changes_cmdline (request), error);
}

static void
on_listed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  KexecRequest *request = user_data;
  GError *error = NULL;
  g_autoptr (KexecListing) listing = kexec_entries_list_finish (result, &error);
  g_autoptr (KexecEntry) entry = NULL;

  if (listing != NULL)
    entry = kexec_catalog_find (listing->entries, request->entry_id, &error);
  if (entry != NULL) {
    take_entry (request, entry, listing->config);
    if (!request->is_late || kexec_late_load_check_entry (entry, &error))
      check_blockers (request, &error);
  }
  kexec_dispatch_resolved (request, error);
}

static void
list (KexecRequest *request)
{
  kexec_entries_list_async (request->service->environment, FALSE, request->cancellable, on_listed,
                            request);
}

void
kexec_stage_resolve (KexecRequest *request)
{
  if (request->is_late && request->method->run == kexec_stage_run)
    kexec_late_load_resolve (request, list);
  else
    list (request);
}

/* --- what the worker works on --- */

static KexecStaging *
new_staging (KexecRequest *request, gboolean may_be_untrusted)
{
  const KexecEnvironment *environment = request->service->environment;
  const char *title = kexec_options_get_string (request->options, "title");
  const char *profile = kexec_options_get_string (request->options, "profile");
  KexecStaging *staging;

  if (request->entry == NULL)
    return kexec_staging_new_files (environment, (const int *) (gpointer) request->fds->data,
                                    request->fds->len, profile != NULL ? profile : "",
                                    title != NULL ? title : "The kernel", request->cmdline);
  staging =
    kexec_staging_new_entry (environment, request->entry, request->cmdline, may_be_untrusted);
  kexec_staging_set_verdicts (staging, request->service->verdicts);
  if (kexec_options_get_string (request->options, "cmdline") != NULL)
    kexec_staging_replace_cmdline (staging);
  return staging;
}

/* --- Stage and StageFiles --- */

static void
on_progress (const char *phase, guint64 done, guint64 total, gpointer user_data)
{
  KexecRequest *request = user_data;

  g_dbus_connection_emit_signal (request->service->connection, request->sender, KEXEC_BUS_PATH,
                                 KEXEC_BUS_INTERFACE, "StageProgress",
                                 g_variant_new ("(stt)", phase, done, total), NULL);
}

/* A staging begins, or has ended: then timers that waited for its end fire. */
static void
set_staging (KexecService *service, gboolean staging)
{
  service->staging = staging;
  if (!staging) {
    kexec_timetable_arm (service);
#ifdef __GLIBC__
    /* What the workers needed for a listing and its checks: the daemon may wait for days now. */
    malloc_trim (0);
#endif
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
               "Staging for uid %u failed: %s", request->uid, error->message);
    kexec_slot_note_failed_staging (service);
    kexec_request_fail (request, error);
  }
  set_staging (service, FALSE);
  kexec_worker_next (service);
}

static void
start_load (KexecRequest *request)
{
  KexecService *service = request->service;
  gboolean is_custom = (request->granted & BIT (STAGE_CUSTOM)) != 0;
  gint64 lifetime = request->uid == 0 ? 0 : (gint64) request->staged_lifetime_sec * G_USEC_PER_SEC;

  request->staging = new_staging (request, is_custom);
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
  kexec_worker_add (request, TRUE, start_load);
}

void
kexec_stage_run_files (KexecRequest *request)
{
  g_autoptr (KexecConfig) config = kexec_config_load (request->service->environment->root_fd);

  request->staged_lifetime_sec = config->staged_lifetime_sec;
  kexec_stage_run (request);
}

/* --- Check --- */

static void
on_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  KexecRequest *request = user_data;
  GError *error = NULL;
  gboolean ok = kexec_staging_run_finish (request->staging, result, &error);
  KexecFindings *findings = kexec_staging_findings (request->staging);

  /* A blocker is an answer, anything else an error. */
  if (ok || (findings != NULL && kexec_findings_blocker (findings) != NULL)) {
    g_clear_error (&error);
    kexec_request_return (request,
                          g_variant_new ("(b@aa{sv})", ok, kexec_findings_to_variant (findings)));
  } else {
    kexec_request_fail (request, error);
  }
  kexec_worker_next (request->service);
}

static void
start_check (KexecRequest *request)
{
  /* It tells about trust by a finding; it needs no authorization for it. */
  request->staging = new_staging (request, TRUE);
  kexec_staging_run_async (request->staging, FALSE, request->cancellable, on_checked, request);
}

void
kexec_stage_run_check (KexecRequest *request)
{
  kexec_worker_add (request, FALSE, start_check);
}
