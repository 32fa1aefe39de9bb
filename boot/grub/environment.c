/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands that set variables by what is on disks: environment blocks, and searches for devices. */
#include <string.h>

#include "boot/grub/eval-private.h"
#include "boot/grub/grubenv.h"
#include "boot/grub/options.h"

enum {
  ENV_FILE,
  ENV_SKIP_SIG,
  N_ENV_OPTIONS
};

static const KexecGrubOption env_options[] = {
  [ENV_FILE] = { "file", 'f', KEXEC_GRUB_NEEDS_VALUE },
  [ENV_SKIP_SIG] = { "skip-sig", 's', KEXEC_GRUB_NO_VALUE },
  [N_ENV_OPTIONS] = { NULL, 0, KEXEC_GRUB_NO_VALUE },
};

enum {
  SEARCH_FILE,
  SEARCH_LABEL,
  SEARCH_FS_UUID,
  SEARCH_SET,
  N_SEARCH_OPTIONS = 14
};

static const KexecGrubOption search_options[] = {
  [SEARCH_FILE] = { "file", 'f', KEXEC_GRUB_NO_VALUE },
  [SEARCH_LABEL] = { "label", 'l', KEXEC_GRUB_NO_VALUE },
  [SEARCH_FS_UUID] = { "fs-uuid", 'u', KEXEC_GRUB_NO_VALUE },
  [SEARCH_SET] = { "set", 's', KEXEC_GRUB_MAY_HAVE_VALUE },
  { "no-floppy", 'n', KEXEC_GRUB_NO_VALUE },
  { "efidisk-only", 0, KEXEC_GRUB_NO_VALUE },
  { "cryptodisk-only", 0, KEXEC_GRUB_NO_VALUE },
  { "root-dev-only", 'r', KEXEC_GRUB_NO_VALUE },
  { "hint", 'h', KEXEC_GRUB_NEEDS_VALUE },
  { "hint-ieee1275", 0, KEXEC_GRUB_NEEDS_VALUE },
  { "hint-bios", 0, KEXEC_GRUB_NEEDS_VALUE },
  { "hint-baremetal", 0, KEXEC_GRUB_NEEDS_VALUE },
  { "hint-efi", 0, KEXEC_GRUB_NEEDS_VALUE },
  { "hint-arc", 0, KEXEC_GRUB_NEEDS_VALUE },
  [N_SEARCH_OPTIONS] = { NULL, 0, KEXEC_GRUB_NO_VALUE },
};

/* An environment block that is read. */
typedef struct {
  KexecGrubEval *eval;
  const GPtrArray *wanted; /* names; empty: all */
  const char *doubt;
} Loading;

static gboolean
is_wanted (const GPtrArray *names, const char *name)
{
  for (guint i = 0; i < names->len; i++)
    if (strcmp (names->pdata[i], name) == 0)
      return TRUE;
  return names->len == 0;
}

static void
load_variable (const char *name, const char *value, gpointer data)
{
  Loading *self = data;

  if (!is_wanted (self->wanted, name))
    return;
  kexec_grub_variables_set (self->eval->variables, name, value, self->doubt);
  g_hash_table_replace (self->eval->outcome->environment, g_strdup (name), g_strdup (value));
}

static void
load_block (KexecGrubEval *self, const char *name, const GPtrArray *wanted, const char *doubt)
{
  Loading loading = { .eval = self, .wanted = wanted, .doubt = doubt };
  g_autofree char *where = NULL;
  g_autofree char *text = kexec_grub_read (self, name, KEXEC_GRUBENV_MAX, &where);

  if (text == NULL || !kexec_grub_charge (self, strlen (text) / KEXEC_GRUB_STEP_BYTES))
    return;
  if (!kexec_grubenv_parse (text, load_variable, &loading)) {
    kexec_grub_find (self, KEXEC_FINDING_MENU_UNREADABLE, where,
                     "%s is no environment block, so that GRUB takes no variables from it; make "
                     "a new one with grub-editenv",
                     where);
    return;
  }
  g_free (self->outcome->environment_path);
  self->outcome->environment_path = g_steal_pointer (&where);
}

