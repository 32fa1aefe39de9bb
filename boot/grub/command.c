/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds what a command line calls: a command, a function, or an assignment. */
#include <string.h>

#include "boot/grub/eval-private.h"

const char *
kexec_grub_call_arg (const KexecGrubCall *call, guint i)
{
  return i < call->args->len ? call->args->pdata[i] : "";
}

/* Names that a script can read but not set. */
static gboolean
is_special (const char *name)
{
  return *name == '\0' || g_ascii_isdigit (*name) || strchr ("#*@?", *name) != NULL;
}

/* What is neither a command nor a function: "NAME=VALUE", or a command that is not known here. */
static KexecGrubTruth
assign (KexecGrubEval *self, const char *text, const char *doubt)
{
  const char *equals = strchr (text, '=');
  g_autofree char *name = NULL;
  g_autofree char *place = NULL;

  if (equals == NULL) {
    place = kexec_grub_describe (self);
    return kexec_grub_undecided (self, place);
  }
  name = g_strndup (text, (gsize) (equals - text));
  if (!is_special (name))
    kexec_grub_variables_set (self->variables, name, equals + 1, doubt);
  return KEXEC_GRUB_TRUE;
}

static KexecGrubTruth
dispatch (KexecGrubEval *self, const KexecGrubCall *call)
{
  const KexecGrubCommand *command = g_hash_table_lookup (self->commands, call->name);
  const KexecGrubStatement *function = NULL;

  if (command != NULL)
    return command->run (self, call);
  function = g_hash_table_lookup (self->functions, call->name);
  if (function != NULL)
    return kexec_grub_call (self, function, call->args, call->doubt);
  return assign (self, call->name, call->doubt);
}

static KexecGrubTruth
invert (KexecGrubTruth truth)
{
  if (truth == KEXEC_GRUB_UNDECIDED)
    return truth;
  return truth == KEXEC_GRUB_TRUE ? KEXEC_GRUB_FALSE : KEXEC_GRUB_TRUE;
}

KexecGrubTruth
kexec_grub_run_command (KexecGrubEval *self, GPtrArray *args, const char *doubt,
                        const KexecGrubStatement *block)
{
  KexecGrubCall call = { .args = args, .doubt = doubt, .block = block };
  gboolean is_inverted = strcmp (args->pdata[0], "!") == 0;
  g_autofree char *name = NULL;
  KexecGrubTruth truth;

  if (is_inverted)
    g_ptr_array_remove_index (args, 0);
  if (args->len == 0)
    return KEXEC_GRUB_FALSE;
  name = g_strdup (args->pdata[0]);
  g_ptr_array_remove_index (args, 0);
  call.name = name;
  truth = dispatch (self, &call);
  return is_inverted ? invert (truth) : truth;
}
