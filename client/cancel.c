/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kexecctl cancel: takes back a scheduled reboot. */
#include "client/command.h"
#include "client/connection.h"
#include "client/dict.h"
#include "client/print.h"
#include "client/report.h"

/* Returns: what becomes of the kernel that it was for. */
static const char *
tell_fate (GVariant *properties)
{
  g_autoptr (GVariant) staged = kexec_dict_array (properties, "Staged", "a{sv}");
  guint64 expires = kexec_dict_number (staged, "expires");

  if (g_variant_n_children (staged) == 0)
    return "";
  return expires != 0 && expires <= (guint64) g_get_real_time ()
           ? "; the kernel, whose time is over, is let go"
           : "; the kernel stays staged";
}

KexecExitCode
kexec_command_cancel (KexecOptions *options, int argc, char **argv)
{
  g_autoptr (KexecConnection) connection = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) properties = NULL;
  g_autoptr (GError) error = NULL;
  KexecExitCode code;

  if (!kexec_options_parse (options, NULL, &argc, &argv, &code))
    return code;
  connection = kexec_connection_new (options, &error);
  if (connection != NULL)
    reply =
      kexec_connection_call (connection, "Cancel", g_variant_new ("(a{sv})", NULL), NULL, &error);
  if (reply == NULL)
    return kexec_report (options, error);
  /* Without an answer it stays unsaid. */
  properties = kexec_connection_properties (connection, NULL);
  kexec_print_line (KEXEC_STYLE_PLAIN, "The reboot is cancelled%s.",
                    properties != NULL ? tell_fate (properties) : "");
  return KEXEC_EXIT_DONE;
}
