/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kexecctl unstage: lets the loaded kernel go, whoever loaded it. */
#include "client/command.h"
#include "client/connection.h"
#include "client/dict.h"
#include "client/print.h"
#include "client/report.h"

/* Whose image is let go. */
typedef struct {
  gboolean if_ours;
  gboolean if_staged;
} Request;

/* What is to be called. */
typedef struct {
  const char *method; /* NULL: there is nothing to do, and nothing wrong with that */
  const char *done;   /* what to say then */
} Decision;

static const Decision do_nothing = { NULL, "There was nothing to let go." };
static const Decision do_unstage = {
  "Unstage", "Nothing is staged any more; a reboot goes through the firmware."
};
static const Decision do_cancel = { "Cancel", "The scheduled reboot is cancelled." };

/* Returns: (nullable): @ret_options: (transfer floating): of the method; %NULL: an error. */
static const Decision *
decide (const Request *request, KexecConnection *connection, GVariant **ret_options, GError **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  const Decision *decision = &do_unstage;
  g_autoptr (GVariant) properties = NULL;
  g_autoptr (GVariant) staged = NULL;
  g_autoptr (GVariant) scheduled = NULL;

  if (!request->if_ours && !request->if_staged) {
    *ret_options = g_variant_dict_end (&dict);
    return decision;
  }
  properties = kexec_connection_properties (connection, error);
  if (properties == NULL)
    return NULL;
  staged = kexec_dict_array (properties, "Staged", "a{sv}");
  if (g_variant_n_children (staged) > 0)
    g_variant_dict_insert (&dict, "stage-id", "s", kexec_dict_string (staged, "stage-id"));
  else if (request->if_ours || !g_str_equal (kexec_dict_string (properties, "State"), "foreign"))
    decision = &do_nothing;
  /* It ends with the image; one that needs none has to be cancelled. */
  scheduled = kexec_dict_array (properties, "Scheduled", "a{sv}");
  if (request->if_ours && decision == &do_nothing && g_variant_n_children (scheduled) > 0)
    decision = &do_cancel;
  if (decision->method != NULL)
    *ret_options = g_variant_dict_end (&dict);
  return decision;
}

KexecExitCode
kexec_command_unstage (KexecOptions *options, int argc, char **argv)
{
  Request request = { 0 };
  const GOptionEntry own[] = {
    { "if-ours", 0, 0, G_OPTION_ARG_NONE, &request.if_ours,
      "Only what kexecd loaded or scheduled; it is no failure if that is nothing", NULL },
    { "if-staged", 0, 0, G_OPTION_ARG_NONE, &request.if_staged,
      "It is no failure if nothing is staged", NULL },
    { NULL },
  };
  g_autoptr (KexecConnection) connection = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  const Decision *decision = NULL;
  GVariant *dict = NULL;
  KexecExitCode code;

  if (!kexec_options_parse (options, own, &argc, &argv, &code))
    return code;
  connection = kexec_connection_new (options, &error);
  if (connection != NULL)
    decision = decide (&request, connection, &dict, &error);
  if (decision != NULL && decision->method != NULL)
    reply = kexec_connection_call (connection, decision->method, g_variant_new ("(@a{sv})", dict),
                                   NULL, &error);
  if (decision == NULL || error != NULL)
    return kexec_report (options, error);
  kexec_print_line (KEXEC_STYLE_PLAIN, "%s", decision->done);
  return KEXEC_EXIT_DONE;
}
