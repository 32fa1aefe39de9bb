/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that a script names, and other scripts that it runs. */
#include <gio/gio.h>
#include <string.h>

#include "boot/grub/eval-private.h"

/* Returns: (transfer full): the variable, of a name that no script uses, that holds the image which
   a device is. @device: "loop" or "loop,msdos1" */
static char *
make_loopback_name (const char *device)
{
  return g_strdup_printf ("(%.*s)", (int) strcspn (device, ","), device);
}

/* Returns: (transfer full): @device, or the image that it is. */
static char *
resolve_device (KexecGrubEval *self, const char *device)
{
  g_autofree char *name = make_loopback_name (device);
  const char *image = kexec_grub_variables_get (self->variables, name, NULL);

  if (image == NULL && g_str_has_prefix (device, "loop"))
    image = "";
  return image != NULL ? kexec_grub_device_new ("image", image) : g_strdup (device);
}

KexecGrubFile *
kexec_grub_resolve (KexecGrubEval *self, const char *name)
{
  const char *end = *name == '(' ? strchr (name, ')') : NULL;
  const char *root = kexec_grub_variables_get (self->variables, "root", NULL);
  g_autofree char *written =
    end != NULL ? g_strndup (name + 1, (gsize) (end - name) - 1) : g_strdup (root);
  g_autofree char *device = resolve_device (self, written != NULL ? written : "");
  const char *path = end != NULL ? end + 1 : name;
  g_autofree char *absolute = g_strdup_printf ("%s%s", *path == '/' ? "" : "/", path);

  return kexec_grub_file_new (device, absolute);
}

KexecGrubFileKind
kexec_grub_look (KexecGrubEval *self, const char *name)
{
  g_autoptr (KexecGrubFile) file = kexec_grub_resolve (self, name);

  if (!kexec_grub_charge (self, KEXEC_GRUB_HOST_STEPS))
    return KEXEC_GRUB_UNKNOWN;
  return self->host->look (self->data, file->device, file->path);
}

static void
add_unreadable (KexecGrubEval *self, const char *path, const GError *error)
{
  self->outcome->is_incomplete = TRUE;
  kexec_grub_find (self, KEXEC_FINDING_MENU_UNREADABLE, path,
                   "%s, so that GRUB's menu may be another than the one here; %s", error->message,
                   g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED)
                     ? "ask again as root"
                     : "mend that file");
}

