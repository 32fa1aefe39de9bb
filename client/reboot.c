/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kexecctl reboot: stages what is asked for, or makes sure that something is, and executes that. */
#include "client/command.h"
#include "client/dict.h"
#include "client/human.h"
#include "client/print.h"
#include "client/report.h"
#include "client/request.h"
#include "client/staged.h"
#include "client/when.h"
#include "image/error.h"

typedef struct {
  char *when;
  char *message;
  gboolean ignore_inhibitors;
  gboolean allow_cold_reboot;
  gboolean immediate;
  guint64 when_usec;   /* 0: now */
  gboolean loads_late; /* found out: the service loads the default entry itself */
} Request;

static void
request_clear (Request *self)
{
  g_free (self->when);
  g_free (self->message);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Request, request_clear)

static gboolean
parse_request (KexecOptions *options, Request *request, int *argc, char ***argv,
               KexecExitCode *ret_code)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GError) error = NULL;
  const GOptionEntry own[] = {
    { "when", 0, 0, G_OPTION_ARG_STRING, &request->when,
      "When: now, +MINUTES, +90s, +2h, HH:MM or \"YYYY-MM-DD HH:MM\"", "TIME" },
    { "message", 0, 0, G_OPTION_ARG_STRING, &request->message, "Tell everyone who is logged in",
      "TEXT" },
    { "ignore-inhibitors", 0, 0, G_OPTION_ARG_NONE, &request->ignore_inhibitors,
      "Even if a program asks to wait", NULL },
    { "allow-cold-reboot", 0, 0, G_OPTION_ARG_NONE, &request->allow_cold_reboot,
      "If nothing can be staged, go through the firmware", NULL },
    { "immediate", 0, 0, G_OPTION_ARG_NONE, &request->immediate,
      "Skip the shutdown: stops and unmounts nothing, can lose data", NULL },
    { NULL },
  };

  if (!kexec_options_parse (options, own, argc, argv, ret_code))
    return FALSE;
  if (request->immediate && (request->when != NULL || request->allow_cold_reboot)) {
    *ret_code = kexec_options_usage (options, "--immediate contradicts --when and "
                                              "--allow-cold-reboot");
    return FALSE;
  }
  if (request->when != NULL &&
      !kexec_when_parse (request->when, now, &request->when_usec, &error)) {
    *ret_code = kexec_options_usage (options, "%s", error->message);
    return FALSE;
  }
  return TRUE;
}

static GVariant *
stage_now (const KexecOptions *options, KexecConnection *connection, const char *entry,
           GError **error)
{
  GVariant *staged = kexec_request_stage (connection, entry, g_variant_new ("a{sv}", NULL), error);

  if (staged != NULL)
    kexec_staged_print (staged, options->verbose);
  return staged;
}

/*
 * Returns: (transfer full): what is staged, an a{sv}, staged now if need be. It is empty where
 * another program filled the slot: Execute knows what to say to that; and where nothing is staged
 * before the machine shuts down.
 */
static GVariant *
ensure_staged (const KexecOptions *options, KexecConnection *connection, const char *entry,
               Request *request, GError **error)
{
  g_autoptr (GVariant) properties = NULL;
  g_autoptr (GVariant) staged = NULL;

  if (*entry != '\0')
    return stage_now (options, connection, entry, error);
  properties = kexec_connection_properties (connection, error);
  if (properties == NULL)
    return NULL;
  staged = kexec_dict_array (properties, "Staged", "a{sv}");
  if (g_variant_n_children (staged) > 0 ||
      g_str_equal (kexec_dict_string (properties, "State"), "foreign"))
    return g_steal_pointer (&staged);
  request->loads_late =
    !request->immediate &&
    g_str_equal (kexec_dict_string (properties, "LoadDefault"), "during-shutdown");
  if (request->loads_late)
    return g_steal_pointer (&staged);
  return stage_now (options, connection, "", error);
}

