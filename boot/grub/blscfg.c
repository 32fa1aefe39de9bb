/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fedora's command "blscfg": makes an entry of each file of the Boot Loader Specification. It
 * writes the commands of each as text, so that what is in the file is read as a script once more.
 */
#include <string.h>

#include "boot/bls/snippet.h"
#include "boot/grub/bls-order.h"
#include "boot/grub/eval-private.h"

#define DIRECTORY          "/loader/entries/"
#define FALLBACK_DIRECTORY "/boot/loader/entries/"
#define SUFFIX             ".conf"

/* Names that are looked at. */
#define NAMES_MAX 4096

/* Which entries are asked for. */
typedef struct {
  const char *directory; /* (nullable): "(DEVICE)/PATH" */
  const char *id;        /* (nullable): only this one */
  gboolean wants_default;
  gboolean wants_others;
} Request;

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static int
compare_newest_first (gconstpointer a, gconstpointer b)
{
  return kexec_grub_bls_compare (*(const char *const *) b, *(const char *const *) a);
}

/* Takes the suffix off each name, and drops those without one. */
static void
keep_snippets (GPtrArray *names)
{
  for (guint i = names->len; i > 0; i--) {
    char *name = names->pdata[i - 1];
    gsize length = strlen (name);

    if (*name != '.' && length > strlen (SUFFIX) && g_str_has_suffix (name, SUFFIX))
      name[length - strlen (SUFFIX)] = '\0';
    else
      g_ptr_array_remove_index (names, i - 1);
  }
}

/* Puts names into the menu's order; of two that are the same to GRUB one stays. */
static void
sort (GPtrArray *names)
{
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_sort (names, compare_newest_first);
  for (guint i = names->len; i > 1; i--)
    if (kexec_grub_bls_compare (names->pdata[i - 1], names->pdata[i - 2]) == 0)
      g_ptr_array_remove_index (names, i - 1);
}

static GPtrArray *
list_names (KexecGrubEval *self, const char *directory)
{
  g_autoptr (KexecGrubFile) file = kexec_grub_resolve (self, directory);
  g_autoptr (GPtrArray) names = NULL;

  if (!kexec_grub_charge (self, KEXEC_GRUB_HOST_STEPS))
    return NULL;
  names = self->host->list (self->data, file->device, file->path, NAMES_MAX + 1);
  if (names == NULL || !kexec_grub_charge (self, names->len))
    return NULL;
  if (names->len > NAMES_MAX) {
    kexec_grub_exhaust (self, "a directory with more names than it may have");
    return NULL;
  }
  keep_snippets (names);
  sort (names);
  return g_steal_pointer (&names);
}

/* Appends what stands from @start to @end, or the value of the variable that is called so. */
static void
append_field (KexecGrubEval *self, GString *out, gboolean is_variable, const char *start,
              const char *end)
{
  g_autofree char *text = start <= end ? g_strndup (start, (gsize) (end - start) + 1) : NULL;
  const char *value = text != NULL ? text : "";
  const char *doubt = NULL;

  if (is_variable)
    value = kexec_grub_variables_get (self->variables, value, &doubt);
  if (doubt != NULL)
    kexec_grub_doubt_result (self, doubt);
  if (value == NULL || !kexec_grub_charge (self, 1 + strlen (value) / KEXEC_GRUB_STEP_BYTES))
    return;
  g_string_append_printf (out, "%s%s", value, is_variable ? " " : "");
}

/*
 * Puts the values of variables into a line, each with a space after it instead of the one that
 * follows its name, if one does. As in Fedora's GRUB, a single character before a variable or at
 * the end after one is lost.
 *
 * Returns: (transfer full) (nullable): %NULL if nothing is left
 */
