/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kexecctl status: what is staged, what happened last time, and what else now ends in a kexec. */
#include "client/command.h"
#include "client/connection.h"
#include "client/dict.h"
#include "client/human.h"
#include "client/json.h"
#include "client/other-reboots.h"
#include "client/print.h"
#include "client/report.h"

typedef struct {
  const char *state; /* as the property State has it */
  KexecStyle style;
  gboolean full; /* something is loaded, so another way to reboot may boot it */
  const char *sentence;
  const char *hint; /* nullable */
} State;

static const State states[] = {
  { "idle", KEXEC_STYLE_PLAIN, FALSE, "nothing is staged, so a reboot goes through the firmware",
    NULL },
  { "staging", KEXEC_STYLE_PLAIN, FALSE, "a kernel is being checked and loaded", NULL },
  { "staged", KEXEC_STYLE_GOOD, TRUE, "a kernel is loaded, ready to be booted",
    "'kexecctl reboot' boots it, 'kexecctl unstage' lets it go." },
  { "foreign", KEXEC_STYLE_WARNING, TRUE, "another program loaded a kernel, nobody knows which",
    "'kexecctl unstage' lets it go; only then can another be staged." },
  { "scheduled", KEXEC_STYLE_GOOD, TRUE, "a reboot into the staged kernel is scheduled",
    "'kexecctl cancel' cancels the reboot." },
  { "executing", KEXEC_STYLE_GOOD, FALSE, "the machine is shutting down, to boot the staged kernel",
    NULL },
};

static const State *
find_state (GVariant *properties)
{
  const char *name = kexec_dict_string (properties, "State");

  for (gsize i = 0; i < G_N_ELEMENTS (states); i++) {
    if (g_str_equal (states[i].state, name))
      return &states[i];
  }
  return NULL;
}

/* Prints "Sat 2026-08-01 14:00:00 CEST (5 min ago), by alice". */
static void
print_moment (const char *label, guint64 when, const char *uid_key, GVariant *dict)
{
  g_autofree char *moment = kexec_human_moment (when);
  g_autofree char *relative = kexec_human_relative (when, (guint64) g_get_real_time ());
  g_autofree char *user = NULL;

  if (uid_key != NULL)
    user = kexec_human_user ((uid_t) kexec_dict_number (dict, uid_key));
  kexec_print_field (label, "%s (%s)%s%s", moment, relative, user != NULL ? ", by " : "",
                     user != NULL ? user : "");
}

static void
print_staged (GVariant *staged, gboolean is_scheduled, gboolean verbose)
{
  guint64 expires = kexec_dict_number (staged, "expires");

  if (g_variant_n_children (staged) == 0)
    return;
  kexec_print_field ("Kernel", "%s", kexec_dict_string (staged, "title"));
  kexec_print_field ("Release", "%s", kexec_dict_string (staged, "release"));
  kexec_print_field ("Entry", "%s", kexec_dict_string (staged, "id"));
  print_moment ("Staged", kexec_dict_number (staged, "staged-at"), "staged-by", staged);
  /* What is scheduled waits for its time. */
  if (expires != 0 && !is_scheduled)
    print_moment ("Kept until", expires, NULL, NULL);
  if (kexec_dict_boolean (staged, "stale"))
    kexec_print_field ("Changed", "its files have changed since; %s",
                       g_str_has_suffix (kexec_dict_string (staged, "action"), "stage-default")
                         ? "they are staged again before they are booted"
                         : "stage it again, or its reboot will be refused");
  if (verbose) {
    kexec_print_field ("Found in", "%s", kexec_dict_string (staged, "source"));
    kexec_print_field ("Authorized as", "%s", kexec_dict_string (staged, "action"));
    kexec_print_field ("Stage ID", "%s", kexec_dict_string (staged, "stage-id"));
  }
}

static void
print_last (GVariant *last, gboolean verbose)
{
  if (g_variant_n_children (last) == 0)
    return;
  print_moment ("Last reboot", kexec_dict_number (last, "when"), "uid", last);
  kexec_print_styled_field (g_str_equal (kexec_dict_string (last, "result"), "arrived")
                              ? KEXEC_STYLE_PLAIN
                              : KEXEC_STYLE_WARNING,
                            "Result", "%s", kexec_dict_string (last, "text"));
  if (!verbose)
    return;
  kexec_print_field ("Expected", "%s", kexec_dict_string (last, "expected-release"));
  kexec_print_field ("Came up", "%s", kexec_dict_string (last, "release"));
}

