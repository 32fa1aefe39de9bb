/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs statements, as grub-core/script/execute.c does. */
#include "boot/grub/eval-private.h"

typedef KexecGrubTruth (*Runner) (KexecGrubEval *self, const KexecGrubStatement *statement);

static KexecGrubTruth
run_simple (KexecGrubEval *self, const KexecGrubStatement *statement)
{
  g_autofree char *doubt = NULL;
  g_autoptr (GPtrArray) args = NULL;

  self->statement = statement;
  args = kexec_grub_expand (self, statement->words, &doubt);
  if (args->len == 0 || self->is_exhausted)
    return self->status;
  return kexec_grub_run_command (self, args, doubt, statement->block);
}

static KexecGrubTruth
run_if (KexecGrubEval *self, const KexecGrubStatement *statement)
{
  return kexec_grub_run_clauses (self, statement->clauses);
}

/* After a loop's body. Returns: whether the loop goes on. */
static gboolean
goes_on (KexecGrubEval *self)
{
  gboolean is_break = self->flow == KEXEC_GRUB_FLOW_BREAK;

  if (self->flow == KEXEC_GRUB_FLOW_ON)
    return TRUE;
  if (!is_break && self->flow != KEXEC_GRUB_FLOW_CONTINUE)
    return FALSE;
  if (--self->n_loops > 0)
    return FALSE; /* an outer loop is meant */
  self->flow = KEXEC_GRUB_FLOW_ON;
  return !is_break;
}

static KexecGrubTruth
run_for (KexecGrubEval *self, const KexecGrubStatement *statement)
{
  g_autofree char *doubt = NULL;
  g_autoptr (GPtrArray) values = NULL;
  KexecGrubTruth truth = KEXEC_GRUB_TRUE;
  const KexecGrubWord *name = statement->words;
  gboolean is_going = TRUE;

  self->statement = statement;
  values = kexec_grub_expand (self, name->next, &doubt);
  if (doubt != NULL)
    kexec_grub_doubt_result (self, doubt);
  self->loops++;
  for (guint i = 0; is_going && i < values->len; i++) {
    if (!kexec_grub_charge (self, 1))
      break;
    kexec_grub_variables_set (self->variables, name->name, values->pdata[i], doubt);
    truth = kexec_grub_run (self, statement->clauses->body);
    is_going = goes_on (self);
  }
  self->loops--;
  return truth;
}

/* Whether the loop's condition asks for one more turn. */
static gboolean
wants_turn (KexecGrubEval *self, const KexecGrubStatement *statement)
{
  KexecGrubTruth truth = kexec_grub_run (self, statement->clauses->condition);
  g_autofree char *doubt = NULL;

  if (self->flow != KEXEC_GRUB_FLOW_ON || !kexec_grub_charge (self, 1))
    return FALSE;
  if (truth != KEXEC_GRUB_UNDECIDED)
    return (truth == KEXEC_GRUB_TRUE) == (statement->kind == KEXEC_GRUB_WHILE);
  doubt = g_strdup (self->doubt);
  self->statement = statement;
  kexec_grub_doubt_result (self, doubt);
  return FALSE;
}

static KexecGrubTruth
run_while (KexecGrubEval *self, const KexecGrubStatement *statement)
{
  KexecGrubTruth truth = KEXEC_GRUB_TRUE;

  self->loops++;
  while (wants_turn (self, statement)) {
    truth = kexec_grub_run (self, statement->clauses->body);
    if (!goes_on (self))
      break;
  }
  self->loops--;
  return truth;
}

static KexecGrubTruth
define_function (KexecGrubEval *self, const KexecGrubStatement *statement)
{
  g_hash_table_insert (self->functions, (gpointer) statement->words->name,
                       (gpointer) statement->block);
  return self->status;
}

static const Runner runners[] = {
  [KEXEC_GRUB_SIMPLE] = run_simple, [KEXEC_GRUB_IF] = run_if,
  [KEXEC_GRUB_FOR] = run_for,       [KEXEC_GRUB_WHILE] = run_while,
  [KEXEC_GRUB_UNTIL] = run_while,   [KEXEC_GRUB_FUNCTION] = define_function,
};

KexecGrubTruth
kexec_grub_run (KexecGrubEval *self, const KexecGrubStatement *statements)
{
  if (++self->depth > KEXEC_GRUB_DEPTH_MAX)
    kexec_grub_exhaust (self, "functions and conditions too deep within each other");
  for (; statements != NULL && self->flow == KEXEC_GRUB_FLOW_ON; statements = statements->next)
    if (kexec_grub_charge (self, 1))
      self->status = runners[statements->kind](self, statements);
  self->depth--;
  return self->status;
}

/* Whether there was a unit. */
static gboolean
run_unit (KexecGrubEval *self, KexecGrubParser *parser, const char *file)
{
  KexecGrubStatement *statements;
  guint line;

  switch (kexec_grub_parser_next (parser, &statements, &line)) {
  case KEXEC_GRUB_UNIT_READ:
    kexec_grub_run (self, statements);
    return TRUE;
  case KEXEC_GRUB_UNIT_BROKEN:
    kexec_grub_find (self, KEXEC_FINDING_MENU_UNREADABLE, file,
                     "Line %u of %s is not what a GRUB script may have, and GRUB passes over it "
                     "and what it belongs to; mend it",
                     line, file);
    return kexec_grub_charge (self, KEXEC_GRUB_HOST_STEPS);
  case KEXEC_GRUB_UNIT_FULL:
    kexec_grub_exhaust (self, "more than fits, or blocks too deep within each other");
    return FALSE;
  default:
    return FALSE;
  }
}

void
kexec_grub_run_text (KexecGrubEval *self, const char *text, const char *file)
{
  g_autoptr (KexecGrubParser) parser = kexec_grub_parser_new (self->script, text, file);

  while (self->flow == KEXEC_GRUB_FLOW_ON && run_unit (self, parser, file))
    ;
}

const KexecGrubStatement *
kexec_grub_parse (KexecGrubEval *self, const char *text, const char *file)
{
  g_autoptr (KexecGrubParser) parser = kexec_grub_parser_new (self->script, text, file);
  KexecGrubStatement *first = NULL;
  KexecGrubStatement **end = &first;
  KexecGrubUnit unit;
  guint line;

  while ((unit = kexec_grub_parser_next (parser, end, &line)) == KEXEC_GRUB_UNIT_READ)
    while (*end != NULL)
      end = &(*end)->next;
  if (unit == KEXEC_GRUB_UNIT_FULL)
    kexec_grub_exhaust (self, "more than fits");
  return unit == KEXEC_GRUB_UNIT_END ? first : NULL;
}

KexecGrubTruth
kexec_grub_call (KexecGrubEval *self, const KexecGrubStatement *body, GPtrArray *parameters,
                 const char *doubt)
{
  KexecGrubScope scope = { .parameters = g_ptr_array_ref (parameters), .doubt = doubt };
  KexecGrubScope *before = self->scope;
  guint loops = self->loops;
  KexecGrubTruth truth;

  self->scope = &scope;
  self->loops = 0;
  truth = kexec_grub_run (self, body);
  if (self->flow == KEXEC_GRUB_FLOW_RETURN)
    self->flow = KEXEC_GRUB_FLOW_ON;
  self->loops = loops;
  self->scope = before;
  g_ptr_array_unref (scope.parameters);
  return truth;
}