static char *
expand (KexecGrubEval *self, const char *text)
{
  GString *out = g_string_new (NULL);
  const char *start = text;
  const char *end = text;
  gboolean is_variable = FALSE;

  for (; *text != '\0'; end = text++) {
    if (*text == '$' && *end != '\\') {
      if (start != end)
        append_field (self, out, is_variable, start, end);
      is_variable = TRUE;
      start = text + 1;
    } else if (is_variable && !g_ascii_isalnum (*text) && *text != '_') {
      append_field (self, out, TRUE, start, end);
      is_variable = FALSE;
      start = *text == ' ' ? text + 1 : text;
    }
  }
  if (start != end)
    append_field (self, out, is_variable, start, end);
  return g_string_free (out, out->len == 0);
}

/* Returns: (transfer full) (nullable): the first of @values with the variables in it replaced, or
   else the value of the variable @fallback */
static char *
expand_or (KexecGrubEval *self, const char *value, const char *fallback)
{
  char *expanded = value != NULL ? expand (self, value) : NULL;

  if (expanded == NULL) {
    value = kexec_grub_variables_get (self->variables, fallback, NULL);
    expanded = value != NULL ? expand (self, value) : NULL;
  }
  return expanded;
}

/* @path: a file beside which others lie */
static void
append_beside (GString *script, const char *path, const char *name)
{
  const char *slash = strrchr (path, '/');

  g_string_append_printf (script, " ($root)%.*s%s", slash != NULL ? (int) (slash - path) + 1 : 0,
                          path, name);
}

/* "initrd": those of $early_initrd first, which lie beside the others. */
static void
append_initrds (KexecGrubEval *self, GString *script, const KexecBlsSnippet *snippet)
{
  const char *early = kexec_grub_variables_get (self->variables, "early_initrd", NULL);
  const char *beside = snippet->initrds[0] != NULL ? snippet->initrds[0] : snippet->linux_path;
  g_auto (GStrv) names = g_strsplit (early != NULL ? early : "", " ", -1);

  if (early == NULL && snippet->initrds[0] == NULL)
    return;
  g_string_append (script, "initrd");
  for (guint i = 0; names[i] != NULL; i++)
    append_beside (script, beside, names[i]);
  for (guint i = 0; snippet->initrds[i] != NULL; i++)
    g_string_append_printf (script, " ($root)%s", snippet->initrds[i]);
  g_string_append_c (script, '\n');
}

static void
append_devicetree (KexecGrubEval *self, GString *script, const KexecBlsSnippet *snippet)
{
  g_autofree char *own = expand (self, snippet->devicetree);
  const char *usual = kexec_grub_variables_get (self->variables, "devicetree", NULL);

  if (own != NULL) {
    g_string_append_printf (script, "devicetree ($root)%s\n", own);
  } else if (usual != NULL && *usual != '\0') {
    g_string_append (script, "devicetree");
    append_beside (script, snippet->linux_path, usual);
    g_string_append_c (script, '\n');
  }
}

/* Returns: (transfer full): the commands of an entry. */
static char *
write_script (KexecGrubEval *self, const KexecBlsSnippet *snippet)
{
  g_autofree char *options = expand_or (self, snippet->options[0], "default_kernelopts");
  GString *script = g_string_new (NULL);

  g_string_append_printf (script, "linux ($root)%s %s\n", snippet->linux_path,
                          options != NULL ? options : "");
  append_initrds (self, script, snippet);
  append_devicetree (self, script, snippet);
  return g_string_free (script, FALSE);
}

/* @where: the file's path */
static void
add_snippet (KexecGrubEval *self, const KexecBlsSnippet *snippet, const char *id, const char *where)
{
  const char *title = *snippet->title != '\0' ? snippet->title : snippet->linux_path;
  g_autofree char *users = snippet->grub_users != NULL ? expand (self, snippet->grub_users) : NULL;
  g_autofree char *script = write_script (self, snippet);
  KexecGrubEntry *entry;

  if (!kexec_grub_charge (self, 1 + strlen (script) / KEXEC_GRUB_STEP_BYTES))
    return;
  entry = kexec_grub_entry_new (title, id);
  entry->parameters = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (entry->parameters, g_strdup (title));
  entry->is_restricted = users != NULL;
  entry->body = kexec_grub_parse (self, script, where);
  entry->snippet = g_strdup (where);
  kexec_grub_add_entry (self, entry);
}

