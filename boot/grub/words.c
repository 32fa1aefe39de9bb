/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes arguments of words, and command lines of arguments. */
#include <string.h>

#include "boot/grub/eval-private.h"

/* The longest argument, in bytes: several times of what a kernel takes as its command line. */
#define ARGUMENT_MAX (16 * 1024)

#define WHITE_SPACE " \t\r\n"

/* Arguments while they are made. */
typedef struct {
  KexecGrubEval *eval;
  GPtrArray *args;
  GString *text;        /* of the one at hand */
  gboolean has_text;    /* there is one, be it empty; nothing at all makes no argument */
  gboolean has_pattern; /* it has a "*" or "?" outside quotes */
  char *doubt;
} Expansion;

static void
note_doubt (Expansion *self, const char *doubt)
{
  if (self->doubt == NULL)
    self->doubt = g_strdup (doubt);
}

/* Ends the argument at hand. */
static void
next_argument (Expansion *self)
{
  if (!self->has_text)
    return;
  /* GRUB's regexp module puts the names of files in the place of a path with patterns in it. */
  if (self->has_pattern && (*self->text->str == '/' || *self->text->str == '(')) {
    g_autofree char *place = kexec_grub_describe (self->eval);

    note_doubt (self, place);
  }
  g_ptr_array_add (self->args, g_strndup (self->text->str, self->text->len));
  g_string_truncate (self->text, 0);
  self->has_text = FALSE;
  self->has_pattern = FALSE;
}

static void
append (Expansion *self, const char *text, gsize length)
{
  if (!kexec_grub_charge (self->eval, 1 + length / KEXEC_GRUB_STEP_BYTES))
    return;
  if (self->text->len + length > ARGUMENT_MAX) {
    kexec_grub_exhaust (self->eval, "words that are too long");
    return;
  }
  g_string_append_len (self->text, text, (gssize) length);
  self->has_text = TRUE;
}

/* Whether the backslash at @p begins "\xHH", which Fedora's GRUB leaves as it is. */
static gboolean
is_hex_escape (const char *p)
{
  return p[1] == 'x' && g_ascii_isxdigit (p[2]) && g_ascii_isxdigit (p[3]);
}

/* Text outside quotes: each backslash goes, and what follows it stays. */
static void
append_text (Expansion *self, const char *text)
{
  gboolean keeps_hex = self->eval->outcome->names_first;

  while (*text != '\0' && !self->eval->is_exhausted) {
    gsize length = strcspn (text, "\\*?");

    if (length > 0)
      append (self, text, length);
    text += length;
    if (*text == '\0')
      return;
    if (*text != '\\')
      self->has_pattern = TRUE;
    else if (text[1] != '\0' && !(keeps_hex && is_hex_escape (text)))
      text++;
    append (self, text++, 1);
  }
}

/* A value outside quotes: white space in it divides arguments. */
static void
append_split (Expansion *self, const char *value)
{
  value += strspn (value, WHITE_SPACE);
  while (*value != '\0' && !self->eval->is_exhausted) {
    gsize length = strcspn (value, WHITE_SPACE);

    self->has_pattern |= strcspn (value, "*?") < length;
    append (self, value, length);
    value += length;
    value += strspn (value, WHITE_SPACE);
    if (*value != '\0')
      next_argument (self);
  }
}

static void
append_value (Expansion *self, const char *value, gboolean is_quoted)
{
  if (is_quoted)
    append (self, value, strlen (value));
  else
    append_split (self, value);
}

/* $1 and so on; 0 is nobody's. */
static void
append_parameter (Expansion *self, guint64 number, gboolean is_quoted)
{
  const KexecGrubScope *scope = self->eval->scope;

  if (number > 0 && number <= scope->parameters->len - scope->first)
    append_value (self, scope->parameters->pdata[scope->first + number - 1], is_quoted);
}

