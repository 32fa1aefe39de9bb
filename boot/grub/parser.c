/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The grammar of GRUB scripts (grub-core/script/parser.y), by recursive descent. */
#include <string.h>

#include "boot/grub/lexer.h"

struct KexecGrubParser {
  KexecGrubScript *script;
  KexecGrubLexer lexer;
  const char *file;
  char *text; /* (nullable): a copy of the text, if it had to be changed */
  KexecGrubToken token;
  KexecGrubWord *word; /* with a word as @token */
  guint line;          /* where @token began */
  guint nesting;
  gboolean is_full;
};

/* Words that are no command's name. */
static const char *const reserved[] = {
  "case", "do", "done",   "elif", "else",  "esac",  "fi",       "for",
  "if",   "in", "select", "then", "until", "while", "function", NULL,
};

/* … those among them that end a list of commands. */
static const char *const closing[] = { "do", "done", "elif", "else", "fi", "then", NULL };

static KexecGrubStatement *parse_command (KexecGrubParser *self);

/* GRUB drops carriage returns, wherever they are. Returns: (transfer full) (nullable): @text
   without them, if it has some. */
static char *
drop_carriage_returns (const char *text)
{
  g_auto (GStrv) pieces = NULL;

  if (strchr (text, '\r') == NULL)
    return NULL;
  pieces = g_strsplit (text, "\r", -1);
  return g_strjoinv (NULL, pieces);
}

KexecGrubParser *
kexec_grub_parser_new (KexecGrubScript *script, const char *text, const char *file)
{
  KexecGrubParser *self = g_new0 (KexecGrubParser, 1);

  self->script = script;
  self->file = kexec_grub_script_text (script, file);
  self->text = drop_carriage_returns (text);
  kexec_grub_lexer_init (&self->lexer, script, self->text != NULL ? self->text : text);
  return self;
}

void
kexec_grub_parser_free (KexecGrubParser *self)
{
  kexec_grub_lexer_clear (&self->lexer);
  g_free (self->text);
  g_free (self);
}

static void
advance (KexecGrubParser *self)
{
  self->is_full |= kexec_grub_script_is_full (self->script);
  self->word = NULL;
  self->line = self->lexer.line;
  self->token =
    self->is_full ? KEXEC_GRUB_TOKEN_BAD : kexec_grub_lexer_read (&self->lexer, &self->word);
}

static gboolean
is_name (const KexecGrubParser *self, const char *name)
{
  return self->token == KEXEC_GRUB_TOKEN_WORD && g_strcmp0 (self->word->name, name) == 0;
}

static gboolean
is_one_of (const KexecGrubParser *self, const char *const *names)
{
  return self->token == KEXEC_GRUB_TOKEN_WORD && self->word->name != NULL &&
         g_strv_contains (names, self->word->name);
}

/* Steps over a reserved word. Returns: %FALSE if another one is there. */
static gboolean
expect (KexecGrubParser *self, const char *name)
{
  if (!is_name (self, name))
    return FALSE;
  advance (self);
  return TRUE;
}

static void
skip_newlines (KexecGrubParser *self)
{
  while (self->token == KEXEC_GRUB_TOKEN_NEWLINE)
    advance (self);
}

/* Steps over ";" or a line's end, and further lines' ends. Returns: %FALSE if none is there. */
static gboolean
skip_delimiters (KexecGrubParser *self)
{
  if (self->token != KEXEC_GRUB_TOKEN_NEWLINE && self->token != KEXEC_GRUB_TOKEN_SEMICOLON)
    return FALSE;
  advance (self);
  skip_newlines (self);
  return TRUE;
}

static KexecGrubStatement *
new_statement (KexecGrubParser *self, KexecGrubKind kind)
{
  KexecGrubStatement *statement = kexec_grub_script_node (self->script, sizeof *statement);

  statement->kind = kind;
  statement->line = self->line;
  statement->file = self->file;
  return statement;
}

static KexecGrubClause *
new_clause (KexecGrubParser *self)
{
  return kexec_grub_script_node (self->script, sizeof (KexecGrubClause));
}

