/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/options.h"

#include "client/command.h"
#include "client/human.h"
#include "client/report.h"
#include "config.h"

/* Every option that commands share; the rows of the commands say which of them each has. */
static const struct {
  KexecCommon flag; /* 0: every command has it */
  gsize offset;     /* of the value in KexecOptions */
  GOptionEntry entry;
} common[] = {
  { KEXEC_COMMON_JSON,
    G_STRUCT_OFFSET (KexecOptions, json),
    { "json", 0, 0, G_OPTION_ARG_NONE, NULL, "Print the facts as JSON", NULL } },
  { KEXEC_COMMON_ROOT,
    G_STRUCT_OFFSET (KexecOptions, root),
    { "root", 0, 0, G_OPTION_ARG_FILENAME, NULL, "Read the system below DIR", "DIR" } },
  { KEXEC_COMMON_VERBOSE,
    G_STRUCT_OFFSET (KexecOptions, verbose),
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, NULL, "Show everything there is to know", NULL } },
  { KEXEC_COMMON_NO_ASK_PASSWORD,
    G_STRUCT_OFFSET (KexecOptions, no_ask_password),
    { "no-ask-password", 0, 0, G_OPTION_ARG_NONE, NULL, "Never ask for a password, fail instead",
      NULL } },
  { 0,
    G_STRUCT_OFFSET (KexecOptions, help),
    { "help", 'h', 0, G_OPTION_ARG_NONE, NULL, "Show this help", NULL } },
};

static const GOptionEntry version_template = { "version",          0,   0, G_OPTION_ARG_NONE, NULL,
                                               "Show the version", NULL };

/* Returns: (transfer full): those of the shared options that @accepted names, for GOptionContext.
 */
static GArray *
common_entries (KexecOptions *self, KexecCommon accepted)
{
  GArray *entries = g_array_new (TRUE, TRUE, sizeof (GOptionEntry));

  for (gsize i = 0; i < G_N_ELEMENTS (common); i++) {
    GOptionEntry entry = common[i].entry;

    if (common[i].flag != 0 && (common[i].flag & accepted) == 0)
      continue;
    entry.arg_data = G_STRUCT_MEMBER_P (self, common[i].offset);
    g_array_append_val (entries, entry);
  }
  return entries;
}

void
kexec_options_clear (KexecOptions *self)
{
  g_clear_pointer (&self->root, g_free);
}

static void
print_entries (const GOptionEntry *entries)
{
  for (const GOptionEntry *entry = entries; entry->long_name != NULL; entry++) {
    g_autofree char *name =
      g_strdup_printf ("--%s%s%s", entry->long_name, entry->arg_description != NULL ? "=" : "",
                       entry->arg_description != NULL ? entry->arg_description : "");

    if (entry->short_name != '\0')
      g_print ("  -%c, %-18s %s\n", entry->short_name, name, entry->description);
    else
      g_print ("      %-18s %s\n", name, entry->description);
  }
}

static void
print_global_help (const GOptionEntry *entries)
{
  g_print ("Usage: kexecctl [OPTION…] COMMAND [ARGUMENT…]\n\n"
           "Boot from one Linux kernel into another, without the firmware in between, safely.\n\n"
           "Commands:\n");
  kexec_command_print_all ();
  g_print ("\nOptions:\n");
  print_entries (entries);
  g_print ("\n'kexecctl COMMAND --help' shows what a command does and its options.\n"
           "The manual is kexecctl(1).\n");
}

static void
print_command_help (const KexecCommand *command, const GOptionEntry *own,
                    const GOptionEntry *shared)
{
  g_print ("Usage: kexecctl %s [OPTION…]%s%s\n\n%s.\n\n%s\n\nOptions:\n", command->name,
           *command->arguments != '\0' ? " " : "", command->arguments, command->summary,
           command->details);
  if (own != NULL)
    print_entries (own);
  print_entries (shared);
}