static gboolean
execute (KexecConnection *connection, const Request *request, GVariant *staged, GError **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  const char *stage_id = kexec_dict_string (staged, "stage-id");
  g_autoptr (GVariant) reply = NULL;

  /* What is executed is what was staged, whatever others do meanwhile. */
  if (*stage_id != '\0')
    g_variant_dict_insert (&dict, "stage-id", "s", stage_id);
  if (request->when_usec != 0)
    g_variant_dict_insert (&dict, "when", "t", request->when_usec);
  if (request->message != NULL)
    g_variant_dict_insert (&dict, "message", "s", request->message);
  if (request->ignore_inhibitors)
    g_variant_dict_insert (&dict, "ignore-inhibitors", "b", TRUE);
  if (request->allow_cold_reboot)
    g_variant_dict_insert (&dict, "allow-cold-reboot", "b", TRUE);
  if (request->immediate)
    g_variant_dict_insert (&dict, "immediate", "b", TRUE);
  reply = kexec_connection_call (
    connection, "Execute", g_variant_new ("(@a{sv})", g_variant_dict_end (&dict)), NULL, error);
  return reply != NULL;
}

/* Whether the service found nothing that could be loaded. The machine goes down: if there is no
 * answer any more, the next boot has it. */
static gboolean
has_loaded_nothing (const Request *request, KexecConnection *connection)
{
  g_autoptr (GVariant) properties = NULL;
  g_autoptr (GVariant) loaded = NULL;

  if (!request->loads_late || !request->allow_cold_reboot || request->when_usec != 0)
    return FALSE;
  properties = kexec_connection_properties (connection, NULL);
  if (properties == NULL)
    return FALSE;
  loaded = kexec_dict_array (properties, "Staged", "a{sv}");
  return g_variant_n_children (loaded) == 0;
}

static void
print_outcome (const Request *request, GVariant *staged)
{
  const char *what = g_variant_n_children (staged) > 0 ? kexec_staged_name (staged)
                     : request->loads_late             ? "the default entry"
                                                       : "the normal kernel, through the firmware";

  if (request->when_usec == 0) {
    kexec_print_line (KEXEC_STYLE_PLAIN, "The machine is shutting down, to boot %s.", what);
  } else {
    g_autofree char *moment = kexec_human_moment (request->when_usec);
    g_autofree char *relative =
      kexec_human_relative (request->when_usec, (guint64) g_get_real_time ());

    kexec_print_line (KEXEC_STYLE_PLAIN, "The machine will boot %s at %s (%s).", what, moment,
                      relative);
    kexec_print_line (KEXEC_STYLE_PLAIN, "'kexecctl cancel' cancels that.");
  }
}

/* Whether a failure to stage is what --allow-cold-reboot is about; not: denied, or Ctrl-C. */
static gboolean
allows_cold (const Request *request, const char *entry, const GError *error)
{
  KexecExitCode code = kexec_exit_code (error);

  return request->allow_cold_reboot && *entry == '\0' && error->domain == KEXEC_ERROR &&
         (code == KEXEC_EXIT_FAILED || code == KEXEC_EXIT_REFUSED);
}

KexecExitCode
kexec_command_reboot (KexecOptions *options, int argc, char **argv)
{
  g_auto (Request) request = { 0 };
  g_autoptr (KexecConnection) connection = NULL;
  g_autoptr (GVariant) staged = NULL;
  g_autoptr (GError) error = NULL;
  const char *entry;
  KexecExitCode code;

  if (!parse_request (options, &request, &argc, &argv, &code) ||
      !kexec_request_entry (options, argc, argv, &entry, &code))
    return code;
  connection = kexec_connection_new (options, &error);
  if (connection == NULL)
    return kexec_report (options, error);
  staged = ensure_staged (options, connection, entry, &request, &error);
  if (staged == NULL && allows_cold (&request, entry, error)) {
    kexec_report (options, error);
    g_clear_error (&error);
    staged = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  }
  if (staged == NULL || !execute (connection, &request, staged, &error))
    return kexec_report (options, error);
  if (has_loaded_nothing (&request, connection)) {
    kexec_report_sentence ("The default entry could not be loaded; the log, and after the reboot"
                           " 'kexecctl status', say why.");
    request.loads_late = FALSE;
  }
  print_outcome (&request, staged);
  return KEXEC_EXIT_DONE;
}
