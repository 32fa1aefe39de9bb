/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/inittab.h"

#include <string.h>

/* sysvinit's own limits: src/init.c, read_inittab(). */
#define MAX_LINE     254
#define MAX_ID       4
#define MAX_RUNLEVEL 11
#define MAX_PROCESS  127

static void
line_free (gpointer data)
{
  KexecInittabLine *self = data;

  g_free (self->id);
  g_free (self->process);
  g_free (self->line);
  g_free (self);
}

static gboolean
is_in_runlevel (const char *runlevels, char runlevel)
{
  return *runlevels == '\0' ? g_ascii_isdigit (runlevel) : strchr (runlevels, runlevel) != NULL;
}

static gboolean
is_well_formed (char **fields)
{
  return g_strv_length (fields) == 4 && *fields[0] != '\0' && strlen (fields[0]) <= MAX_ID &&
         strlen (fields[1]) <= MAX_RUNLEVEL && strlen (fields[3]) <= MAX_PROCESS;
}

static KexecInittabLine *
line_new (const char *line, char **fields)
{
  KexecInittabLine *self = g_new0 (KexecInittabLine, 1);

  self->id = g_strdup (fields[0]);
  self->process = g_strdup (fields[3] + (*fields[3] == '+' ? 1 : 0));
  self->line = g_strdup (line);
  return self;
}

GPtrArray *
kexec_inittab_parse (const char *text, char runlevel)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GPtrArray *found = g_ptr_array_new_with_free_func (line_free);

  for (guint i = 0; lines[i] != NULL; i++) {
    const char *line = lines[i] + strspn (lines[i], " \t");
    g_auto (GStrv) fields = g_strsplit (line, ":", 4);

    if (*line == '#' || strlen (lines[i]) > MAX_LINE || !is_well_formed (fields))
      continue;
    if (!g_str_equal (fields[0], "~~") && !g_hash_table_add (ids, g_strdup (fields[0])))
      continue;
    if (g_ascii_strcasecmp (fields[2], "wait") == 0 && is_in_runlevel (fields[1], runlevel))
      g_ptr_array_add (found, line_new (line, fields));
  }
  return found;
}

/* --- commands --- */

/* The program's name if it lies where programs of the system do: /etc/init.d/reboot is a script of
 * that name. */
static const char *
system_program (const char *word)
{
  static const char *const directories[] = { "/sbin/", "/usr/sbin/", "/bin/", "/usr/bin/" };

  if (strchr (word, '/') == NULL)
    return word;
  for (guint i = 0; i < G_N_ELEMENTS (directories); i++)
    if (g_str_has_prefix (word, directories[i]) &&
        strchr (word + strlen (directories[i]), '/') == NULL)
      return word + strlen (directories[i]);
  return "";
}

/* What may stand before a command in the same place. */
static gboolean
is_prefix (const char *word)
{
  static const char *const prefixes[] = { "exec", "then", "else", "do", "if", "!", "{", "}", NULL };

  return *word == '\0' || g_strv_contains (prefixes, word);
}

static gboolean
has_option (char **words, char option)
{
  for (; *words != NULL; words++)
    if ((*words)[0] == '-' && (*words)[1] != '-' && strchr (*words + 1, option) != NULL)
      return TRUE;
  return FALSE;
}

KexecStep
kexec_inittab_judge_command (const char *command)
{
  g_auto (GStrv) words = g_strsplit_set (command, " \t\r", -1);
  char **first = words;
  const char *program;

  while (*first != NULL && is_prefix (*first))
    first++;
  if (*first == NULL)
    return KEXEC_STEP_GOES_ON;
  program = system_program (*first);
  if (g_str_equal (program, "reboot"))
    /* -w only writes to wtmp. */
    return has_option (first + 1, 'w')   ? KEXEC_STEP_GOES_ON
           : has_option (first + 1, 'k') ? KEXEC_STEP_KEXEC
                                         : KEXEC_STEP_COLD;
  if (g_str_equal (program, "halt") || g_str_equal (program, "poweroff"))
    return has_option (first + 1, 'w') ? KEXEC_STEP_GOES_ON : KEXEC_STEP_COLD;
  return KEXEC_STEP_GOES_ON;
}

/* Ends @line before a comment. */
static void
cut_comment (char *line)
{
  for (char *p = line; (p = strchr (p, '#')) != NULL; p++)
    if (p == line || p[-1] == ' ' || p[-1] == '\t' || p[-1] == ';') {
      *p = '\0';
      return;
    }
}

KexecStep
kexec_inittab_judge_script (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  gboolean kexecs = FALSE;

  for (guint i = 0; lines[i] != NULL; i++) {
    g_auto (GStrv) commands = NULL;

    cut_comment (lines[i]);
    commands = g_strsplit_set (lines[i], ";&|()", -1);
    for (guint k = 0; commands[k] != NULL; k++) {
      KexecStep step = kexec_inittab_judge_command (commands[k]);

      if (step == KEXEC_STEP_COLD)
        return KEXEC_STEP_COLD;
      kexecs |= step == KEXEC_STEP_KEXEC;
    }
  }
  return kexecs ? KEXEC_STEP_KEXEC : KEXEC_STEP_GOES_ON;
}
