/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kexecctl unstage: lets the loaded kernel go, whoever loaded it. */
#include "client/command.h"
#include "client/connection.h"
#include "client/print.h"
#include "client/report.h"

KexecExitCode
kexec_command_unstage (KexecOptions *options, int argc, char **argv)
{
  g_autoptr (KexecConnection) connection = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  KexecExitCode code;

  if (!kexec_options_parse (options, NULL, &argc, &argv, &code))
    return code;
  connection = kexec_connection_new (options, &error);
  if (connection != NULL)
    reply =
      kexec_connection_call (connection, "Unstage", g_variant_new ("(a{sv})", NULL), NULL, &error);
  if (reply == NULL)
    return kexec_report (options, error);
  kexec_print_line (KEXEC_STYLE_PLAIN,
                    "Nothing is staged any more; a reboot goes through the firmware.");
  return KEXEC_EXIT_DONE;
}