/*
 * Reads one command at least, up to a reserved word or "}" that ends the list.
 *
 * Returns: (nullable): the first; %NULL if it is not valid. @is_delimited: whether the last one was
 * ended by more than what follows.
 */
static KexecGrubStatement *
parse_commands (KexecGrubParser *self, gboolean *is_delimited)
{
  KexecGrubStatement *first = NULL;
  KexecGrubStatement **end = &first;

  skip_newlines (self);
  do {
    *end = parse_command (self);
    if (*end == NULL)
      return NULL;
    end = &(*end)->next;
    *is_delimited = skip_delimiters (self);
  } while (*is_delimited && self->token != KEXEC_GRUB_TOKEN_CLOSE && !is_one_of (self, closing));
  return first;
}

/* As parse_commands(), for lists that have to be delimited. */
static KexecGrubStatement *
parse_list (KexecGrubParser *self)
{
  gboolean is_delimited = FALSE;
  KexecGrubStatement *list = parse_commands (self, &is_delimited);

  return is_delimited ? list : NULL;
}

/* At "{". @needs_delimiter: whether "}" may not follow the last command's words */
static KexecGrubStatement *
parse_block (KexecGrubParser *self, gboolean needs_delimiter)
{
  gboolean is_delimited = FALSE;
  KexecGrubStatement *block;

  advance (self);
  block = parse_commands (self, &is_delimited);
  if (block == NULL || (needs_delimiter && !is_delimited) || self->token != KEXEC_GRUB_TOKEN_CLOSE)
    return NULL;
  advance (self);
  return block;
}

/* Reads words, reserved ones among them. Returns: where the next one would go. */
static KexecGrubWord **
parse_words (KexecGrubParser *self, KexecGrubWord **end)
{
  while (self->token == KEXEC_GRUB_TOKEN_WORD) {
    *end = self->word;
    end = &self->word->next;
    advance (self);
  }
  return end;
}

static KexecGrubStatement *
parse_simple (KexecGrubParser *self)
{
  KexecGrubStatement *statement = new_statement (self, KEXEC_GRUB_SIMPLE);

  if (self->token != KEXEC_GRUB_TOKEN_WORD || is_one_of (self, reserved))
    return NULL;
  parse_words (self, &statement->words);
  if (self->token != KEXEC_GRUB_TOKEN_OPEN)
    return statement;
  statement->block = parse_block (self, FALSE);
  return statement->block != NULL ? statement : NULL;
}

/* Reads "CONDITION; then BODY;". */
static KexecGrubClause *
parse_then (KexecGrubParser *self)
{
  KexecGrubClause *clause = new_clause (self);

  clause->condition = parse_list (self);
  if (clause->condition == NULL || !expect (self, "then"))
    return NULL;
  clause->body = parse_list (self);
  return clause->body != NULL ? clause : NULL;
}

/* Reads the body of "else". */
static KexecGrubClause *
parse_else (KexecGrubParser *self)
{
  KexecGrubClause *clause = new_clause (self);

  clause->body = parse_list (self);
  return clause->body != NULL ? clause : NULL;
}

static KexecGrubStatement *
parse_if (KexecGrubParser *self)
{
  KexecGrubStatement *statement = new_statement (self, KEXEC_GRUB_IF);
  KexecGrubClause **end = &statement->clauses;

  do {
    advance (self); /* "if" or "elif" */
    *end = parse_then (self);
    if (*end == NULL)
      return NULL;
    end = &(*end)->next;
  } while (is_name (self, "elif"));
  if (expect (self, "else")) {
    *end = parse_else (self);
    if (*end == NULL)
      return NULL;
  }
  return expect (self, "fi") ? statement : NULL;
}

/* Reads "do BODY; done". */
static gboolean
parse_do (KexecGrubParser *self, KexecGrubClause *clause)
{
  if (!expect (self, "do"))
    return FALSE;
  clause->body = parse_list (self);
  return clause->body != NULL && expect (self, "done");
}

