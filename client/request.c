/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/request.h"

gboolean
kexec_request_entry (const KexecOptions *options, int argc, char **argv, const char **ret_entry,
                     KexecExitCode *ret_code)
{
  const char *entry = argc > 0 ? argv[0] : "";

  /* D-Bus takes nothing else. */
  if (!g_utf8_validate (entry, -1, NULL)) {
    *ret_code = kexec_options_usage (options, "'%s' is no entry; its name is not UTF-8", entry);
    return FALSE;
  }
  if (argc > 0 && *entry == '\0') {
    *ret_code = kexec_options_usage (options, "The name of an entry is never empty");
    return FALSE;
  }
  *ret_entry = entry;
  return TRUE;
}

GVariant *
kexec_request_cmdline (const char *append, const char *cmdline)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  if (append != NULL)
    g_variant_dict_insert (&dict, "append", "s", append);
  if (cmdline != NULL)
    g_variant_dict_insert (&dict, "cmdline", "s", cmdline);
  return g_variant_dict_end (&dict);
}

GVariant *
kexec_request_stage (KexecConnection *connection, const char *entry, GVariant *dict, GError **error)
{
  g_autoptr (GVariant) reply = kexec_connection_call (
    connection, "Stage", g_variant_new ("(s@a{sv})", entry, dict), NULL, error);

  return reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
}
