/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line: where options may stand, and what is refused. */
#include "client/command.h"

static GString *printed, *complained;

static void
catch_print (const char *text)
{
  g_string_append (printed, text);
}

static void
catch_complaint (const char *text)
{
  g_string_append (complained, text);
}

/* What parsing a command line came to. */
typedef struct {
  KexecOptions options;
  char *arguments; /* what is left for the command, joined by spaces; %NULL if it would not run */
  KexecExitCode code;
  char *out;
  char *err;
} Outcome;

static void
outcome_clear (Outcome *self)
{
  kexec_options_clear (&self->options);
  g_free (self->arguments);
  g_free (self->out);
  g_free (self->err);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

/* Parses as main() and then a command do; what they print is caught. */
static void
parse (const char *line, Outcome *outcome)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  g_autofree char **argv = g_memdup2 (words, (g_strv_length (words) + 1) * sizeof (char *));
  GPrintFunc saved_print, saved_printerr;
  char **rest = argv;
  int argc = (int) g_strv_length (words);

  g_test_message ("%s", line);
  printed = g_string_new (NULL);
  complained = g_string_new (NULL);
  saved_print = g_set_print_handler (catch_print);
  saved_printerr = g_set_printerr_handler (catch_complaint);
  if (kexec_options_parse_global (&outcome->options, &argc, &rest, &outcome->code) &&
      kexec_options_parse (&outcome->options, NULL, &argc, &rest, &outcome->code))
    outcome->arguments = g_strjoinv (" ", rest);
  g_set_print_handler (saved_print);
  g_set_printerr_handler (saved_printerr);
  outcome->out = g_string_free (printed, FALSE);
  outcome->err = g_string_free (complained, FALSE);
}

static void
test_accepts (void)
{
  static const struct {
    const char *line;
    gboolean json;
    const char *root;
    const char *arguments;
  } cases[] = {
    { "kexecctl list", FALSE, NULL, "" },
    { "kexecctl list --json", TRUE, NULL, "" },
    { "kexecctl --json list", TRUE, NULL, "" },
    { "kexecctl --root=/mnt list", FALSE, "/mnt", "" },
    { "kexecctl list --root /mnt --json", TRUE, "/mnt", "" },
    { "kexecctl check 6.1", FALSE, NULL, "6.1" },
    { "kexecctl check 6.1 --json", TRUE, NULL, "6.1" },
    { "kexecctl check -- --json", FALSE, NULL, "--json" },
    { "kexecctl check -- 6.1", FALSE, NULL, "6.1" },
    { "kexecctl -- check 6.1", FALSE, NULL, "6.1" },
    { "kexecctl inspect a b c", FALSE, NULL, "a b c" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (Outcome) outcome = { 0 };

    parse (cases[i].line, &outcome);
    g_assert_cmpint (outcome.options.json, ==, cases[i].json);
    g_assert_cmpstr (outcome.options.root, ==, cases[i].root);
    g_assert_cmpstr (outcome.arguments, ==, cases[i].arguments);
    g_assert_cmpstr (outcome.err, ==, "");
  }
}

static void
test_refuses (void)
{
  static const struct {
    const char *line;
    const char *says;
  } cases[] = {
    { "kexecctl", "*command is missing*'kexecctl --help'*" },
    { "kexecctl --json", "*command is missing*" },
    { "kexecctl dance", "*no command 'dance'*'kexecctl --help'*" },
    { "kexecctl \033[2J", "*no command '\uFFFD[2J'*" },
    { "kexecctl --nonsense list", "*--nonsense*" },
    { "kexecctl list --nonsense", "*--nonsense*'kexecctl list --help'*" },
    { "kexecctl list extra", "*'extra' is one argument too many*" },
    { "kexecctl check a b", "*'b' is one argument too many*" },
    { "kexecctl inspect", "*inspect needs FILE*" },
    { "kexecctl --root=/mnt status", "*status has no option --root*" },
    { "kexecctl --json unstage", "*unstage has no option --json*" },
    { "kexecctl list --version", "*--version*" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (Outcome) outcome = { 0 };

    parse (cases[i].line, &outcome);
    g_assert_null (outcome.arguments);
    g_assert_cmpint (outcome.code, ==, KEXEC_EXIT_USAGE);
    g_assert_true (g_str_has_prefix (outcome.err, "kexecctl: "));
    g_assert_true (g_pattern_match_simple (cases[i].says, outcome.err));
    g_assert_cmpstr (outcome.out, ==, "");
  }
}

static void
test_help (void)
{
  static const char *const lines[] = { "kexecctl --help",      "kexecctl -h",
                                       "kexecctl list --help", "kexecctl --help list",
                                       "kexecctl list -h",     "kexecctl --version" };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++) {
    g_auto (Outcome) outcome = { 0 };

    parse (lines[i], &outcome);
    g_assert_null (outcome.arguments);
    g_assert_cmpint (outcome.code, ==, KEXEC_EXIT_DONE);
    g_assert_cmpstr (outcome.out, !=, "");
    g_assert_cmpstr (outcome.err, ==, "");
  }
}

static void
test_table (void)
{
  static const char *const names[] = { "list",  "status",  "check",  "inspect",
                                       "stage", "unstage", "reboot", "cancel" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    const KexecCommand *command = kexec_command_find (names[i]);

    g_assert_nonnull (command);
    g_assert_cmpstr (command->name, ==, names[i]);
    g_assert_nonnull (command->arguments);
    g_assert_nonnull (command->summary);
    g_assert_nonnull (command->details);
    g_assert_nonnull (command->run);
    g_assert_cmpuint (command->min_arguments, <=, command->max_arguments);
  }
  g_assert_null (kexec_command_find (""));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/options/accepts", test_accepts);
  g_test_add_func ("/client/options/refuses", test_refuses);
  g_test_add_func ("/client/options/help", test_help);
  g_test_add_func ("/client/options/table", test_table);
  return g_test_run ();
}