static gboolean
is_there (const KexecGrubMenu *menu, const char *where)
{
  for (guint i = 0; i < menu->entries->len; i++)
    if (g_strcmp0 (((KexecGrubEntry *) menu->entries->pdata[i])->snippet, where) == 0)
      return TRUE;
  return FALSE;
}

/* Whether the entry at @index of the files' order is what $default names, if the request asks. */
static gboolean
is_asked_for (KexecGrubEval *self, const Request *request, const char *id, const char *title,
              guint index)
{
  const char *chosen = kexec_grub_variables_get (self->variables, "default", NULL);
  g_autofree char *number = g_strdup_printf ("%u", index);
  gboolean is_default =
    chosen != NULL &&
    (strcmp (chosen, id) == 0 || strcmp (chosen, title) == 0 || strcmp (chosen, number) == 0);

  if (request->id != NULL)
    return strcmp (request->id, id) == 0;
  return is_default ? request->wants_default : request->wants_others;
}

static void
read_snippet (KexecGrubEval *self, const Request *request, const char *directory, const char *id,
              guint index)
{
  g_autofree char *file = g_strconcat (id, SUFFIX, NULL);
  g_autofree char *name =
    g_strconcat (directory, g_str_has_suffix (directory, "/") ? "" : "/", file, NULL);
  g_autofree char *where = NULL;
  g_autofree char *text = kexec_grub_read (self, name, KEXEC_BLS_SNIPPET_MAX, &where);
  g_autoptr (KexecBlsSnippet) snippet = NULL;

  if (text == NULL || is_there (self->menu, where))
    return;
  snippet = kexec_bls_snippet_parse (file, text, strlen (text), where);
  if (*snippet->linux_path != '\0' && is_asked_for (self, request, id, snippet->title, index))
    add_snippet (self, snippet, id, where);
}

/* Returns: %FALSE if the call cannot be understood here. */
static gboolean
parse_request (const KexecGrubCall *call, Request *request)
{
  const char *arg = kexec_grub_call_arg (call, 0);

  *request = (Request){ .wants_default = TRUE, .wants_others = TRUE };
  if (call->args->len != 1)
    return TRUE;
  if (g_str_has_suffix (arg, SUFFIX))
    return FALSE;
  if (*arg == '(')
    request->directory = arg;
  else if (strcmp (arg, "default") == 0)
    request->wants_others = FALSE;
  else if (strcmp (arg, "non-default") == 0)
    request->wants_default = FALSE;
  else
    request->id = arg;
  return TRUE;
}

KexecGrubTruth
kexec_grub_blscfg (KexecGrubEval *self, const KexecGrubCall *call)
{
  const char *configured = kexec_grub_variables_get (self->variables, "blsdir", NULL);
  g_autofree char *place = kexec_grub_describe (self);
  g_autofree char *directory = NULL;
  g_autoptr (GPtrArray) names = NULL;
  Request request;

  /* Nobody but Fedora has this command, and there it goes by names in other ways as well. */
  self->outcome->names_first = TRUE;
  if (call->doubt != NULL || !parse_request (call, &request)) {
    kexec_grub_doubt_result (self, call->doubt != NULL ? call->doubt : place);
    return kexec_grub_undecided (self, place);
  }
  directory = g_strdup (request.directory != NULL ? request.directory
                        : configured != NULL      ? configured
                                                  : DIRECTORY);
  names = list_names (self, directory);
  if (names == NULL && request.directory == NULL) {
    g_free (directory);
    directory = g_strdup (FALLBACK_DIRECTORY);
    names = list_names (self, directory);
  }
  for (guint i = 0; names != NULL && i < names->len && !self->is_exhausted; i++)
    read_snippet (self, &request, directory, names->pdata[i], i);
  return KEXEC_GRUB_TRUE;
}
