/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes shell text apart, one character at a time and never backwards. */
#include "boot/shell-word.h"

#include <string.h>

#include "boot/shell-assign.h"

#define NAME_START G_CSET_A_2_Z G_CSET_a_2_z "_"
#define NAME_REST  NAME_START G_CSET_DIGITS

static const char too_long[] = "the value was ignored, as it is too long; shorten it";
static const char no_command[] =
  "the value was ignored, as no command is run here; write the value "
  "itself";

/* One word while it is read. */
typedef struct {
  KexecShellText *text;
  GString *word;
  KexecShellLookUp look_up;
  gpointer user_data;
  const char *problem; /* set: it cannot be read */
} Word;

/* How long a line break is that stands here: files from elsewhere have a CR before it. */
static gsize
line_break (const char *p)
{
  return *p == '\n' ? 1 : p[0] == '\r' && p[1] == '\n' ? 2 : 0;
}

static gboolean
skip_line_break (KexecShellText *self)
{
  gsize length = line_break (self->here);

  self->here += length;
  self->line += length > 0 ? 1 : 0;
  return length > 0;
}

/* Whether a backslash with a line break after it is here, which both are nothing. */
static gboolean
is_continuation (const char *p)
{
  return *p == '\\' && line_break (p + 1) > 0;
}

static gboolean
skip_continuation (KexecShellText *self)
{
  if (!is_continuation (self->here))
    return FALSE;
  self->here++;
  return skip_line_break (self);
}

void
kexec_shell_skip_blanks (KexecShellText *self)
{
  while (skip_continuation (self) || *self->here == ' ' || *self->here == '\t')
    self->here += strspn (self->here, " \t");
}

void
kexec_shell_skip_line (KexecShellText *self)
{
  self->here += strcspn (self->here, "\n");
  skip_line_break (self);
}

void
kexec_shell_skip_statement (KexecShellText *self)
{
  const KexecShellText start = *self;
  char quote = '\0';

  while (*self->here != '\0' && (quote != '\0' || line_break (self->here) == 0)) {
    char c = *self->here;

    if (c == '\\' && quote != '\'' && self->here[1] != '\0')
      self->here++;
    else if (c == quote)
      quote = '\0';
    else if (quote == '\0' && (c == '\'' || c == '"'))
      quote = c;
    else if (quote == '\0' && c == '#' && self->here > start.here && self->here[-1] == ' ')
      break;
    if (!skip_line_break (self))
      self->here++;
  }
  if (quote != '\0')
    *self = start;
  kexec_shell_skip_line (self);
}

gboolean
kexec_shell_is_at_end (const KexecShellText *self)
{
  return strchr (";#", *self->here) != NULL || line_break (self->here) > 0; /* or at the NUL */
}

gboolean
kexec_shell_is_after_name (const KexecShellText *self)
{
  return *self->here == ' ' || *self->here == '\t' || kexec_shell_is_at_end (self);
}

gboolean
kexec_shell_skip_to_statement (KexecShellText *self)
{
  for (;;) {
    kexec_shell_skip_blanks (self);
    if (*self->here == '#')
      kexec_shell_skip_line (self);
    else if (*self->here == ';')
      self->here++;
    else if (!skip_line_break (self))
      return *self->here != '\0';
  }
}

gboolean
kexec_shell_skip_keyword (KexecShellText *self, const char *keyword)
{
  gsize length = strlen (keyword);

  if (strncmp (self->here, keyword, length) != 0 ||
      (self->here[length] != ' ' && self->here[length] != '\t'))
    return FALSE;
  self->here += length;
  kexec_shell_skip_blanks (self);
  return TRUE;
}

char *
kexec_shell_read_name (KexecShellText *self)
{
  gsize length = strspn (self->here, NAME_REST);
  char *name;

  if (length == 0 || g_ascii_isdigit (*self->here))
    return NULL;
  name = g_strndup (self->here, length);
  self->here += length;
  return name;
}

/* Takes one character as it is. */
static void
take (Word *self)
{
  if (self->word->len >= KEXEC_SHELL_ASSIGN_VALUE_MAX)
    self->problem = too_long;
  else
    g_string_append_c (self->word, *self->text->here);
  if (!skip_line_break (self->text))
    self->text->here++;
}