/* $@ and $*: the former keeps arguments apart, also in quotes. */
static void
append_parameters (Expansion *self, gboolean is_joined, gboolean is_quoted)
{
  const KexecGrubScope *scope = self->eval->scope;

  for (guint i = scope->first; i < scope->parameters->len; i++) {
    if (i > scope->first && is_joined && is_quoted)
      append (self, " ", 1);
    else if (i > scope->first)
      next_argument (self);
    append_value (self, scope->parameters->pdata[i], is_quoted);
  }
}

/* Returns: %FALSE if @name is that of an ordinary variable. */
static gboolean
append_special (Expansion *self, const char *name, gboolean is_quoted)
{
  const KexecGrubScope *scope = self->eval->scope;
  guint64 number = 0;

  if (!g_ascii_isdigit (*name) && strchr ("#*@", *name) == NULL)
    return FALSE;
  if (scope == NULL)
    return TRUE;
  note_doubt (self, scope->doubt);
  if (*name == '#') {
    g_autofree char *count = g_strdup_printf ("%u", scope->parameters->len - scope->first);

    append (self, count, strlen (count));
  } else if (!g_ascii_isdigit (*name)) {
    append_parameters (self, *name == '*', is_quoted);
  } else {
    number = g_ascii_strtoull (name, NULL, 10);
    append_parameter (self, number, is_quoted);
  }
  return TRUE;
}

static void
append_status (Expansion *self)
{
  append (self, self->eval->status == KEXEC_GRUB_TRUE ? "0" : "1", 1);
  if (self->eval->status == KEXEC_GRUB_UNDECIDED)
    note_doubt (self, self->eval->doubt);
}

static void
append_variable (Expansion *self, const char *name, gboolean is_quoted)
{
  const char *doubt;
  const char *value;

  if (append_special (self, name, is_quoted))
    return;
  if (strcmp (name, "?") == 0) {
    append_status (self);
    return;
  }
  value = kexec_grub_variables_get (self->eval->variables, name, &doubt);
  note_doubt (self, doubt);
  if (value != NULL && *value != '\0')
    append_value (self, value, is_quoted);
}

static void
append_part (Expansion *self, const KexecGrubPart *part)
{
  switch (part->type) {
  case KEXEC_GRUB_TEXT:
    append_text (self, part->text);
    break;
  case KEXEC_GRUB_QUOTED:
    append (self, part->text, strlen (part->text));
    break;
  case KEXEC_GRUB_VARIABLE:
    append_variable (self, part->text, FALSE);
    break;
  case KEXEC_GRUB_QUOTED_VARIABLE:
    append_variable (self, part->text, TRUE);
    break;
  }
}

GPtrArray *
kexec_grub_expand (KexecGrubEval *self, const KexecGrubWord *words, char **doubt)
{
  Expansion expansion = {
    .eval = self,
    .args = g_ptr_array_new_with_free_func (g_free),
    .text = g_string_new (NULL),
  };

  for (; words != NULL && kexec_grub_charge (self, 1); words = words->next) {
    for (const KexecGrubPart *part = words->parts; part != NULL; part = part->next)
      append_part (&expansion, part);
    next_argument (&expansion);
  }
  g_string_free (expansion.text, TRUE);
  *doubt = expansion.doubt;
  return expansion.args;
}

/* Appends an argument as grub-core/lib/cmdline.c does. */
static void
append_escaped (GString *line, const char *arg, gboolean keeps_hex)
{
  const char *quote = strchr (arg, ' ') != NULL ? "\"" : "";

  g_string_append (line, quote);
  for (; *arg != '\0'; arg++) {
    gboolean is_kept = *arg == '\\' && keeps_hex && is_hex_escape (arg);

    if (strchr ("\\'\"", *arg) != NULL && !is_kept)
      g_string_append_c (line, '\\');
    g_string_append_c (line, *arg);
  }
  g_string_append (line, quote);
}

char *
kexec_grub_cmdline (const KexecGrubEval *self, const GPtrArray *args, guint first)
{
  GString *line = g_string_new (NULL);

  for (guint i = first; i < args->len; i++) {
    if (i > first)
      g_string_append_c (line, ' ');
    append_escaped (line, args->pdata[i], self->outcome->names_first);
  }
  return g_string_free (line, FALSE);
}
