/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/methods.h"

#include "daemon/dispatch.h"
#include "daemon/late-load.h"
#include "daemon/log.h"
#include "daemon/method-check.h"
#include "daemon/method-execute.h"
#include "daemon/method-list.h"
#include "daemon/method-stage.h"
#include "daemon/names.h"
#include "daemon/ownership.h"
#include "daemon/slot.h"
#include "daemon/stage-action.h"
#include "daemon/stage-request.h"
#include "daemon/timetable.h"
#include "image/cmdline.h"

#define BIT(action) KEXEC_ACTION_BIT (KEXEC_ACTION_##action)

/* clang-format off */
static const KexecOption no_options[] = { { NULL } };

static const KexecOption list_options[] = {
  { "verbose", "b", 0, NULL },
  { NULL }
};

static const KexecOption stage_id_option[] = {
  { "stage-id", "s", KEXEC_MAX_STAGE_ID, NULL },
  { NULL }
};

static const KexecOption check_options[] = {
  { "append", "s", KEXEC_CMDLINE_MAX, "cmdline" },
  { "cmdline", "s", KEXEC_CMDLINE_MAX, "append" },
  { "during-shutdown", "b", 0, "append cmdline" },
  { NULL }
};

static const KexecOption stage_options[] = {
  { "append", "s", KEXEC_CMDLINE_MAX, "cmdline" },
  { "cmdline", "s", KEXEC_CMDLINE_MAX, "append" },
  { "during-shutdown", "b", 0, "append cmdline stage-id" },
  { "stage-id", "s", KEXEC_MAX_STAGE_ID, NULL },
  { NULL }
};

static const KexecOption stage_files_options[] = {
  { "profile", "s", KEXEC_MAX_PROFILE, NULL },
  { "stage-id", "s", KEXEC_MAX_STAGE_ID, NULL },
  { "title", "s", KEXEC_MAX_TITLE, NULL },
  { NULL }
};

static const KexecOption execute_options[] = {
  { "stage-id", "s", KEXEC_MAX_STAGE_ID, NULL },
  { "when", "t", 0, "immediate" },
  { "message", "s", KEXEC_MAX_MESSAGE, NULL },
  { "ignore-inhibitors", "b", 0, NULL },
  { "allow-cold-reboot", "b", 0, "immediate" },
  { "immediate", "b", 0, "when allow-cold-reboot" },
  { NULL }
};
/* clang-format on */

static KexecActions
shape_inspect (KexecRequest *request)
{
  return BIT (INSPECT);
}

/* --- GetStaged --- */

static gboolean
prepare_get_staged (KexecRequest *request, GError **error)
{
  kexec_slot_refresh (request->service);
  return kexec_slot_check_staged (request->service, NULL, error);
}

static void
run_get_staged (KexecRequest *request)
{
  const KexecRecord *record = request->service->record;
  gboolean stale = kexec_slot_is_stale (request->service);

  kexec_request_return (request,
                        g_variant_new ("(@a{sv})", kexec_record_to_variant (record, stale)));
}

/* --- Unstage --- */

static gboolean
prepare_unstage (KexecRequest *request, GError **error)
{
  KexecService *service = request->service;
  const char *stage_id = kexec_options_get_string (request->options, "stage-id");

  kexec_slot_refresh (service);
  if (!kexec_ownership_check_busy (service, request->uid, error))
    return FALSE;
  if (stage_id == NULL && kexec_slot_is_foreign (service))
    return TRUE;
  return kexec_slot_check_staged (service, stage_id, error);
}

static KexecActions
shape_unstage (KexecRequest *request)
{
  KexecService *service = request->service;

  return BIT (UNSTAGE) | kexec_ownership_need (service, request->uid) |
         (kexec_slot_is_foreign (service) ? BIT (STAGE_CUSTOM) : 0);
}

static void
run_unstage (KexecRequest *request)
{
  KexecService *service = request->service;
  g_autoptr (GVariant) fields =
    g_variant_ref_sink (kexec_record_log_fields (service->record, request->uid));
  g_autofree char *title =
    g_strdup (service->record != NULL ? service->record->title : "Another program's image");
  GError *error = NULL;

  if (!kexec_slot_unload (service, &error)) {
    kexec_request_fail (request, error);
    return;
  }
  kexec_log (KEXEC_EVENT_UNSTAGED, fields, "%s was unstaged by uid %u", title, request->uid);
  kexec_request_return (request, NULL);
}

