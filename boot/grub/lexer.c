/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What grub-core/script/yylex.l says, and how normal/main.c hands lines to it. */
#include "boot/grub/lexer.h"

#include <string.h>

#define NAME_CHARACTERS G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_"

/* What ends a word outside quotes, besides "$", quotes and backslashes. */
#define SEPARATORS "{}|&;<> \t\n"

/* A word while it is read. */
typedef struct {
  KexecGrubLexer *lexer;
  KexecGrubWord *word;
  KexecGrubPart **end;
  gboolean is_plain; /* nothing but text so far */
} Reading;

/* GRUB's reader drops lines that begin with "#", even in the middle of a quote. */
static void
skip_comment_lines (KexecGrubLexer *self)
{
  while (*self->next == '#') {
    const char *end = strchr (self->next, '\n');

    if (end == NULL) {
      self->next += strlen (self->next);
      return;
    }
    self->next = end + 1;
    self->line++;
  }
}

/* Steps over a line's end. */
static void
end_line (KexecGrubLexer *self)
{
  self->next++;
  self->line++;
  skip_comment_lines (self);
}

void
kexec_grub_lexer_init (KexecGrubLexer *self, KexecGrubScript *script, const char *text)
{
  self->script = script;
  self->next = text;
  self->line = 1;
  self->text = g_string_new (NULL);
  skip_comment_lines (self);
}

void
kexec_grub_lexer_clear (KexecGrubLexer *self)
{
  g_string_free (self->text, TRUE);
}

void
kexec_grub_lexer_skip_line (KexecGrubLexer *self)
{
  self->next += strcspn (self->next, "\n");
  if (*self->next == '\n')
    end_line (self);
}

static void
add_part (Reading *self, KexecGrubPartType type, const char *text)
{
  KexecGrubPart *part = kexec_grub_script_node (self->lexer->script, sizeof *part);

  part->type = type;
  part->text = kexec_grub_script_text (self->lexer->script, text);
  *self->end = part;
  self->end = &part->next;
}

/* Makes a part of the text that was read so far. An empty one between quotes counts. */
static void
flush (Reading *self, KexecGrubPartType type)
{
  GString *text = self->lexer->text;

  if (text->len > 0 || type == KEXEC_GRUB_QUOTED)
    add_part (self, type, text->str);
  g_string_truncate (text, 0);
}

/* Returns: the length of the variable's name at @p, after "$" and "{"; 0 if there is none. */
static gsize
measure_name (const char *p)
{
  if (*p == '\0')
    return 0;
  if (strchr ("?#*@", *p) != NULL)
    return 1;
  return strspn (p, g_ascii_isdigit (*p) ? G_CSET_DIGITS : NAME_CHARACTERS);
}

/* Reads a variable at "$". Returns: %FALSE if it is none. */
static gboolean
read_variable (Reading *self, KexecGrubPartType text_type, KexecGrubPartType type)
{
  KexecGrubLexer *lexer = self->lexer;
  gboolean is_braced = lexer->next[1] == '{';
  const char *name = lexer->next + 1 + is_braced;
  gsize length = measure_name (name);
  g_autofree char *copy = NULL;

  if (length == 0 || (is_braced && name[length] != '}'))
    return FALSE;
  copy = g_strndup (name, length);
  flush (self, text_type);
  add_part (self, type, copy);
  lexer->next = name + length + is_braced;
  self->is_plain = FALSE;
  return TRUE;
}

/* Takes the character at hand into the text, and steps over it. */
static void
take (KexecGrubLexer *self)
{
  g_string_append_c (self->text, *self->next);
  if (*self->next == '\n')
    end_line (self);
  else
    self->next++;
}

/* At the first character within. Returns: %FALSE if the quote does not end. */
static gboolean
read_single_quotes (Reading *self)
{
  KexecGrubLexer *lexer = self->lexer;

  while (*lexer->next != '\'' && *lexer->next != '\0')
    take (lexer);
  if (*lexer->next == '\0')
    return FALSE;
  lexer->next++;
  flush (self, KEXEC_GRUB_QUOTED);
  return TRUE;
}

/* A backslash between double quotes: it hides only what would mean something there. */
static void
read_quoted_backslash (KexecGrubLexer *self)
{
  if (self->next[1] == '\n') {
    self->next++;
    end_line (self);
    return;
  }
  if (self->next[1] != '\0' && strchr ("$\\\"", self->next[1]) != NULL)
    self->next++;
  take (self);
}

