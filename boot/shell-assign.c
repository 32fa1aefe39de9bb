/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads a file's statements one after the other, as far as they are assignments. */
#include "boot/shell-assign.h"

#include <string.h>

#include "boot/shell-word.h"

/* After this many lines that cannot be read, the file is not for us. */
#define PROBLEMS_MAX 32

typedef struct {
  KexecShellText text; /* where we are, and at which line */
  GPtrArray *known;    /* (element-type KexecShellAssign) */
  const char *subject;
  KexecFindings *findings;
  guint problems;
  gboolean is_export; /* the statement is one */
  gboolean is_over;   /* the rest of the file cannot be read */
} Reader;

void
kexec_shell_assign_free (KexecShellAssign *self)
{
  g_free (self->name);
  g_free (self->value);
  g_free (self);
}

static KexecShellAssign *
find (const GPtrArray *known, const char *name)
{
  for (guint i = 0; i < known->len; i++)
    if (strcmp (((KexecShellAssign *) known->pdata[i])->name, name) == 0)
      return known->pdata[i];
  return NULL;
}

/* What "export" is given, shells expand before anything is set, and some split it at white space.
 */
static const char *
look_up (const char *name, gpointer reader)
{
  const Reader *self = reader;
  const KexecShellAssign *variable = self->is_export ? NULL : find (self->known, name);

  return variable != NULL ? variable->value : NULL;
}

/* @what: the end of a sentence, "…; do this" */
static void
add_problem (Reader *self, guint line, const char *what)
{
  if (self->problems++ < PROBLEMS_MAX) {
    kexec_findings_add (self->findings, KEXEC_FINDING_CONFIGURATION_INVALID, self->subject, NULL,
                        "%s, line %u: %s", self->subject, line, what);
    return;
  }
  kexec_findings_add (self->findings, KEXEC_FINDING_CONFIGURATION_INVALID, self->subject, NULL,
                      "%s, line %u: this and what follows was not read, as too many lines before "
                      "are no plain NAME=VALUE; move what a shell has to run elsewhere",
                      self->subject, line);
  self->is_over = TRUE;
}

static void
forget (Reader *self, const char *name)
{
  KexecShellAssign *variable = find (self->known, name);

  if (variable != NULL)
    g_ptr_array_remove (self->known, variable);
}

/* Sets a variable for what follows, also in the same statement. */
static void
remember (Reader *self, const char *name, char *value, guint line)
{
  KexecShellAssign *variable = find (self->known, name);

  if (variable == NULL) {
    variable = g_new0 (KexecShellAssign, 1);
    variable->name = g_strdup (name);
    g_ptr_array_add (self->known, variable);
  }
  g_free (variable->value);
  variable->value = value;
  variable->line = line;
}

/* Reads "=VALUE" or "+=VALUE". Returns: why it cannot be read, the end of a sentence; %NULL if it
   was. */
static const char *
read_value (Reader *self, const char *name)
{
  const char *problem = NULL;
  guint line = self->text.line;
  char *value;

  if (*self->text.here == '+')
    return "the value was ignored, as += is not read here; write the whole value";
  if (self->known->len >= KEXEC_SHELL_ASSIGN_MAX && find (self->known, name) == NULL)
    return "the variable was ignored, as there are too many; remove some";
  self->text.here++;
  value = kexec_shell_read_word (&self->text, look_up, self, &problem);
  if (value != NULL)
    remember (self, name, value, line);
  return problem;
}

/* What begins a part of a script that runs under a condition, later, or not at all. */
static gboolean
is_compound (const char *statement)
{
  static const char *const words[] = { "if",     "for",  "while", "until", "case", "function",
                                       "return", "exit", "exec",  "{",     "(" };
  gsize line_length = strcspn (statement, "\n");
  gsize length = strcspn (statement, " \t\n;");

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (strlen (words[i]) == length && strncmp (words[i], statement, length) == 0)
      return TRUE;
  /* "(…", "name ()", and a here-document, whose lines would look like statements. */
  return statement[0] == '(' || memmem (statement, line_length, "()", 2) != NULL ||
         memmem (statement, line_length, "<<", 2) != NULL;
}

/* Gives up on the statement that began at @start. What it would set is not known any more. */
static void
refuse (Reader *self, const KexecShellText *start, const GPtrArray *names, const char *problem)
{
  for (guint i = 0; i < names->len; i++)
    forget (self, names->pdata[i]);
  self->text = *start;
  if (problem == NULL && is_compound (start->here)) {
    add_problem (self, start->line,
                 "this and what follows was not read, as no script is run here; write plain "
                 "NAME=VALUE before it");
    self->is_over = TRUE;
    return;
  }
  if (problem == NULL)
    problem = "this was ignored, as only NAME=VALUE is read here and no command is run; write the "
              "value itself";
  add_problem (self, start->line, problem);
  kexec_shell_skip_statement (&self->text);
}

static gboolean
is_before_value (const char *p)
{
  return p[0] == '=' || (p[0] == '+' && p[1] == '=');
}

/* Reads the assignments up to the end of a statement. */
static void
read_statement (Reader *self)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const KexecShellText start = self->text;

  self->is_export = kexec_shell_skip_keyword (&self->text, "export");
  while (!kexec_shell_is_at_end (&self->text)) {
    char *name = kexec_shell_read_name (&self->text);
    gboolean is_assignment = name != NULL && is_before_value (self->text.here);
    gboolean is_mention =
      name != NULL && self->is_export && kexec_shell_is_after_name (&self->text);
    const char *problem = NULL;

    if (is_assignment) {
      problem = read_value (self, name);
      g_ptr_array_add (names, name);
    } else {
      g_free (name);
    }
    if (problem != NULL || (!is_assignment && !is_mention)) {
      refuse (self, &start, names, problem);
      return;
    }
    kexec_shell_skip_blanks (&self->text);
  }
}

GPtrArray *
kexec_shell_assign_parse (const char *text, const char *subject, KexecFindings *findings)
{
  GPtrArray *known = g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_shell_assign_free);
  Reader self = {
    .text = { .here = text, .line = 1 },
    .known = known,
    .subject = subject,
    .findings = findings,
  };

  while (!self.is_over && kexec_shell_skip_to_statement (&self.text))
    read_statement (&self);
  return known;
}
