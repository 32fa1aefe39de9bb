/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Menu entries: what defines them, and what their commands load. */
#include "boot/grub/eval-private.h"
#include "boot/grub/options.h"

enum {
  CLASS,
  USERS,
  HOTKEY,
  SOURCE,
  ID,
  UNRESTRICTED,
  N_OPTIONS
};

static const KexecGrubOption options[] = {
  [CLASS] = { "class", 0, KEXEC_GRUB_NEEDS_VALUE },
  [USERS] = { "users", 0, KEXEC_GRUB_MAY_HAVE_VALUE },
  [HOTKEY] = { "hotkey", 0, KEXEC_GRUB_NEEDS_VALUE },
  [SOURCE] = { "source", 0, KEXEC_GRUB_NEEDS_VALUE },
  [ID] = { "id", 0, KEXEC_GRUB_NEEDS_VALUE },
  [UNRESTRICTED] = { "unrestricted", 0, KEXEC_GRUB_NO_VALUE },
  [N_OPTIONS] = { NULL, 0, KEXEC_GRUB_NO_VALUE },
};

void
kexec_grub_add_entry (KexecGrubEval *self, KexecGrubEntry *entry)
{
  if (++self->n_entries > KEXEC_GRUB_ENTRIES_MAX) {
    g_autofree char *what = g_strdup_printf ("more than %d entries", KEXEC_GRUB_ENTRIES_MAX);

    kexec_grub_exhaust (self, what);
    kexec_grub_entry_free (entry);
    return;
  }
  g_ptr_array_add (self->menu->entries, entry);
}

/* Returns: (transfer full): the operands as the body's parameters. */
static GPtrArray *
copy_parameters (const GPtrArray *operands)
{
  GPtrArray *parameters = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < operands->len; i++)
    g_ptr_array_add (parameters, g_strdup (operands->pdata[i]));
  return parameters;
}

static KexecGrubTruth
run_menuentry (KexecGrubEval *self, const KexecGrubCall *call)
{
  const char *values[N_OPTIONS] = { NULL };
  g_autoptr (GPtrArray) operands = kexec_grub_options_parse (options, call->args, TRUE, values);
  const KexecGrubStatement *body = call->block;
  KexecGrubEntry *entry;

  if (call->doubt != NULL)
    kexec_grub_doubt_result (self, call->doubt);
  if (operands == NULL || operands->len == 0 || (values[SOURCE] == NULL) == (body == NULL))
    return KEXEC_GRUB_FALSE;
  if (values[SOURCE] != NULL)
    body = kexec_grub_parse (self, values[SOURCE], self->statement->file);
  entry =
    kexec_grub_entry_new (operands->pdata[0], values[ID] != NULL ? values[ID] : operands->pdata[0]);
  entry->parameters = copy_parameters (operands);
  entry->is_submenu = call->name[0] == 's';
  /* Anybody may boot it only if it says so, and names nobody; an empty list is the superusers. */
  entry->is_restricted = values[USERS] != NULL || values[UNRESTRICTED] == NULL;
  entry->body = body;
  kexec_grub_add_entry (self, entry);
  return KEXEC_GRUB_TRUE;
}

/* What GRUB tells the commands of an entry that is chosen. */
static void
set_chosen (KexecGrubEval *self, const KexecGrubEntry *entry)
{
  const char *before = kexec_grub_variables_get (self->variables, "chosen", NULL);
  const char *doubt;
  const char *path = kexec_grub_variables_get (self->variables, "default", &doubt);
  const char *rest = path != NULL ? kexec_grub_path_rest (path) : NULL;
  g_autofree char *chosen =
    g_strdup_printf ("%s%s%s", before != NULL ? before : "", before != NULL ? ">" : "", entry->id);

  kexec_grub_variables_set (self->variables, "chosen", chosen, NULL);
  if (rest != NULL) {
    g_autofree char *copy = g_strdup (rest);

    kexec_grub_variables_set (self->variables, "default", copy, doubt);
  }
}

/* Runs an entry's commands. A submenu's make a menu, whose entries are run as well. */
static void
run_body (KexecGrubEval *self, KexecGrubEntry *entry)
{
  g_autoptr (KexecGrubMenu) menu = kexec_grub_menu_new ();
  KexecGrubMenu *menu_before = self->menu;
  gboolean was_locked = self->is_locked;

  self->menu = menu;
  self->entry = entry;
  self->findings = entry->findings;
  kexec_grub_target_free (self->target);
  self->target = kexec_grub_target_new ();
  set_chosen (self, entry);
  kexec_grub_call (self, entry->body, entry->parameters, NULL);
  kexec_grub_target_free (entry->target);
  entry->target = self->target;
  self->target = kexec_grub_target_new ();
  if (entry->is_submenu) {
    entry->children = g_steal_pointer (&menu);
    self->is_locked = entry->is_locked;
    kexec_grub_finish_menu (self, entry->children);
  }
  self->is_locked = was_locked;
  self->menu = menu_before;
}

static void
run_entry (KexecGrubEval *self, const KexecGrubMenu *menu, KexecGrubEntry *entry)
{
  KexecGrubEntry *entry_before = self->entry;
  KexecFindings *findings_before = self->findings;

  entry->is_locked = self->is_locked || (entry->is_restricted && menu->has_superusers);
  self->variables = kexec_grub_variables_push (self->variables);
  run_body (self, entry);
  self->variables = kexec_grub_variables_pop (self->variables);
  self->entry = entry_before;
  self->findings = findings_before;
}

/* What was read before a limit was reached is shown all the same: it gets a limit of its own. */
static void
refresh (KexecGrubEval *self)
{
  if (self->budget->was_refreshed || !self->is_exhausted)
    return;
  self->budget->was_refreshed = TRUE;
  self->is_exhausted = FALSE;
  self->budget->steps = KEXEC_GRUB_STEPS_MAX;
}

void
kexec_grub_finish_menu (KexecGrubEval *self, KexecGrubMenu *menu)
{
  const char *doubt;

  menu->default_value = g_strdup (kexec_grub_variables_get (self->variables, "default", &doubt));
  menu->default_doubt = g_strdup (doubt);
  menu->has_superusers =
    kexec_grub_variables_get (self->variables, "superusers", &doubt) != NULL || doubt != NULL;
  refresh (self);
  if (++self->depth > KEXEC_GRUB_DEPTH_MAX)
    kexec_grub_exhaust (self, "submenus too deep within each other");
  for (guint i = 0; i < menu->entries->len && kexec_grub_charge (self, 1); i++) {
    self->flow = KEXEC_GRUB_FLOW_ON;
    run_entry (self, menu, menu->entries->pdata[i]);
  }
  self->depth--;
}

const KexecGrubCommand kexec_grub_menu_commands[] = {
  { "menuentry", run_menuentry },
  { "submenu", run_menuentry },
  { "blscfg", kexec_grub_blscfg },
  { "bls_import", kexec_grub_blscfg },
  { NULL, NULL },
};
