/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Conditions, also those that nobody but the boot loader can decide. */
#include <string.h>

#include "boot/grub/eval-private.h"

/* What a script has changed on one of the two ways. */
typedef struct {
  KexecGrubVariables *variables;
  GPtrArray *entries; /* that were added */
  KexecGrubTarget *target;
  KexecGrubMenu *final_menu;
  KexecGrubFlow flow;
  guint n_loops;
} Way;

KexecGrubTruth
kexec_grub_run_clauses (KexecGrubEval *self, const KexecGrubClause *clauses)
{
  for (; clauses != NULL; clauses = clauses->next) {
    KexecGrubTruth truth = KEXEC_GRUB_TRUE;

    if (clauses->condition != NULL)
      truth = kexec_grub_run (self, clauses->condition);
    if (self->flow != KEXEC_GRUB_FLOW_ON)
      return truth;
    if (truth == KEXEC_GRUB_TRUE)
      return kexec_grub_run (self, clauses->body);
    if (truth == KEXEC_GRUB_UNDECIDED) {
      g_autofree char *doubt = g_strdup (self->doubt);

      return kexec_grub_run_both_ways (self, clauses, clauses->next, doubt);
    }
  }
  return KEXEC_GRUB_TRUE;
}

/* Takes the entries from @start on out of the menu. */
static GPtrArray *
take_entries (KexecGrubEval *self, guint start)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_grub_entry_free);

  while (self->menu->entries->len > start)
    g_ptr_array_add (entries, g_ptr_array_steal_index (self->menu->entries, start));
  return entries;
}

/* Begins to note what is changed. */
static void
set_out (KexecGrubEval *self, Way *before)
{
  const KexecGrubTarget *target = self->target;

  kexec_grub_charge (self,
                     1 + target->initrds->len + strlen (target->cmdline) / KEXEC_GRUB_STEP_BYTES);
  self->variables = kexec_grub_variables_push (self->variables);
  before->target = kexec_grub_target_copy (self->target);
  before->final_menu = g_steal_pointer (&self->final_menu);
  before->flow = self->flow;
  before->n_loops = self->n_loops;
}

/* Takes back what was changed since set_out(), and keeps it in @way. */
static void
come_back (KexecGrubEval *self, Way *before, guint n_entries, Way *way)
{
  way->variables = self->variables;
  self->variables = kexec_grub_variables_detach (way->variables);
  way->entries = take_entries (self, n_entries);
  way->target = self->target;
  self->target = g_steal_pointer (&before->target);
  way->final_menu = self->final_menu;
  self->final_menu = g_steal_pointer (&before->final_menu);
  way->flow = self->flow;
  way->n_loops = self->n_loops;
  self->flow = before->flow;
  self->n_loops = before->n_loops;
}

static gboolean
entries_equal (const GPtrArray *one, const GPtrArray *other)
{
  if (one->len != other->len)
    return FALSE;
  for (guint i = 0; i < one->len; i++) {
    const KexecGrubEntry *a = one->pdata[i];
    const KexecGrubEntry *b = other->pdata[i];

    if (a->body != b->body || !g_str_equal (a->title, b->title) || !g_str_equal (a->id, b->id) ||
        a->is_restricted != b->is_restricted)
      return FALSE;
  }
  return TRUE;
}

static gboolean
ways_equal (const Way *one, const Way *other)
{
  return one->flow == other->flow && one->n_loops == other->n_loops && one->final_menu == NULL &&
         other->final_menu == NULL && entries_equal (one->entries, other->entries) &&
         kexec_grub_target_equal (one->target, other->target);
}

/* Makes what was changed on @way stay. */
static void
adopt (KexecGrubEval *self, Way *way)
{
  while (way->entries->len > 0)
    g_ptr_array_add (self->menu->entries, g_ptr_array_steal_index (way->entries, 0));
  g_ptr_array_unref (way->entries);
  kexec_grub_target_free (self->target);
  self->target = way->target;
  if (self->final_menu == NULL)
    self->final_menu = way->final_menu;
  else
    g_clear_pointer (&way->final_menu, kexec_grub_menu_free);
  self->flow = self->is_exhausted ? KEXEC_GRUB_FLOW_STOP : way->flow;
  self->n_loops = way->n_loops;
}

static void
drop (Way *way)
{
  g_ptr_array_unref (way->entries);
  kexec_grub_target_free (way->target);
  g_clear_pointer (&way->final_menu, kexec_grub_menu_free);
}

/* Goes one way, up to where the two meet again. @findings: gets what is found on it */
static KexecGrubTruth
go (KexecGrubEval *self, const KexecGrubStatement *body, const KexecGrubClause *clauses,
    KexecFindings *findings, Way *way)
{
  KexecFindings *findings_before = self->findings;
  KexecGrubScope *scope = self->scope;
  KexecGrubScope scope_before = scope != NULL ? *scope : (KexecGrubScope){ 0 };
  guint n_entries = self->menu->entries->len;
  Way before = { 0 };
  KexecGrubTruth truth;

  if (scope != NULL)
    g_ptr_array_ref (scope->parameters);
  set_out (self, &before);
  self->findings = findings;
  truth = body != NULL ? kexec_grub_run (self, body) : kexec_grub_run_clauses (self, clauses);
  self->findings = findings_before;
  come_back (self, &before, n_entries, way);
  if (scope != NULL) {
    g_ptr_array_unref (scope->parameters);
    *scope = scope_before;
  }
  return truth;
}

KexecGrubTruth
kexec_grub_run_both_ways (KexecGrubEval *self, const KexecGrubClause *clause,
                          const KexecGrubClause *otherwise, const char *doubt)
{
  const KexecGrubStatement *statement = self->statement;
  g_autoptr (KexecFindings) untaken = kexec_findings_new ();
  KexecGrubTruth truths[2];
  Way one;
  Way other;
  gboolean is_same;

  if (++self->depth > KEXEC_GRUB_DEPTH_MAX)
    kexec_grub_exhaust (self, "conditions too deep within each other");
  truths[0] = go (self, clause->body, NULL, untaken, &one);
  truths[1] = go (self, NULL, otherwise, self->findings, &other);
  self->depth--;
  is_same = ways_equal (&one, &other);
  self->statement = statement;
  kexec_grub_variables_join (self->variables, one.variables, other.variables, doubt);
  adopt (self, &other);
  drop (&one);
  if (!is_same && !self->is_exhausted)
    kexec_grub_doubt_result (self, doubt);
  return truths[0] == truths[1] ? truths[1] : kexec_grub_undecided (self, doubt);
}
