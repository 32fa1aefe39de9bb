/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Says in our keys what the variables of Gentoo's kexec service say. */
#include "boot/config-gentoo.h"

#include <string.h>

#include "boot/config-keys.h"
#include "boot/kexec-tools-option.h"
#include "boot/shell-assign.h"
#include "image/cmdline.h"

/* One file. */
typedef struct {
  KexecConfig *config;
  GPtrArray *variables; /* (element-type KexecShellAssign) */
  const char *subject;
  gboolean reuses_cmdline; /* --reuse-cmdline among the options */
} Gentoo;

static void G_GNUC_PRINTF (3, 4)
  add_finding (Gentoo *self, const KexecShellAssign *variable, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list ap;

  va_start (ap, format);
  text = g_strdup_vprintf (format, ap);
  va_end (ap);
  kexec_findings_add (self->config->findings, KEXEC_FINDING_CONFIGURATION_INVALID, self->subject,
                      NULL, "%s, line %u: %s", self->subject, variable->line, text);
}

/* What was added last says nothing about which kernel is meant. */
static void
note_minor (Gentoo *self)
{
  self->config->n_minor_findings++;
}

/* Returns: (transfer none) (nullable): the variable, if it is set and not empty. */
static const KexecShellAssign *
find_variable (const Gentoo *self, const char *name)
{
  for (guint i = 0; i < self->variables->len; i++) {
    const KexecShellAssign *variable = self->variables->pdata[i];

    if (strcmp (variable->name, name) == 0 && *variable->value != '\0')
      return variable;
  }
  return NULL;
}

/* Returns: whether the value was taken; if not, there is a finding. */
static gboolean
set_key (Gentoo *self, const KexecShellAssign *variable, const char *key, const char *value)
{
  static const char *const of_kernel[] = { "Kernel", "BootPath", NULL };
  const char *expected = NULL;

  if (kexec_config_set (self->config, key, value, self->subject, &expected))
    return TRUE;
  add_finding (self, variable, "%s=%.100s was ignored; give it %s", variable->name, variable->value,
               expected);
  if (!g_strv_contains (of_kernel, key))
    note_minor (self);
  return FALSE;
}

/* The service applies what is set to whatever it boots. */
static void
set_cmdline_key (Gentoo *self, const KexecShellAssign *variable, const char *value)
{
  if (set_key (self, variable, "Cmdline", value))
    self->config->is_cmdline_gentoo = self->config->cmdline != NULL;
}

/* Returns: (transfer full): a path as the script would take it: one with a "/" in it as it is, from
   the root directory, where OpenRC starts services. */
static char *
to_path (const char *path)
{
  return strchr (path, '/') != NULL ? g_build_filename ("/", path, NULL) : g_strdup (path);
}

static void
set_kernel (Gentoo *self, const KexecShellAssign *variable)
{
  g_autofree char *path = to_path (variable->value);

  if (set_key (self, variable, "Kernel", path))
    self->config->is_gentoo = TRUE;
}

static void
set_initrds (Gentoo *self, const KexecShellAssign *variable, const char *value)
{
  g_auto (GStrv) words = g_strsplit_set (value, " \t\n", -1);
  g_autofree char *joined = NULL;

  for (guint i = 0; words[i] != NULL; i++) {
    char *path = to_path (words[i]);

    g_free (words[i]);
    words[i] = path;
  }
  joined = g_strstrip (g_strjoinv (" ", words));
  set_key (self, variable, "Initrd", joined);
}

static void
set_initrd_variable (Gentoo *self, const KexecShellAssign *variable)
{
  set_initrds (self, variable, variable->value);
}

static void
set_boot_path (Gentoo *self, const KexecShellAssign *variable)
{
  set_key (self, variable, "BootPath", variable->value);
}