KexecExitCode
kexec_options_usage (const KexecOptions *self, const char *format, ...)
{
  g_autofree char *sentence = NULL;
  va_list ap;

  va_start (ap, format);
  sentence = g_strdup_vprintf (format, ap);
  va_end (ap);
  kexec_report_sentence ("%s. 'kexecctl%s%s --help' shows how it is used.", sentence,
                         self->command != NULL ? " " : "",
                         self->command != NULL ? self->command->name : "");
  return KEXEC_EXIT_USAGE;
}

/* Takes the options out of @argv; with @posix only those before the first word that is none. */
static gboolean
take_options (KexecOptions *self, const GOptionEntry *own, const GOptionEntry *shared,
              gboolean posix, int *argc, char ***argv, KexecExitCode *ret_code)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_set_strict_posix (context, posix);
  g_option_context_add_main_entries (context, shared, NULL);
  if (own != NULL)
    g_option_context_add_main_entries (context, own, NULL);
  if (g_option_context_parse (context, argc, argv, &error))
    return TRUE;
  *ret_code = kexec_options_usage (self, "%s", error->message);
  return FALSE;
}

/* A "--" that ended the options may still be there: GOption keeps it before words with a dash. */
static void
drop_first (int *argc, char ***argv)
{
  (*argc)--;
  (*argv)++;
  if (*argc > 0 && g_str_equal ((*argv)[0], "--")) {
    (*argc)--;
    (*argv)++;
  }
}

gboolean
kexec_options_parse_global (KexecOptions *self, int *argc, char ***argv, KexecExitCode *ret_code)
{
  g_autoptr (GArray) entries = common_entries (self, ~0);
  GOptionEntry version = version_template;

  version.arg_data = &self->version;
  g_array_append_val (entries, version);
  if (!take_options (self, NULL, &g_array_index (entries, GOptionEntry, 0), TRUE, argc, argv,
                     ret_code))
    return FALSE;
  drop_first (argc, argv);
  *ret_code = KEXEC_EXIT_DONE;
  if (self->version) {
    g_print ("kexecctl " VERSION "\n");
    return FALSE;
  }
  if (self->help && *argc == 0) {
    print_global_help (&g_array_index (entries, GOptionEntry, 0));
    return FALSE;
  }
  if (*argc == 0) {
    *ret_code = kexec_options_usage (self, "A command is missing");
    return FALSE;
  }
  self->command = kexec_command_find ((*argv)[0]);
  if (self->command == NULL) {
    *ret_code = kexec_options_usage (self, "There is no command '%s'", (*argv)[0]);
    return FALSE;
  }
  return TRUE;
}

/* Whether what stood before the command suits it. */
static gboolean
check_shared (const KexecOptions *self, KexecExitCode *ret_code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (common); i++) {
    gboolean given = common[i].entry.arg == G_OPTION_ARG_NONE
                       ? G_STRUCT_MEMBER (gboolean, self, common[i].offset)
                       : G_STRUCT_MEMBER (char *, self, common[i].offset) != NULL;

    if (!given || common[i].flag == 0 || (common[i].flag & self->command->common) != 0)
      continue;
    *ret_code = kexec_options_usage (self, "%s has no option --%s", self->command->name,
                                     common[i].entry.long_name);
    return FALSE;
  }
  return TRUE;
}

gboolean
kexec_options_parse (KexecOptions *self, const GOptionEntry *own, int *argc, char ***argv,
                     KexecExitCode *ret_code)
{
  const KexecCommand *command = self->command;
  g_autoptr (GArray) entries = common_entries (self, command->common);
  const GOptionEntry *shared = &g_array_index (entries, GOptionEntry, 0);

  *ret_code = KEXEC_EXIT_DONE;
  if (!take_options (self, own, shared, FALSE, argc, argv, ret_code))
    return FALSE;
  drop_first (argc, argv);
  if (self->help) {
    print_command_help (command, own, shared);
    return FALSE;
  }
  if (!check_shared (self, ret_code))
    return FALSE;
  if ((guint) *argc < command->min_arguments) {
    *ret_code = kexec_options_usage (self, "%s needs %s", command->name, command->arguments);
    return FALSE;
  }
  if ((guint) *argc > command->max_arguments) {
    *ret_code =
      kexec_options_usage (self, "'%s' is one argument too many", (*argv)[command->max_arguments]);
    return FALSE;
  }
  return TRUE;
}