/* --- Cancel --- */

static gboolean
prepare_cancel (KexecRequest *request, GError **error)
{
  const char *command = request->service->backend->cancel_command;

  kexec_slot_refresh (request->service);
  if (request->service->schedule != NULL)
    return TRUE;
  /* What is scheduled waits again if that fails. */
  if (request->service->executing) {
    g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_BUSY,
                         "A reboot is just about to begin; try again when it has begun or failed");
    return FALSE;
  }
  if (command != NULL)
    g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_NOT_STAGED,
                 "No reboot is scheduled here; '%s' cancels those of other tools", command);
  else
    g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_NOT_STAGED,
                         "No reboot is scheduled here; there is nothing to cancel");
  return FALSE;
}

static KexecActions
shape_cancel (KexecRequest *request)
{
  return BIT (EXECUTE);
}

static void
run_cancel (KexecRequest *request)
{
  g_autofree char *why = g_strdup_printf ("uid %u asked for it", request->uid);

  kexec_timetable_cancel (request->service, request->uid, why);
  kexec_request_return (request, NULL);
}

/* --- the table --- */

static const KexecMethod methods[] = {
  {
    .name = "ListEntries",
    .signal = "handle-list-entries",
    .options = list_options,
    .shape = shape_inspect,
    .run = kexec_list_run,
  },
  {
    .name = "Check",
    .signal = "handle-check",
    .options = check_options,
    .check = kexec_stage_check_entry,
    .shape = shape_inspect,
    .resolve = kexec_stage_resolve,
    .run = kexec_check_run,
  },
  {
    .name = "GetStaged",
    .signal = "handle-get-staged",
    .options = no_options,
    .prepare = prepare_get_staged,
    .shape = shape_inspect,
    .run = run_get_staged,
  },
  {
    .name = "Stage",
    .signal = "handle-stage",
    .options = stage_options,
    .check = kexec_stage_check_entry,
    .prepare = kexec_stage_prepare,
    .shape = kexec_stage_shape,
    .resolve = kexec_stage_resolve,
    .need = kexec_stage_need,
    .run = kexec_stage_run,
    .failed = kexec_late_load_failed,
  },
  {
    .name = "StageFiles",
    .signal = "handle-stage-files",
    .options = stage_files_options,
    .check = kexec_stage_check_files,
    .prepare = kexec_stage_prepare,
    .shape = kexec_stage_files_shape,
    .run = kexec_stage_run_files,
  },
  {
    .name = "Unstage",
    .signal = "handle-unstage",
    .options = stage_id_option,
    .prepare = prepare_unstage,
    .shape = shape_unstage,
    .run = run_unstage,
  },
  {
    .name = "Execute",
    .signal = "handle-execute",
    .options = execute_options,
    .check = kexec_execute_check,
    .prepare = kexec_execute_prepare,
    .shape = kexec_execute_shape,
    .resolve = kexec_execute_resolve,
    .need = kexec_execute_need,
    .run = kexec_execute_run,
  },
  {
    .name = "Cancel",
    .signal = "handle-cancel",
    .options = no_options,
    .prepare = prepare_cancel,
    .shape = shape_cancel,
    .run = run_cancel,
  },
  {
    .name = "CanStage",
    .signal = "handle-can-stage",
    .options = no_options,
    .probe = TRUE,
    .check = kexec_stage_check_entry,
    .prepare = kexec_stage_prepare,
    .shape = kexec_stage_shape,
    .resolve = kexec_stage_resolve,
    .need = kexec_stage_need,
    .run = kexec_request_answer_yes,
  },
  {
    .name = "CanExecute",
    .signal = "handle-can-execute",
    .options = execute_options,
    .probe = TRUE,
    .check = kexec_execute_check,
    .prepare = kexec_execute_prepare,
    .shape = kexec_execute_shape,
    .resolve = kexec_execute_resolve,
    .need = kexec_execute_need,
    .run = kexec_request_answer_yes,
  },
};

const KexecMethod *
kexec_methods_all (gsize *n)
{
  *n = G_N_ELEMENTS (methods);
  return methods;
}

const KexecMethod *
kexec_methods_find (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    if (g_str_equal (methods[i].name, name))
      return &methods[i];
  g_assert_not_reached ();
}
