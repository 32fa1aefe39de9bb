/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/stage-service.h"

#include "client/dict.h"
#include "client/print.h"
#include "client/report.h"
#include "client/request.h"
#include "client/staged.h"

/* What the property LoadDefault says. */
typedef enum {
  LOAD_AT_START,
  LOAD_DURING_SHUTDOWN,
  LOAD_NEVER,
} Load;

static Load
read_load (GVariant *properties)
{
  const char *load = kexec_dict_string (properties, "LoadDefault");

  if (g_str_equal (load, "never"))
    return LOAD_NEVER;
  return g_str_equal (load, "during-shutdown") ? LOAD_DURING_SHUTDOWN : LOAD_AT_START;
}

/* Returns: (transfer floating): options of Stage and Check. */
static GVariant *
late_option (gboolean is_late)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  if (is_late)
    g_variant_dict_insert (&dict, "during-shutdown", "b", TRUE);
  return g_variant_dict_end (&dict);
}

static KexecExitCode
check (const KexecOptions *options, KexecConnection *connection)
{
  g_autoptr (GVariant) findings = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = kexec_connection_call (
    connection, "Check", g_variant_new ("(s@a{sv})", "", late_option (TRUE)), NULL, &error);
  gboolean ok;

  if (reply == NULL)
    return kexec_report (options, error);
  g_variant_get (reply, "(b@aa{sv})", &ok, &findings);
  kexec_print_line (ok ? KEXEC_STYLE_GOOD : KEXEC_STYLE_BAD, "%s",
                    ok ? "The default kernel can be loaded; it will be when the machine reboots."
                       : "The default kernel cannot be loaded.");
  kexec_print_findings (findings, KEXEC_SEVERITY_WARNING, 2);
  return ok ? KEXEC_EXIT_DONE : KEXEC_EXIT_REFUSED;
}

static KexecExitCode
stage (const KexecOptions *options, KexecConnection *connection, gboolean is_late)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) staged = kexec_request_stage (connection, "", late_option (is_late), &error);

  if (staged == NULL)
    return kexec_report (options, error);
  if (is_late)
    kexec_print_line (KEXEC_STYLE_GOOD, "%s is loaded, to be booted by this reboot.",
                      kexec_staged_name (staged));
  else
    kexec_staged_print (staged, FALSE);
  return KEXEC_EXIT_DONE;
}

/* Returns: (transfer full) (nullable): the properties; %NULL with a message printed and @code. */
static GVariant *
read_properties (const KexecOptions *options, KexecConnection *connection, KexecExitCode *code)
{
  g_autoptr (GError) error = NULL;
  GVariant *properties = kexec_connection_properties (connection, &error);

  if (properties == NULL)
    *code = kexec_report (options, error);
  return properties;
}

/* Whether somebody has decided already what the next reboot does, as when the service is started
 * anew; says what. */
static gboolean
is_decided (GVariant *properties)
{
  g_autoptr (GVariant) staged = kexec_dict_array (properties, "Staged", "a{sv}");
  const char *state = kexec_dict_string (properties, "State");

  if (g_variant_n_children (staged) > 0)
    kexec_print_line (KEXEC_STYLE_GOOD, "%s is staged already, and stays.",
                      kexec_staged_name (staged));
  else if (g_str_equal (state, "executing"))
    kexec_print_line (KEXEC_STYLE_PLAIN, "The machine reboots already; nothing is loaded now.");
  else if (g_str_equal (state, "scheduled"))
    kexec_print_line (KEXEC_STYLE_PLAIN, "A reboot is scheduled already; nothing is loaded now.");
  else if (g_str_equal (state, "foreign"))
    kexec_print_line (KEXEC_STYLE_PLAIN, "Another program has loaded an image, which stays.");
  else
    return FALSE;
  return TRUE;
}

KexecExitCode
kexec_stage_at_start (const KexecOptions *options, KexecConnection *connection)
{
  KexecExitCode code = KEXEC_EXIT_FAILED;
  g_autoptr (GVariant) properties = NULL;

  kexec_connection_wait_for_service (connection);
  properties = read_properties (options, connection, &code);
  if (properties == NULL)
    return code;
  if (is_decided (properties))
    return KEXEC_EXIT_DONE;
  switch (read_load (properties)) {
  case LOAD_AT_START:
    return stage (options, connection, FALSE);
  case LOAD_DURING_SHUTDOWN:
    return check (options, connection);
  case LOAD_NEVER:
  default:
    kexec_print_line (KEXEC_STYLE_PLAIN, "Nothing is loaded, as the configuration turns that off.");
    return KEXEC_EXIT_DONE;
  }
}

KexecExitCode
kexec_stage_during_shutdown (const KexecOptions *options, KexecConnection *connection)
{
  KexecExitCode code = KEXEC_EXIT_FAILED;
  g_autoptr (GVariant) properties = read_properties (options, connection, &code);
  g_autoptr (GVariant) staged = NULL;

  if (properties == NULL)
    return code;
  staged = kexec_dict_array (properties, "Staged", "a{sv}");
  if (g_variant_n_children (staged) > 0 || read_load (properties) == LOAD_DURING_SHUTDOWN)
    return stage (options, connection, TRUE);
  kexec_print_line (KEXEC_STYLE_PLAIN, "Nothing is staged; this reboot goes through the firmware.");
  return KEXEC_EXIT_DONE;
}
