/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands that are a part of the language: variables, functions, loops, conditions. */
#include <string.h>

#include "boot/grub/eval-private.h"
#include "boot/grub/number.h"

static KexecGrubTruth
run_true (KexecGrubEval *self, const KexecGrubCall *call)
{
  return KEXEC_GRUB_TRUE;
}

static KexecGrubTruth
run_false (KexecGrubEval *self, const KexecGrubCall *call)
{
  return KEXEC_GRUB_FALSE;
}

static KexecGrubTruth
run_set (KexecGrubEval *self, const KexecGrubCall *call)
{
  const char *arg = kexec_grub_call_arg (call, 0);
  const char *equals = strchr (arg, '=');
  g_autofree char *name = NULL;

  if (equals == NULL)
    return call->args->len == 0 ? KEXEC_GRUB_TRUE : KEXEC_GRUB_FALSE;
  name = g_strndup (arg, (gsize) (equals - arg));
  kexec_grub_variables_set (self->variables, name, equals + 1, call->doubt);
  return KEXEC_GRUB_TRUE;
}

static KexecGrubTruth
run_unset (KexecGrubEval *self, const KexecGrubCall *call)
{
  if (call->args->len == 0)
    return KEXEC_GRUB_FALSE;
  kexec_grub_variables_set (self->variables, kexec_grub_call_arg (call, 0), NULL, call->doubt);
  return KEXEC_GRUB_TRUE;
}

/* Makes variables that there are not yet; all are seen in submenus and other files anyway. */
static KexecGrubTruth
run_export (KexecGrubEval *self, const KexecGrubCall *call)
{
  for (guint i = 0; i < call->args->len; i++) {
    const char *doubt;

    if (kexec_grub_variables_get (self->variables, call->args->pdata[i], &doubt) == NULL)
      kexec_grub_variables_set (self->variables, call->args->pdata[i], "", doubt);
  }
  return call->args->len > 0 ? KEXEC_GRUB_TRUE : KEXEC_GRUB_FALSE;
}

/* Fedora's "increment" and "decrement". */
static KexecGrubTruth
add (KexecGrubEval *self, const KexecGrubCall *call, int difference)
{
  const char *name = kexec_grub_call_arg (call, 0);
  const char *doubt;
  const char *before = kexec_grub_variables_get (self->variables, name, &doubt);
  g_autofree char *after = NULL;
  gint64 value;

  if (before == NULL || call->args->len != 1)
    return KEXEC_GRUB_FALSE;
  value = CLAMP (kexec_grub_number_signed (before), -G_MAXINT32, G_MAXINT32);
  after = g_strdup_printf ("%" G_GINT64_FORMAT, value + difference);
  kexec_grub_variables_set (self->variables, name, after, doubt);
  return KEXEC_GRUB_TRUE;
}

static KexecGrubTruth
run_increment (KexecGrubEval *self, const KexecGrubCall *call)
{
  return add (self, call, 1);
}

static KexecGrubTruth
run_decrement (KexecGrubEval *self, const KexecGrubCall *call)
{
  return add (self, call, -1);
}

/* @count: (out): the number that is the only argument; @absent if there is none */
static gboolean
get_count (const KexecGrubCall *call, guint absent, guint *count)
{
  const char *end = "";
  guint64 value = absent;

  if (call->args->len > 1)
    return FALSE;
  if (call->args->len == 1 && !kexec_grub_number_parse (call->args->pdata[0], &value, &end))
    return FALSE;
  *count = (guint) MIN (value, G_MAXUINT);
  return *end == '\0';
}

static KexecGrubTruth
leave_loops (KexecGrubEval *self, const KexecGrubCall *call, KexecGrubFlow flow)
{
  guint count;

  if (!get_count (call, 1, &count) || count == 0)
    return KEXEC_GRUB_FALSE;
  self->n_loops = MIN (count, self->loops);
  if (self->n_loops > 0)
    self->flow = flow;
  return KEXEC_GRUB_TRUE;
}

static KexecGrubTruth
run_break (KexecGrubEval *self, const KexecGrubCall *call)
{
  return leave_loops (self, call, KEXEC_GRUB_FLOW_BREAK);
}

static KexecGrubTruth
run_continue (KexecGrubEval *self, const KexecGrubCall *call)
{
  return leave_loops (self, call, KEXEC_GRUB_FLOW_CONTINUE);
}

static KexecGrubTruth
run_return (KexecGrubEval *self, const KexecGrubCall *call)
{
  guint status;

  if (self->scope == NULL || !get_count (call, 0, &status))
    return KEXEC_GRUB_FALSE;
  self->flow = KEXEC_GRUB_FLOW_RETURN;
  if (call->args->len == 0)
    return self->status;
  if (call->doubt != NULL)
    return kexec_grub_undecided (self, call->doubt);
  return status == 0 ? KEXEC_GRUB_TRUE : KEXEC_GRUB_FALSE;
}

static KexecGrubTruth
run_shift (KexecGrubEval *self, const KexecGrubCall *call)
{
  guint count;

  if (self->scope == NULL)
    return KEXEC_GRUB_TRUE;
  if (!get_count (call, 1, &count) || count > self->scope->parameters->len - self->scope->first)
    return KEXEC_GRUB_FALSE;
  self->scope->first += count;
  return KEXEC_GRUB_TRUE;
}

static KexecGrubTruth
run_setparams (KexecGrubEval *self, const KexecGrubCall *call)
{
  if (self->scope == NULL)
    return KEXEC_GRUB_FALSE;
  g_ptr_array_unref (self->scope->parameters);
  self->scope->parameters = g_ptr_array_ref (call->args);
  self->scope->first = 0;
  return KEXEC_GRUB_TRUE;
}

/* Runs what its arguments say, as text. */
static KexecGrubTruth
run_eval (KexecGrubEval *self, const KexecGrubCall *call)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *place = kexec_grub_describe (self);

  for (guint i = 0; i < call->args->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", (char *) call->args->pdata[i]);
  if (call->doubt != NULL)
    kexec_grub_doubt_result (self, call->doubt);
  if (++self->depth > KEXEC_GRUB_DEPTH_MAX)
    kexec_grub_exhaust (self, "commands too deep within each other");
  if (kexec_grub_charge (self, 1 + text->len / KEXEC_GRUB_STEP_BYTES))
    kexec_grub_run_text (self, text->str, place);
  self->depth--;
  return self->status;
}

const KexecGrubCommand kexec_grub_language_commands[] = {
  { "true", run_true },
  { "false", run_false },
  { "[", kexec_grub_test },
  { "test", kexec_grub_test },
  { "set", run_set },
  { "unset", run_unset },
  { "export", run_export },
  { "increment", run_increment },
  { "decrement", run_decrement },
  { "break", run_break },
  { "continue", run_continue },
  { "return", run_return },
  { "shift", run_shift },
  { "setparams", run_setparams },
  { "eval", run_eval },
  { NULL, NULL },
};