/* Whether a file was read, to its end or to the limit, before it was refused. */
static gboolean
was_read (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

static gboolean
charge_bytes (KexecGrubEval *self, gsize count)
{
  self->budget->n_bytes += count;
  if (self->budget->n_bytes <= KEXEC_GRUB_ALL_FILES_MAX)
    return TRUE;
  kexec_grub_exhaust (self, "files that are too large in all");
  return FALSE;
}

char *
kexec_grub_read (KexecGrubEval *self, const char *name, gsize max, char **where)
{
  g_autoptr (KexecGrubFile) file = kexec_grub_resolve (self, name);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (!kexec_grub_charge (self, KEXEC_GRUB_HOST_STEPS))
    return NULL;
  text = self->host->read (self->data, file->device, file->path, max, where, &error);
  if (text == NULL) {
    if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
      add_unreadable (self, file->path, error);
    if (was_read (error))
      charge_bytes (self, max);
    return NULL;
  }
  if (!charge_bytes (self, strlen (text))) {
    g_clear_pointer (where, g_free);
    return NULL;
  }
  return g_steal_pointer (&text);
}

/* Sets a variable. Returns: (transfer full) (nullable): what it was before. */
static char *
exchange (KexecGrubEval *self, const char *name, const char *value)
{
  char *before = g_strdup (kexec_grub_variables_get (self->variables, name, NULL));

  kexec_grub_variables_set (self->variables, name, value, NULL);
  return before;
}

/* Runs a file's text with $config_file and $config_directory set. */
static void
run_named (KexecGrubEval *self, const char *name, const char *text, const char *where)
{
  const char *root = kexec_grub_variables_get (self->variables, "root", NULL);
  g_autofree char *file =
    *name == '(' ? g_strdup (name) : g_strdup_printf ("(%s)%s", root != NULL ? root : "", name);
  const char *slash = strrchr (file, '/');
  g_autofree char *directory =
    slash != NULL ? g_strndup (file, (gsize) (slash - file)) : g_strdup (file);
  g_autofree char *file_before = exchange (self, "config_file", file);
  g_autofree char *directory_before = exchange (self, "config_directory", directory);

  kexec_grub_run_text (self, text, where);
  kexec_grub_variables_set (self->variables, "config_file", file_before, NULL);
  kexec_grub_variables_set (self->variables, "config_directory", directory_before, NULL);
}

void
kexec_grub_run_file (KexecGrubEval *self, const char *name)
{
  const KexecGrubStatement *statement = self->statement;
  g_autofree char *where = NULL;
  g_autofree char *text = kexec_grub_read (self, name, KEXEC_GRUB_FILE_MAX, &where);

  if (text == NULL)
    return;
  self->n_sources++;
  self->depth++;
  if (self->n_sources > KEXEC_GRUB_SOURCES_MAX || self->depth > KEXEC_GRUB_DEPTH_MAX)
    kexec_grub_exhaust (self, "files that read each other without an end");
  else if (++self->n_scripts > KEXEC_GRUB_SCRIPTS_MAX)
    kexec_grub_exhaust (self, "too many files");
  else
    run_named (self, name, text, where);
  self->n_sources--;
  self->depth--;
  self->statement = statement;
}

/* Says that the file that a command names may be another. */
static void
check_doubt (KexecGrubEval *self, const KexecGrubCall *call)
{
  if (call->doubt != NULL)
    kexec_grub_doubt_result (self, call->doubt);
}

static KexecGrubTruth
run_source (KexecGrubEval *self, const KexecGrubCall *call)
{
  check_doubt (self, call);
  if (call->args->len != 1)
    return KEXEC_GRUB_FALSE;
  kexec_grub_run_file (self, call->args->pdata[0]);
  return KEXEC_GRUB_TRUE;
}

/* Takes nothing but entries out of a file. */
static KexecGrubTruth
run_extract (KexecGrubEval *self, const KexecGrubCall *call)
{
  check_doubt (self, call);
  if (call->args->len != 1)
    return KEXEC_GRUB_FALSE;
  self->variables = kexec_grub_variables_push (self->variables);
  kexec_grub_run_file (self, call->args->pdata[0]);
  self->variables = kexec_grub_variables_pop (self->variables);
  return KEXEC_GRUB_TRUE;
}

/* The menu of another file, if it has one, is shown instead of what was read so far. */
static void
show_file (KexecGrubEval *self, const char *name)
{
  g_autoptr (KexecGrubMenu) menu = kexec_grub_menu_new ();
  KexecGrubMenu *before = self->menu;

  self->variables = kexec_grub_variables_push (self->variables);
  self->menu = menu;
  kexec_grub_run_file (self, name);
  self->menu = before;
  if (self->final_menu == NULL && menu->entries->len > 0) {
    kexec_grub_finish_menu (self, menu);
    self->final_menu = g_steal_pointer (&menu);
    self->flow = KEXEC_GRUB_FLOW_STOP;
  } else if (menu->doubt != NULL) {
    kexec_grub_menu_set_doubt (self->menu, menu->doubt);
  }
  self->variables = kexec_grub_variables_pop (self->variables);
}

static KexecGrubTruth
run_configfile (KexecGrubEval *self, const KexecGrubCall *call)
{
  g_autofree char *prefix = NULL;

  check_doubt (self, call);
  if (self->entry != NULL) {
    /* An entry that leads to another menu. */
    kexec_grub_target_reset (self->target, KEXEC_GRUB_BOOTS_OTHER);
    self->flow = KEXEC_GRUB_FLOW_STOP;
    return KEXEC_GRUB_TRUE;
  }
  if (call->args->len > 0) {
    show_file (self, call->args->pdata[0]);
  } else if (strcmp (call->name, "normal") == 0) {
    prefix =
      g_strconcat (kexec_grub_variables_get (self->variables, "prefix", NULL), "/grub.cfg", NULL);
    if (prefix != NULL)
      show_file (self, prefix);
  }
  return KEXEC_GRUB_TRUE;
}

/* "loopback NAME FILE", or "loopback -d NAME" */
static KexecGrubTruth
run_loopback (KexecGrubEval *self, const KexecGrubCall *call)
{
  const char *operands[2] = { NULL };
  gboolean is_removal = FALSE;
  guint count = 0;
  g_autofree char *name = NULL;

  for (guint i = 0; i < call->args->len; i++) {
    const char *arg = call->args->pdata[i];

    if (strcmp (arg, "-d") == 0 || strcmp (arg, "--delete") == 0)
      is_removal = TRUE;
    else if (*arg != '-' && count < G_N_ELEMENTS (operands))
      operands[count++] = arg;
  }
  if (operands[0] == NULL || (operands[1] == NULL && !is_removal))
    return KEXEC_GRUB_FALSE;
  name = make_loopback_name (operands[0]);
  kexec_grub_variables_set (self->variables, name, is_removal ? NULL : operands[1], call->doubt);
  /* Whether the image is there is seen when GRUB opens it. */
  return kexec_grub_unsure (self);
}

const KexecGrubCommand kexec_grub_file_commands[] = {
  { "loopback", run_loopback },
  { "source", run_source },
  { ".", run_source },
  { "configfile", run_configfile },
  { "normal", run_configfile },
  { "extract_entries_source", run_extract },
  { "extract_entries_configfile", run_extract },
  { NULL, NULL },
};
