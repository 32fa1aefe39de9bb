/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kexecctl check: whether an entry could be staged, and what stands against it. */
#include "client/command.h"
#include "client/connection.h"
#include "client/json.h"
#include "client/print.h"
#include "client/report.h"
#include "client/request.h"

static void
print_json (gboolean ok, GVariant *findings)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&dict, "ok", "b", ok);
  g_variant_dict_insert_value (&dict, "findings", findings);
  kexec_json_print (g_variant_dict_end (&dict));
}

KexecExitCode
kexec_command_check (KexecOptions *options, int argc, char **argv)
{
  g_autofree char *append = NULL;
  g_autofree char *cmdline = NULL;
  const GOptionEntry own[] = {
    { "append", 0, 0, G_OPTION_ARG_STRING, &append, "Check with WORDS after the command line",
      "WORDS" },
    { "cmdline", 0, 0, G_OPTION_ARG_STRING, &cmdline, "Check with LINE as the command line",
      "LINE" },
    { NULL },
  };
  g_autoptr (KexecConnection) connection = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) findings = NULL;
  g_autoptr (GError) error = NULL;
  const char *entry;
  KexecExitCode code;
  gboolean ok;

  if (!kexec_options_parse (options, own, &argc, &argv, &code) ||
      !kexec_request_entry (options, argc, argv, &entry, &code))
    return code;
  if (append != NULL && cmdline != NULL)
    return kexec_options_usage (options, "--append and --cmdline contradict each other");
  connection = kexec_connection_new (options, &error);
  if (connection != NULL)
    reply = kexec_connection_call (
      connection, "Check",
      g_variant_new ("(s@a{sv})", entry, kexec_request_cmdline (append, cmdline)), NULL, &error);
  if (reply == NULL)
    return kexec_report (options, error);
  g_variant_get (reply, "(b@aa{sv})", &ok, &findings);
  if (options->json) {
    print_json (ok, findings);
  } else {
    kexec_print_line (ok ? KEXEC_STYLE_GOOD : KEXEC_STYLE_BAD, "%s",
                      ok ? "It could be staged." : "It cannot be staged.");
    kexec_print_findings (findings, KEXEC_SEVERITY_NOTE, 2);
  }
  return ok ? KEXEC_EXIT_DONE : KEXEC_EXIT_REFUSED;
}