static KexecGrubStatement *
parse_while (KexecGrubParser *self)
{
  KexecGrubStatement *statement =
    new_statement (self, is_name (self, "while") ? KEXEC_GRUB_WHILE : KEXEC_GRUB_UNTIL);

  advance (self);
  statement->clauses = new_clause (self);
  statement->clauses->condition = parse_list (self);
  if (statement->clauses->condition == NULL)
    return NULL;
  return parse_do (self, statement->clauses) ? statement : NULL;
}

static KexecGrubStatement *
parse_for (KexecGrubParser *self)
{
  KexecGrubStatement *statement = new_statement (self, KEXEC_GRUB_FOR);

  advance (self);
  if (self->token != KEXEC_GRUB_TOKEN_WORD || self->word->name == NULL ||
      is_one_of (self, reserved))
    return NULL;
  statement->words = self->word;
  advance (self);
  if (!expect (self, "in"))
    return NULL;
  parse_words (self, &statement->words->next);
  statement->clauses = new_clause (self);
  if (!skip_delimiters (self))
    return NULL;
  return parse_do (self, statement->clauses) ? statement : NULL;
}

static KexecGrubStatement *
parse_function (KexecGrubParser *self)
{
  KexecGrubStatement *statement = new_statement (self, KEXEC_GRUB_FUNCTION);

  advance (self);
  if (self->token != KEXEC_GRUB_TOKEN_WORD || self->word->name == NULL ||
      is_one_of (self, reserved))
    return NULL;
  statement->words = self->word;
  advance (self);
  skip_newlines (self);
  if (self->token != KEXEC_GRUB_TOKEN_OPEN)
    return NULL;
  statement->block = parse_block (self, TRUE);
  return statement->block != NULL ? statement : NULL;
}

/* Returns: (nullable): a command of any kind; a function is none. */
static KexecGrubStatement *
parse_command (KexecGrubParser *self)
{
  KexecGrubStatement *statement;

  if (++self->nesting > KEXEC_GRUB_NESTING_MAX) {
    self->is_full = TRUE;
    return NULL;
  }
  if (is_name (self, "if"))
    statement = parse_if (self);
  else if (is_name (self, "for"))
    statement = parse_for (self);
  else if (is_name (self, "while") || is_name (self, "until"))
    statement = parse_while (self);
  else
    statement = parse_simple (self);
  self->nesting--;
  return statement;
}

/* Reads the statements up to the end of a line. Returns: %FALSE if they are not valid. */
static gboolean
parse_unit (KexecGrubParser *self, KexecGrubStatement **end)
{
  do {
    *end = is_name (self, "function") ? parse_function (self) : parse_command (self);
    if (*end == NULL)
      return FALSE;
    end = &(*end)->next;
    if (self->token == KEXEC_GRUB_TOKEN_NEWLINE || self->token == KEXEC_GRUB_TOKEN_END)
      return TRUE;
    if (self->token != KEXEC_GRUB_TOKEN_SEMICOLON)
      return FALSE;
    advance (self);
  } while (self->token != KEXEC_GRUB_TOKEN_NEWLINE && self->token != KEXEC_GRUB_TOKEN_END);
  return TRUE;
}

KexecGrubUnit
kexec_grub_parser_next (KexecGrubParser *self, KexecGrubStatement **statements, guint *line)
{
  *statements = NULL;
  do
    advance (self);
  while (self->token == KEXEC_GRUB_TOKEN_NEWLINE);
  *line = self->line;
  if (self->token == KEXEC_GRUB_TOKEN_END)
    return KEXEC_GRUB_UNIT_END;
  self->nesting = 0;
  if (!self->is_full && parse_unit (self, statements))
    return KEXEC_GRUB_UNIT_READ;
  *statements = NULL;
  if (self->is_full)
    return KEXEC_GRUB_UNIT_FULL;
  *line = self->line;
  /* The end of the line may have been read already: it is what was not expected. */
  if (self->token != KEXEC_GRUB_TOKEN_NEWLINE)
    kexec_grub_lexer_skip_line (&self->lexer);
  return KEXEC_GRUB_UNIT_BROKEN;
}
