/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/late-load.h"

#include "daemon/arrival.h"
#include "daemon/dispatch.h"
#include "daemon/log.h"
#include "daemon/method-stage.h"
#include "daemon/slot.h"
#include "daemon/stage-action.h"

/* How long somebody else's staging is waited for: less than the service's script waits for us. */
#define WAIT_SEC 60
#define LOOK_MS  100

/* --- whether it is wanted --- */

gboolean
kexec_late_load_is_wanted (const KexecEnvironment *environment, const KexecConfig *config)
{
  if (config->load_during_shutdown != KEXEC_CONFIG_LOAD_UNSET)
    return config->load_during_shutdown == KEXEC_CONFIG_LOAD_YES;
  return kexec_environment_has_openrc (environment);
}

const char *
kexec_late_load_when (const KexecEnvironment *environment, const KexecConfig *config)
{
  if (g_strcmp0 (config->kernel, "-") == 0)
    return "never";
  return kexec_late_load_is_wanted (environment, config) ? "during-shutdown" : "at-start";
}

/* --- the request --- */

gboolean
kexec_late_load_check (KexecRequest *request, GError **error)
{
  gboolean is_late = kexec_options_get_boolean (request->options, "during-shutdown");

  if (is_late && *request->entry_id != '\0') {
    g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_INVALID_ARGUMENT,
                         "Only the default entry can be loaded during shutdown; name no other");
    return FALSE;
  }
  if (is_late && request->method->run == kexec_stage_run && request->uid != 0) {
    g_set_error_literal (error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED,
                         "Only root's services load during shutdown; leave the option out");
    return FALSE;
  }
  request->is_late = is_late;
  return TRUE;
}

static const char BEING_STAGED[] =
  "An image was still being staged, and it was too late to wait for"
  " that any longer; reboot when it is staged";

/* What could not be loaded now is found out by the load. */
gboolean
kexec_late_load_prepare (KexecRequest *request, GError **error)
{
  KexecService *service = request->service;

  kexec_slot_refresh (service);
  /* It is waited for when the request is resolved. */
  if (service->staging && request->is_resolved)
    g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_BUSY, BEING_STAGED);
  else if (kexec_slot_is_foreign (service))
    g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_FOREIGN_IMAGE,
                         "Another program has loaded an image, and it stays; let it go with"
                         " 'kexecctl unstage'");
  else if (service->record == NULL && service->handing_over)
    g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_BUSY,
                         "The machine is about to reboot through its firmware, as it was asked to;"
                         " stage an image before, to boot that");
  else if (service->record == NULL && request->is_kept)
    g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_NOT_STAGED,
                         "The staged image was unloaded while it was looked at");
  else
    return TRUE;
  return FALSE;
}

typedef struct {
  KexecRequest *request;
  void (*list) (KexecRequest *request);
} Look;

static void
on_freshness (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Look *look = user_data;
  KexecRequest *request = look->request;
  const KexecRecord *record = request->service->record;
  GError *error = NULL;

  if (!kexec_stale_look_finish (result)) {
    request->is_kept = TRUE;
    kexec_dispatch_resolved (request, NULL);
  } else if (record == NULL || record->action == KEXEC_ACTION_STAGE_DEFAULT) {
    look->list (request);
  } else {
    /* Chosen by somebody who is not there any more to be asked for it anew. */
    g_set_error (&error, KEXEC_ERROR, KEXEC_ERROR_STALE,
                 "The files of %s have changed since it was staged; stage it again", record->title);
    kexec_dispatch_resolved (request, error);
  }
}

/* Somebody else's staging decides what comes up. Its end may be that of the daemon, so that the
 * next boot is told beforehand what comes of that. */
static void
expect_without (KexecRequest *request)
{
  KexecService *service = request->service;
  g_autoptr (GError) error = NULL;

  if (service->record != NULL)
    kexec_late_load_expect (request, service->record);
  else if (!service->handing_over &&
           !kexec_arrival_expect_failure (service->environment, "", "", BEING_STAGED, request->uid,
                                          &error))
    kexec_log (KEXEC_EVENT_PROBLEM, NULL, "%s", error->message);
}

typedef struct {
  KexecRequest *request;
  void (*list) (KexecRequest *request);
  gint64 deadline; /* µs, monotonic */
} Wait;

static gboolean
on_look_again (gpointer user_data)
{
  Wait *wait = user_data;
  KexecRequest *request = wait->request;
  GError *error = NULL;

  if (!request->service->staging)
    kexec_late_load_resolve (request, wait->list);
  else if (g_cancellable_set_error_if_cancelled (request->cancellable, &error))
    kexec_dispatch_resolved (request, error);
  else if (g_get_monotonic_time () >= wait->deadline)
    kexec_dispatch_resolved (request,
                             g_error_new_literal (KEXEC_ERROR, KEXEC_ERROR_BUSY, BEING_STAGED));
  else
    return G_SOURCE_CONTINUE;
  return G_SOURCE_REMOVE;
}

static void
wait_for_staging (KexecRequest *request, void (*list) (KexecRequest *request))
{
  Wait *wait = g_new0 (Wait, 1);

  wait->request = request;
  wait->list = list;
  wait->deadline = g_get_monotonic_time () + WAIT_SEC * G_USEC_PER_SEC;
  expect_without (request);
  g_timeout_add_full (G_PRIORITY_DEFAULT, LOOK_MS, on_look_again, wait, g_free);
}

