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

/* Returns: (transfer floating) (nullable): options of Unstage; %NULL: there is nothing to do, and
   nothing wrong with that, or there is an error. */
static GVariant *
decide (const Request *request, KexecConnection *connection, GError **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) properties = NULL;
  g_autoptr (GVariant) staged = NULL;

  if (!request->if_ours && !request->if_staged)
    return g_variant_dict_end (&dict);
  properties = kexec_connection_properties (connection, error);
  if (properties == NULL)
    return NULL;
  staged = kexec_dict_array (properties, "Staged", "a{sv}");
  if (g_variant_n_children (staged) > 0)
    g_variant_dict_insert (&dict, "stage-id", "s", kexec_dict_string (staged, "stage-id"));
  else if (request->if_ours || !g_str_equal (kexec_dict_string (properties, "State"), "foreign"))
    return NULL;
  return g_variant_dict_end (&dict);
}

KexecExitCode
kexec_command_unstage (KexecOptions *options, int argc, char **argv)
{
  Request request = { 0 };
  const GOptionEntry own[] = {
    { "if-ours", 0, 0, G_OPTION_ARG_NONE, &request.if_ours,
      "Only what kexecd loaded; it is no failure if that is nothing", NULL },
    { "if-staged", 0, 0, G_OPTION_ARG_NONE, &request.if_staged,
      "It is no failure if nothing is staged", NULL },
    { NULL },
  };
  g_autoptr (KexecConnection) connection = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  GVariant *dict = NULL;
  KexecExitCode code;

  if (!kexec_options_parse (options, own, &argc, &argv, &code))
    return code;
  connection = kexec_connection_new (options, &error);
  if (connection != NULL)
    dict = decide (&request, connection, &error);
  if (dict != NULL)
    reply =
      kexec_connection_call (connection, "Unstage", g_variant_new ("(@a{sv})", dict), NULL, &error);
  if (error != NULL)
    return kexec_report (options, error);
  kexec_print_line (KEXEC_STYLE_PLAIN, "%s",
                    reply != NULL
                      ? "Nothing is staged any more; a reboot goes through the firmware."
                      : "There was nothing to let go.");
  return KEXEC_EXIT_DONE;
}