/* The script puts root= before KPARAM, so that one in KPARAM is the last, which counts. */
static void
set_root_device (Gentoo *self, const KexecShellAssign *variable)
{
  const KexecShellAssign *kparam = find_variable (self, "KPARAM");

  if (kparam != NULL && kexec_cmdline_has (kparam->value, "root")) {
    add_finding (self, variable,
                 "ROOTPART=%.100s was ignored, as KPARAM names another root=; "
                 "remove one of them",
                 variable->value);
    note_minor (self);
  } else if (set_key (self, variable, "RootDevice", variable->value))
    self->config->is_root_device_gentoo = TRUE;
}

/* Set after the options, which say whether it is the whole or a part. */
static void
set_cmdline (Gentoo *self, const KexecShellAssign *variable)
{
  g_autofree char *append = NULL;

  if (!self->reuses_cmdline) {
    set_cmdline_key (self, variable, variable->value);
    return;
  }
  append = kexec_cmdline_append (self->config->append != NULL ? self->config->append : "",
                                 variable->value);
  set_key (self, variable, "Append", append);
}

static void
set_mount_boot (Gentoo *self, const KexecShellAssign *variable)
{
  set_key (self, variable, "MountBoot", strcmp (variable->value, "no") == 0 ? "yes" : "no");
}

/* Nothing but "yes" is one to the script. */
static void
set_load_during_shutdown (Gentoo *self, const KexecShellAssign *variable)
{
  set_key (self, variable, "LoadDuringShutdown",
           strcmp (variable->value, "yes") == 0 ? "yes" : "no");
}

/* What an option says in one of our keys. */
static void
set_option (Gentoo *self, const KexecShellAssign *variable, const KexecToolsOption *option,
            const char *value)
{
  if (option->variable != NULL && find_variable (self, option->variable) != NULL) {
    add_finding (self, variable, "--%s was ignored, as %s is set as well; remove one of them",
                 option->name, option->variable);
    note_minor (self);
  } else if (strcmp (option->key, "Initrd") == 0)
    set_initrds (self, variable, value);
  else if (strcmp (option->key, "Cmdline") == 0)
    set_cmdline_key (self, variable, value);
  else
    set_key (self, variable, option->key, value);
}

/* @option: (nullable): what @word means */
static void
take_option (Gentoo *self, const KexecShellAssign *variable, const KexecToolsOption *option,
             const char *word, const char *value)
{
  if (option == NULL || option->use == KEXEC_TOOLS_OPTION_OTHER) {
    add_finding (self, variable, "\"%.100s\" in KEXEC_OPT_ARGS was ignored, as %s; remove it", word,
                 option != NULL ? option->why : "it means nothing to kexecd");
    /* A word that is no option is a kernel to kexec(8), and one may be wanted to be let go. */
    if (option != NULL && strcmp (option->name, "unload") != 0)
      note_minor (self);
  } else if (option->use == KEXEC_TOOLS_OPTION_REUSE)
    self->reuses_cmdline = set_key (self, variable, "Cmdline", "");
  else if (option->use == KEXEC_TOOLS_OPTION_KEY)
    set_option (self, variable, option, value);
}

/* Reads "--name", "--name=value" or "--name value". Returns: how many words those are. */
static guint
read_long (Gentoo *self, const KexecShellAssign *variable, char **words)
{
  const char *name = words[0] + strlen ("--");
  gsize length = strcspn (name, "=");
  const KexecToolsOption *option = kexec_tools_option_find (name, length);
  gboolean has_equals = name[length] == '=';
  gboolean takes_next = option != NULL && option->has_value && !has_equals && words[1] != NULL;

  take_option (self, variable, option, words[0],
               has_equals   ? name + length + 1
               : takes_next ? words[1]
                            : "");
  return takes_next ? 2 : 1;
}

/* Reads letters after one "-"; what takes a value takes the rest of the word, or the next. Returns:
   how many words those are. */
