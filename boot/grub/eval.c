/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An evaluation from its beginning to its end, and its limits. */
#include <string.h>

#include "boot/grub/eval-private.h"

/* What every GRUB since 2.00 says of itself (grub-core/normal/main.c). */
static const char *const features[] = {
  "feature_chainloader_bpb",      "feature_ntldr",
  "feature_platform_search_hint", "feature_default_font_path",
  "feature_all_video_module",     "feature_menuentry_id",
  "feature_menuentry_options",    "feature_200_final",
  "feature_nativedisk_cmd",       "feature_timeout_style",
};

static const KexecGrubCommand *const tables[] = {
  kexec_grub_language_commands, kexec_grub_file_commands, kexec_grub_environment_commands,
  kexec_grub_menu_commands,     kexec_grub_boot_commands, kexec_grub_other_commands,
};

gboolean
kexec_grub_charge (KexecGrubEval *self, gsize steps)
{
  if (self->is_exhausted)
    return FALSE;
  if (steps > self->budget->steps) {
    g_autofree char *what = g_strdup_printf ("more than %d steps", KEXEC_GRUB_STEPS_MAX);

    kexec_grub_exhaust (self, what);
    return FALSE;
  }
  self->budget->steps -= (guint) steps;
  return TRUE;
}

void
kexec_grub_exhaust (KexecGrubEval *self, const char *what)
{
  self->flow = KEXEC_GRUB_FLOW_STOP;
  if (self->is_exhausted)
    return;
  self->is_exhausted = TRUE;
  self->outcome->is_exhausted = TRUE;
  self->outcome->is_incomplete = TRUE;
  kexec_findings_add (
    self->outcome->findings, KEXEC_FINDING_MENU_UNREADABLE, NULL, NULL,
    "GRUB's configuration was not read to its end, because of %s; make it simpler", what);
}

void
kexec_grub_find (KexecGrubEval *self, KexecFindingCode code, const char *subject,
                 const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  if (self->findings->len >= KEXEC_GRUB_FINDINGS_MAX)
    return;
  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  kexec_findings_add (self->findings, code, subject, NULL, "%s", text);
}

KexecGrubTruth
kexec_grub_undecided (KexecGrubEval *self, const char *doubt)
{
  char *copy = g_strdup (doubt);

  g_free (self->doubt);
  self->doubt = copy;
  return KEXEC_GRUB_UNDECIDED;
}

KexecGrubTruth
kexec_grub_unsure (KexecGrubEval *self)
{
  g_autofree char *place = kexec_grub_describe (self);

  return kexec_grub_undecided (self, place);
}

char *
kexec_grub_describe (const KexecGrubEval *self)
{
  if (self->statement == NULL)
    return g_strdup ("its configuration");
  return g_strdup_printf ("line %u of %s", self->statement->line, self->statement->file);
}

void
kexec_grub_doubt_result (KexecGrubEval *self, const char *doubt)
{
  if (self->entry == NULL || self->entry->is_submenu)
    kexec_grub_menu_set_doubt (self->menu, doubt);
  if (self->target->doubt == NULL)
    self->target->doubt = g_strdup (doubt);
  kexec_grub_find (self, KEXEC_FINDING_MENU_UNDECIDED, NULL,
                   "%s depends on %s, which only GRUB itself can decide; compare it with what GRUB "
                   "shows",
                   self->entry != NULL ? "What this entry boots" : "What GRUB's menu holds", doubt);
}

static void
set_variable (KexecGrubEval *self, const char *name, const char *value)
{
  kexec_grub_variables_set (self->variables, name, value, NULL);
}

/* As GRUB has them before it reads its configuration. */
static void
set_variables (KexecGrubEval *self, const char *device, const char *path, const char *platform,
               const char *cpu)
{
  const char *slash = strrchr (path, '/');
  g_autofree char *prefix =
    g_strdup_printf ("(%s)%.*s", device, slash != NULL ? (int) (slash - path) : 0, path);

  for (guint i = 0; i < G_N_ELEMENTS (features); i++)
    set_variable (self, features[i], "y");
  set_variable (self, "root", device);
  set_variable (self, "prefix", prefix);
  set_variable (self, "cmdpath", prefix);
  set_variable (self, "grub_platform", platform);
  set_variable (self, "grub_cpu", cpu);
}

static KexecGrubOutcome *
new_outcome (void)
{
  KexecGrubOutcome *self = g_new0 (KexecGrubOutcome, 1);

  self->menu = kexec_grub_menu_new ();
  self->findings = kexec_findings_new ();
  self->environment = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->environment_path = g_strdup ("");
  return self;
}

void
kexec_grub_outcome_free (KexecGrubOutcome *self)
{
  kexec_grub_menu_free (self->menu);
  g_ptr_array_unref (self->findings);
  g_hash_table_unref (self->environment);
  g_free (self->environment_path);
  g_free (self);
}

static GHashTable *
collect_commands (void)
{
  GHashTable *commands = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const KexecGrubCommand *row = tables[i]; row->name != NULL; row++)
      g_hash_table_insert (commands, (gpointer) row->name, (gpointer) row);
  return commands;
}

/* Runs the file, and the entries of the menu that is shown in the end. */
static void
evaluate (KexecGrubEval *self, const char *device, const char *path)
{
  g_autofree char *name = g_strdup_printf ("(%s)%s", device, path);

  kexec_grub_run_file (self, name);
  if (self->final_menu != NULL) {
    kexec_grub_menu_free (self->outcome->menu);
    self->outcome->menu = g_steal_pointer (&self->final_menu);
    return;
  }
  kexec_grub_finish_menu (self, self->outcome->menu);
}

KexecGrubOutcome *
kexec_grub_evaluate (const KexecGrubHost *host, gpointer data, const char *device, const char *path,
                     const char *platform, const char *cpu, KexecGrubBudget *budget)
{
  KexecGrubBudget own = KEXEC_GRUB_BUDGET;
  g_autoptr (KexecGrubScript) script = kexec_grub_script_new ();
  g_autoptr (GHashTable) functions = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) commands = collect_commands ();
  KexecGrubOutcome *outcome = new_outcome ();
  KexecGrubEval self = {
    .host = host,
    .data = data,
    .script = script,
    .commands = commands,
    .outcome = outcome,
    .variables = kexec_grub_variables_push (NULL),
    .menu = outcome->menu,
    .target = kexec_grub_target_new (),
    .functions = functions,
    .findings = outcome->findings,
    .status = KEXEC_GRUB_TRUE,
    .budget = budget != NULL ? budget : &own,
  };

  set_variables (&self, device, path, platform, cpu);
  evaluate (&self, device, path);
  kexec_grub_variables_free (self.variables);
  kexec_grub_target_free (self.target);
  g_free (self.doubt);
  return outcome;
}

char *
kexec_grub_device_new (const char *kind, const char *value)
{
  /* No character that means something in "(DEVICE)/PATH", or splits words. */
  g_autofree char *escaped = g_uri_escape_string (value, NULL, FALSE);

  return g_strdup_printf ("%s:%s", kind, escaped);
}

char *
kexec_grub_device_parse (const char *device, const char *kind)
{
  gsize length = strlen (kind);

  if (strncmp (device, kind, length) != 0 || device[length] != ':')
    return NULL;
  return g_uri_unescape_string (device + length + 1, NULL);
}