/* @is_message: it is to be translated, and a "$" that begins no variable is one */
static gboolean
read_double_quotes (Reading *self, gboolean is_message)
{
  KexecGrubLexer *lexer = self->lexer;

  while (*lexer->next != '"') {
    if (*lexer->next == '\0')
      return FALSE;
    if (*lexer->next == '\\')
      read_quoted_backslash (lexer);
    else if (*lexer->next != '$')
      take (lexer);
    else if (!read_variable (self, KEXEC_GRUB_QUOTED, KEXEC_GRUB_QUOTED_VARIABLE)) {
      if (!is_message)
        return FALSE;
      take (lexer);
    }
  }
  lexer->next++;
  flush (self, KEXEC_GRUB_QUOTED);
  return TRUE;
}

static gboolean
read_quotes (Reading *self)
{
  KexecGrubLexer *lexer = self->lexer;
  gboolean is_message = *lexer->next == '$';
  gboolean is_single = *lexer->next == '\'';

  flush (self, KEXEC_GRUB_TEXT);
  self->is_plain = FALSE;
  lexer->next += is_message ? 2 : 1;
  return is_single ? read_single_quotes (self) : read_double_quotes (self, is_message);
}

/* A backslash outside quotes: it stays, for what it hides is decided when the word is used; one at
   a line's end joins the lines. */
static gboolean
read_backslash (Reading *self)
{
  KexecGrubLexer *lexer = self->lexer;

  self->is_plain = FALSE;
  if (lexer->next[1] == '\0')
    return FALSE;
  if (lexer->next[1] == '\n') {
    lexer->next++;
    end_line (lexer);
    return *lexer->next != '\0';
  }
  take (lexer);
  take (lexer);
  return TRUE;
}

/* Reads what a word has next. Returns: %FALSE with @is_bad set as is due if that is not of a word.
 */
static gboolean
read_piece (Reading *self, gboolean *is_bad)
{
  KexecGrubLexer *lexer = self->lexer;
  char c = *lexer->next;

  if (c == '\0' || strchr (SEPARATORS, c) != NULL)
    return FALSE;
  if (c == '\'' || c == '"' || (c == '$' && lexer->next[1] == '"')) {
    *is_bad = !read_quotes (self);
    return !*is_bad;
  }
  if (c == '\\') {
    *is_bad = !read_backslash (self);
    return !*is_bad;
  }
  if (c == '$')
    return read_variable (self, KEXEC_GRUB_TEXT, KEXEC_GRUB_VARIABLE);
  take (lexer);
  return TRUE;
}

static KexecGrubToken
read_word (KexecGrubLexer *self, KexecGrubWord **word)
{
  Reading reading = { .lexer = self, .is_plain = TRUE };
  const char *start = self->next;
  gboolean is_bad = FALSE;
  const char *text;

  g_string_truncate (self->text, 0);
  reading.word = kexec_grub_script_node (self->script, sizeof *reading.word);
  reading.end = &reading.word->parts;
  while (read_piece (&reading, &is_bad))
    ;
  if (is_bad || self->next == start)
    return KEXEC_GRUB_TOKEN_BAD;
  flush (&reading, KEXEC_GRUB_TEXT);
  text = reading.word->parts != NULL ? reading.word->parts->text : "";
  if (reading.is_plain && (strcmp (text, "[[") == 0 || strcmp (text, "]]") == 0))
    return KEXEC_GRUB_TOKEN_BAD;
  if (reading.is_plain && text[strspn (text, NAME_CHARACTERS)] == '\0')
    reading.word->name = text;
  *word = reading.word;
  return KEXEC_GRUB_TOKEN_WORD;
}

/* A backslash at a line's end is no white space: it begins a word, which may be empty. */
static void
skip_blanks (KexecGrubLexer *self)
{
  self->next += strspn (self->next, " \t");
  if (*self->next == '#')
    self->next += strcspn (self->next, "\n");
}

KexecGrubToken
kexec_grub_lexer_read (KexecGrubLexer *self, KexecGrubWord **word)
{
  skip_blanks (self);
  switch (*self->next) {
  case '\0':
    return KEXEC_GRUB_TOKEN_END;
  case '\n':
    end_line (self);
    return KEXEC_GRUB_TOKEN_NEWLINE;
  case '{':
    self->next++;
    return KEXEC_GRUB_TOKEN_OPEN;
  case '}':
    self->next++;
    return KEXEC_GRUB_TOKEN_CLOSE;
  case ';':
    if (self->next[1] == ';')
      return KEXEC_GRUB_TOKEN_BAD;
    self->next++;
    return KEXEC_GRUB_TOKEN_SEMICOLON;
  case '|':
  case '&':
  case '<':
  case '>':
    return KEXEC_GRUB_TOKEN_BAD;
  default:
    return read_word (self, word);
  }
}