static guint
read_letters (Gentoo *self, const KexecShellAssign *variable, char **words)
{
  for (const char *letter = words[0] + 1; *letter != '\0'; letter++) {
    const KexecToolsOption *option = kexec_tools_option_find_letter (*letter);
    const char word[] = { '-', *letter, '\0' };

    /* What is no letter of kexec(8) makes a word of its own of all of it. */
    take_option (self, variable, option, option != NULL ? word : words[0], "");
    if (option == NULL)
      return 1;
    if (option->has_value)
      return letter[1] == '\0' && words[1] != NULL ? 2 : 1;
  }
  return 1;
}

/* Reads one word of the options, or two. Returns: how many. */
static guint
read_option (Gentoo *self, const KexecShellAssign *variable, char **words)
{
  if (g_str_has_prefix (words[0], "--"))
    return read_long (self, variable, words);
  if (words[0][0] == '-' && words[0][1] != '\0')
    return read_letters (self, variable, words);
  take_option (self, variable, NULL, words[0], "");
  return 1;
}

static void
set_options (Gentoo *self, const KexecShellAssign *variable)
{
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) error = NULL;
  int count = 0;

  if (!g_shell_parse_argv (variable->value, &count, &words, &error)) {
    add_finding (self, variable, "KEXEC_OPT_ARGS was ignored (%s); mend it", error->message);
    return;
  }
  for (int i = 0; i < count;)
    i += (int) read_option (self, variable, words + i);
}

/* In the order in which they are read, whichever the file has. */
static const struct {
  const char *name;
  void (*set) (Gentoo *self, const KexecShellAssign *variable);
} variables[] = {
  { "BOOTPART", set_boot_path },   { "DONT_MOUNT_BOOT", set_mount_boot },
  { "KNAME", set_kernel },         { "INITRD", set_initrd_variable },
  { "ROOTPART", set_root_device }, { "KEXEC_OPT_ARGS", set_options },
  { "KPARAM", set_cmdline },       { "LOAD_DURING_SHUTDOWN", set_load_during_shutdown },
};

/* What OpenRC itself reads in the files of conf.d (openrc-run(8)), and our service. */
static gboolean
is_of_service (const char *name)
{
  static const char *const prefixes[] = { "rc_", "RC_", "command", "respawn_", "s6_", "KEXECD_" };
  static const char *const names[] = {
    "capabilities",
    "description",
    "directory",
    "error_log",
    "error_logger",
    "no_new_privs",
    "notify",
    "output_log",
    "output_logger",
    "pidfile",
    "retry",
    "secbits",
    "start_stop_daemon_args",
    "stopsig",
    "supervise_daemon_args",
    "supervisor",
    "umask",
    NULL,
  };

  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_str_has_prefix (name, prefixes[i]))
      return TRUE;
  return g_strv_contains (names, name);
}

static gboolean
is_expected (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    if (strcmp (variables[i].name, name) == 0)
      return TRUE;
  return is_of_service (name);
}

void
kexec_config_gentoo_parse (KexecConfig *config, const char *text, const char *subject)
{
  g_autoptr (GPtrArray) read = kexec_shell_assign_parse (text, subject, config->findings);
  Gentoo self = { .config = config, .variables = read, .subject = subject };

  for (guint i = 0; i < G_N_ELEMENTS (variables); i++) {
    const KexecShellAssign *variable = find_variable (&self, variables[i].name);

    if (variable != NULL)
      variables[i].set (&self, variable);
  }
  for (guint i = 0; i < read->len; i++) {
    const KexecShellAssign *variable = read->pdata[i];

    if (!is_expected (variable->name))
      add_finding (&self, variable,
                   "%.100s= was ignored, as there is no such variable; see kexecd.conf(5)",
                   variable->name);
  }
  /* Our own service's file is there whoever wants what. */
  if (g_str_equal (subject, KEXEC_CONFIG_GENTOO_FILE))
    config->has_gentoo = TRUE;
}