static KexecGrubTruth
run_load_env (KexecGrubEval *self, const KexecGrubCall *call)
{
  const char *values[N_ENV_OPTIONS];
  g_autoptr (GPtrArray) names = kexec_grub_options_parse (env_options, call->args, FALSE, values);
  g_autofree char *usual = NULL;
  const char *prefix = kexec_grub_variables_get (self->variables, "prefix", NULL);

  if (names == NULL)
    return KEXEC_GRUB_FALSE;
  usual = g_strdup_printf ("%s/grubenv", prefix != NULL ? prefix : "");
  load_block (self, values[ENV_FILE] != NULL ? values[ENV_FILE] : usual, names, call->doubt);
  return KEXEC_GRUB_TRUE;
}

/* Sets @variable to the device that is looked for. @kind: as an option of "search" */
static KexecGrubTruth
search (KexecGrubEval *self, guint kind, const char *name, const char *variable, const char *doubt)
{
  g_autofree char *device = NULL;
  g_autofree char *place = NULL;

  if (!kexec_grub_charge (self, KEXEC_GRUB_HOST_STEPS))
    return KEXEC_GRUB_FALSE;
  if (kind == SEARCH_FILE)
    device = self->host->find (self->data, name);
  else
    device = kexec_grub_device_new (search_options[kind].name, name);
  if (device != NULL) {
    kexec_grub_variables_set (self->variables, variable, device, doubt);
    return KEXEC_GRUB_TRUE;
  }
  /* It may be on a disk that cannot be looked at from here. */
  place = kexec_grub_describe (self);
  kexec_grub_variables_set (self->variables, variable, NULL, place);
  return kexec_grub_undecided (self, place);
}

static KexecGrubTruth
run_search (KexecGrubEval *self, const KexecGrubCall *call)
{
  const char *values[N_SEARCH_OPTIONS];
  g_autoptr (GPtrArray) operands =
    kexec_grub_options_parse (search_options, call->args, TRUE, values);
  static const guint kinds[] = { SEARCH_LABEL, SEARCH_FS_UUID, SEARCH_FILE };
  const char *variable = values[SEARCH_SET];
  const char *name = NULL;

  if (operands == NULL)
    return KEXEC_GRUB_FALSE;
  for (guint i = 0; name == NULL && i < operands->len; i++)
    if (!g_str_has_prefix (operands->pdata[i], "--hint-"))
      name = operands->pdata[i];
  if (name == NULL) {
    /* "--set NAME": it was not meant as a variable */
    name = variable;
    variable = "root";
  }
  if (variable == NULL || *variable == '\0')
    variable = "root";
  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (kinds); i++)
    if (values[kinds[i]] != NULL)
      return search (self, kinds[i], name, variable, call->doubt);
  return KEXEC_GRUB_FALSE;
}

/* "search.fs_uuid NAME VARIABLE HINT…" and its like */
static KexecGrubTruth
run_short_search (KexecGrubEval *self, const KexecGrubCall *call)
{
  guint kind = SEARCH_FILE;

  if (call->args->len < 2)
    return KEXEC_GRUB_FALSE;
  if (strcmp (call->name, "search.fs_uuid") == 0)
    kind = SEARCH_FS_UUID;
  else if (strcmp (call->name, "search.fs_label") == 0)
    kind = SEARCH_LABEL;
  return search (self, kind, call->args->pdata[0], call->args->pdata[1], call->doubt);
}

const KexecGrubCommand kexec_grub_environment_commands[] = {
  { "load_env", run_load_env },           { "search", run_search },
  { "search.file", run_short_search },    { "search.fs_label", run_short_search },
  { "search.fs_uuid", run_short_search }, { NULL, NULL },
};