static void
take_single_quoted (Word *self)
{
  self->text->here++;
  while (self->problem == NULL && *self->text->here != '\'') {
    if (*self->text->here == '\0')
      self->problem = "the value was ignored, as its ' is not closed; close it";
    else
      take (self);
  }
  if (self->problem == NULL)
    self->text->here++;
}

/* Whether a "$" stands for itself, given what follows it. */
static gboolean
is_literal_dollar (const char *next, gboolean is_quoted)
{
  if (*next == '\0')
    return TRUE;
  if (is_continuation (next))
    return FALSE;
  return strchr (NAME_REST "{(@*#?$!-", *next) == NULL &&
         (is_quoted || strchr ("'\"", *next) == NULL);
}

static void
take_variable (Word *self, gboolean is_quoted)
{
  KexecShellText after = { .here = self->text->here + 1, .line = self->text->line };
  gboolean has_brace = *after.here == '{';
  g_autofree char *name = NULL;
  const char *value = NULL;

  if (is_literal_dollar (after.here, is_quoted)) {
    take (self);
    return;
  }
  after.here += has_brace ? 1 : 0;
  name = kexec_shell_read_name (&after);
  /* Over a continued line the name goes on. */
  if (name != NULL && !is_continuation (after.here) && (!has_brace || *after.here == '}'))
    value = self->look_up (name, self->user_data);
  if (value == NULL) {
    self->problem = "the value was ignored, as only a shell could tell what $ stands for here; "
                    "write the value itself, or \\$ if a $ is meant";
    return;
  }
  if (strlen (value) > KEXEC_SHELL_ASSIGN_VALUE_MAX - self->word->len) {
    self->problem = too_long;
    return;
  }
  g_string_append (self->word, value);
  after.here += has_brace ? 1 : 0;
  *self->text = after;
}

/* In double quotes a backslash means something only before these; elsewhere before everything. */
static void
take_backslash (Word *self, gboolean is_quoted)
{
  const char *next = self->text->here + 1;

  if (skip_continuation (self->text))
    return;
  if (*next != '\0' && (!is_quoted || strchr ("$`\"\\", *next) != NULL))
    self->text->here++;
  take (self);
}

static void
take_double_quoted (Word *self)
{
  self->text->here++;
  while (self->problem == NULL && *self->text->here != '"') {
    if (*self->text->here == '\0')
      self->problem = "the value was ignored, as its \" is not closed; close it";
    else if (*self->text->here == '`')
      self->problem = no_command;
    else if (*self->text->here == '\\')
      take_backslash (self, TRUE);
    else if (*self->text->here == '$')
      take_variable (self, TRUE);
    else
      take (self);
  }
  if (self->problem == NULL)
    self->text->here++;
}

/* A "~" is somebody's home at the beginning and after a ":", and nothing elsewhere. */
static gboolean
is_tilde (const Word *self)
{
  gsize length = self->word->len;

  return *self->text->here == '~' && (length == 0 || self->word->str[length - 1] == ':');
}

static void
take_unquoted (Word *self)
{
  if (is_tilde (self)) {
    self->problem = "the value was ignored, as only a shell could tell what ~ stands for; write "
                    "the whole path";
    return;
  }
  switch (*self->text->here) {
  case '\'':
    take_single_quoted (self);
    break;
  case '"':
    take_double_quoted (self);
    break;
  case '\\':
    take_backslash (self, FALSE);
    break;
  case '$':
    take_variable (self, FALSE);
    break;
  case '`':
    self->problem = no_command;
    break;
  case '&':
  case '|':
  case '<':
  case '>':
  case '(':
  case ')':
    self->problem = "this was ignored, as no command is run here; put the value in quotes if it "
                    "is one";
    break;
  default:
    take (self);
    break;
  }
}

/* Whether an unquoted word ends here; a "#" in it is no comment. */
static gboolean
is_word_end (const char *p)
{
  return strchr (" \t;", *p) != NULL || line_break (p) > 0; /* or at the NUL */
}

char *
kexec_shell_read_word (KexecShellText *self, KexecShellLookUp look_up, gpointer user_data,
                       const char **problem)
{
  Word word = {
    .text = self,
    .word = g_string_new (NULL),
    .look_up = look_up,
    .user_data = user_data,
  };

  while (word.problem == NULL && !is_word_end (self->here))
    take_unquoted (&word);
  *problem = word.problem;
  return g_string_free (word.word, word.problem != NULL);
}