void
kexec_late_load_resolve (KexecRequest *request, void (*list) (KexecRequest *request))
{
  KexecService *service = request->service;
  Look *look;

  if (service->staging) {
    wait_for_staging (request, list);
  } else if (service->record == NULL) {
    list (request);
  } else if (service->handing_over) {
    request->is_kept = TRUE;
    kexec_dispatch_resolved (request, NULL);
  } else {
    look = g_new0 (Look, 1);
    look->request = request;
    look->list = list;
    kexec_stale_look_async (service->environment, on_freshness, look);
  }
}

/* Returns: (nullable): the text of the first finding with @code. */
static const char *
find_text (const KexecEntry *entry, KexecFindingCode code)
{
  for (guint i = 0; i < entry->findings->len; i++) {
    const KexecFinding *finding = entry->findings->pdata[i];

    if (finding->code == code)
      return finding->text;
  }
  return NULL;
}

/* Returns: why it takes more than the right to reboot to boot an entry. */
static const char *
explain (const KexecEntry *entry)
{
  const char *text = find_text (entry, KEXEC_FINDING_UNTRUSTED);

  if (text == NULL)
    text = find_text (entry, KEXEC_FINDING_DEVICE_UNKNOWN);
  if (text != NULL)
    return text;
  if (!entry->is_trusted)
    return "others than root can change what it boots";
  if (entry->is_locked)
    return "its boot menu asks for a password before it boots it";
  /* It may be one because of what was written and cannot be followed. */
  if (entry->is_default_guessed && find_text (entry, KEXEC_FINDING_CONFIGURATION_INVALID) != NULL)
    return "that it is the default is only a guess; mend the lines of the configuration that"
           " 'kexecctl check' names, or say Entry=auto in /etc/kexecd/kexecd.conf to accept it";
  if (entry->is_default_guessed)
    return "that it is the default is only a guess; say Entry=auto in /etc/kexecd/kexecd.conf to"
           " accept it";
  return "the running command line, which it would get, opens a shell or changes init";
}

gboolean
kexec_late_load_check_entry (const KexecEntry *entry, guint32 uid, GError **error)
{
  /* What is missing has nobody to be trusted, either. */
  if (!kexec_findings_check (entry->findings, error))
    return FALSE;
  if (kexec_stage_entry_action (entry, uid) == KEXEC_ACTION_STAGE_DEFAULT)
    return TRUE;
  g_set_error (error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED,
               "%s cannot be loaded during shutdown: %s", entry->title, explain (entry));
  return FALSE;
}

/* --- what the next boot is told --- */

/* Returns: (transfer full) (nullable): what to say if the machine comes up through its firmware
   although an image was loaded. */
static char *
hint (KexecService *service)
{
  g_autoptr (GError) error = NULL;

  if (g_str_equal (service->backend->name, "openrc-init"))
    return g_strdup ("with openrc-init a plain 'reboot' never boots what is loaded; use"
                     " 'openrc-shutdown --kexec now' or 'kexecctl reboot'");
  if (!kexec_reboot_check (service->backend, service->environment, &error))
    return g_strdup (error->message);
  return NULL;
}

void
kexec_late_load_expect (KexecRequest *request, const KexecRecord *record)
{
  KexecService *service = request->service;
  g_autofree char *otherwise = hint (service);
  g_autoptr (GError) error = NULL;

  /* A hand-over has written it down already. */
  if (!service->handing_over &&
      !kexec_arrival_expect_late (service->environment, record, otherwise, &error))
    kexec_log (KEXEC_EVENT_PROBLEM, NULL, "%s", error->message);
}

/* An image whose files have changed could be one that does not find its modules any more. */
static void
let_go (KexecService *service)
{
  g_autoptr (GError) error = NULL;

  if (service->record != NULL && !kexec_slot_unload (service, &error))
    kexec_log (KEXEC_EVENT_PROBLEM, NULL, "%s stays loaded: %s", service->record->title,
               error->message);
}

void
kexec_late_load_failed (KexecRequest *request, const GError *error)
{
  KexecService *service = request->service;
  const char *title = request->entry != NULL ? request->entry->title : "";
  const char *id = request->entry != NULL ? request->entry->id : "";
  const char *why = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
                      ? "It took too long, and was stopped"
                      : error->message;
  g_autoptr (GError) problem = NULL;

  if (!request->is_late || service->handing_over ||
      g_error_matches (error, KEXEC_ERROR, KEXEC_ERROR_FOREIGN_IMAGE))
    return;
  if (service->staging && service->worker != request) {
    expect_without (request);
    return;
  }
  let_go (service);
  kexec_log (KEXEC_EVENT_STAGE_FAILED, g_variant_new_parsed ("{'KEXEC_TITLE': <%s>}", title),
             "Nothing could be loaded during shutdown, so the machine reboots through its firmware:"
             " %s",
             why);
  if (!kexec_arrival_expect_failure (service->environment, id, title, why, request->uid, &problem))
    kexec_log (KEXEC_EVENT_PROBLEM, NULL, "%s", problem->message);
}