static void
print_service (GVariant *properties, gboolean verbose)
{
  const char *backend = kexec_dict_string (properties, "RebootBackend");
  g_autoptr (GVariant) features = kexec_dict_array (properties, "Features", "as");
  g_autofree const char **words = g_variant_get_strv (features, NULL);
  g_autofree char *joined = g_strjoinv (", ", (char **) words);

  kexec_print_field ("Service", "kexecd %s, %s%s", kexec_dict_string (properties, "Version"),
                     g_str_equal (backend, "none") ? "no way to reboot in order"
                                                   : "reboots through ",
                     g_str_equal (backend, "none") ? "" : backend);
  if (verbose)
    kexec_print_field ("Features", "%s", joined);
}

static void
print_obstacles (GVariant *obstacles, gboolean verbose)
{
  g_autoptr (GPtrArray) views = kexec_finding_views_from_variant (obstacles);

  if (kexec_finding_views_have (views, KEXEC_SEVERITY_BLOCKER))
    kexec_print_line (KEXEC_STYLE_BAD, "Nothing can be staged on this machine now:");
  kexec_print_finding_views (views, verbose ? KEXEC_SEVERITY_NOTE : KEXEC_SEVERITY_WARNING, 2);
}

static void
print_state (GVariant *properties, const State *state)
{
  if (state != NULL && g_str_equal (state->state, "idle") &&
      g_str_equal (kexec_dict_string (properties, "LoadDefault"), "during-shutdown"))
    kexec_print_styled_field (state->style, "State", "%s (%s)", state->state,
                              "nothing is staged before the machine shuts down; 'kexecctl reboot'"
                              " boots the default entry");
  else if (state != NULL)
    kexec_print_styled_field (state->style, "State", "%s (%s)", state->state, state->sentence);
  else
    kexec_print_field ("State", "%s", kexec_dict_string (properties, "State"));
}

static void
print_properties (GVariant *properties, const State *state, gboolean verbose)
{
  g_autoptr (GVariant) staged = kexec_dict_array (properties, "Staged", "a{sv}");
  g_autoptr (GVariant) scheduled = kexec_dict_array (properties, "Scheduled", "a{sv}");
  g_autoptr (GVariant) last = kexec_dict_array (properties, "LastExecution", "a{sv}");
  g_autoptr (GVariant) obstacles = kexec_dict_array (properties, "Obstacles", "aa{sv}");

  gboolean is_scheduled = g_variant_n_children (scheduled) > 0;

  print_state (properties, state);
  print_staged (staged, is_scheduled, verbose);
  if (is_scheduled)
    print_moment ("Reboot at", kexec_dict_number (scheduled, "when"), "uid", scheduled);
  print_last (last, verbose);
  print_service (properties, verbose);
  print_obstacles (obstacles, verbose);
}

KexecExitCode
kexec_command_status (KexecOptions *options, int argc, char **argv)
{
  g_autoptr (KexecConnection) connection = NULL;
  g_autoptr (GVariant) properties = NULL;
  g_autoptr (GError) error = NULL;
  const State *state;
  KexecExitCode code;

  if (!kexec_options_parse (options, NULL, &argc, &argv, &code))
    return code;
  connection = kexec_connection_new (options, &error);
  if (connection != NULL)
    properties = kexec_connection_properties (connection, &error);
  if (properties == NULL)
    return kexec_report (options, error);
  if (options->json) {
    kexec_json_print (properties);
    return KEXEC_EXIT_DONE;
  }
  state = find_state (properties);
  print_properties (properties, state, options->verbose);
  if (state != NULL && state->hint != NULL)
    g_print ("\n%s\n", state->hint);
  if (state != NULL && state->full)
    kexec_print_line (KEXEC_STYLE_PLAIN, "%s",
                      kexec_other_reboots (kexec_dict_string (properties, "RebootBackend"),
                                           kexec_connection_systemd_version (connection)));
  return KEXEC_EXIT_DONE;
}
