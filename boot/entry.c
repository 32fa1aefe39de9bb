/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes, shares and shows boot entries. */
#include "boot/entry.h"

#include <fnmatch.h>
#include <gio/gio.h>
#include <string.h>

#define ID_MAX        255
#define ID_CHARACTERS G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._+@:-"
#define STARS_MAX     3

/* Of an entry's fields, those that ListEntries tells on request alone. */
static const char *const verbose_keys[] = { "found-in", "named-by", NULL };

KexecEntry *
kexec_entry_new (void)
{
  KexecEntry *self = g_new0 (KexecEntry, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->id = g_strdup ("");
  self->title = g_strdup ("");
  self->version = g_strdup ("");
  self->source = g_strdup ("");
  self->found_in = g_new0 (char *, 1);
  self->named_by = g_new0 (char *, 1);
  self->kernel = g_strdup ("");
  self->initrds = g_new0 (char *, 1);
  self->cmdline = g_strdup ("");
  self->findings = kexec_findings_new ();
  self->profile = g_strdup ("");
  self->profile_title = g_strdup ("");
  self->os_name = g_strdup ("");
  self->os_version = g_strdup ("");
  self->os_sort_key = g_strdup ("");
  self->architecture = g_strdup ("");
  self->aliases = g_new0 (char *, 1);
  self->addons = g_new0 (char *, 1);
  return self;
}

KexecEntry *
kexec_entry_ref (KexecEntry *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
kexec_entry_unref (KexecEntry *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_free (self->id);
  g_free (self->title);
  g_free (self->version);
  g_free (self->source);
  g_strfreev (self->found_in);
  g_strfreev (self->named_by);
  g_clear_pointer (&self->place, kexec_place_unref);
  g_free (self->kernel);
  g_strfreev (self->initrds);
  g_free (self->cmdline);
  g_ptr_array_unref (self->findings);
  g_free (self->profile);
  g_free (self->profile_title);
  g_free (self->os_name);
  g_free (self->os_version);
  g_free (self->os_sort_key);
  g_free (self->architecture);
  g_free (self->own_cmdline);
  g_strfreev (self->aliases);
  g_strfreev (self->addons);
  g_free (self);
}

gboolean
kexec_entry_is_id (const char *text)
{
  gsize length = strspn (text, ID_CHARACTERS);

  return length > 0 && length <= ID_MAX && text[length] == '\0';
}

gboolean
kexec_entry_is_glob (const char *text)
{
  gsize length = strspn (text, ID_CHARACTERS "*?[]!^");
  guint stars = 0;

  for (const char *p = text; *p != '\0'; p++)
    stars += *p == '*' ? 1 : 0;
  return length > 0 && length <= ID_MAX && text[length] == '\0' && stars <= STARS_MAX;
}

gboolean
kexec_entry_matches (const char *glob, const char *id)
{
  return strcmp (glob, id) == 0 || fnmatch (glob, id, FNM_NOESCAPE) == 0;
}

void
kexec_entry_set (char **field, const char *value)
{
  char *copy = g_strdup (value);

  g_free (*field);
  *field = copy;
}

void
kexec_entry_add (GStrv *array, const char *text)
{
  guint n = g_strv_length (*array);

  if (g_strv_contains ((const char *const *) *array, text))
    return;
  *array = g_renew (char *, *array, n + 2);
  (*array)[n] = g_strdup (text);
  (*array)[n + 1] = NULL;
}

char *
kexec_entry_make_id (const char *name)
{
  char *id = g_strndup (*name != '\0' ? name : "-", ID_MAX);

  return g_strcanon (id, ID_CHARACTERS, '-');
}

/* What to do about a file that cannot be opened. */
static const char *
remedy (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    return "ask again as root";
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return "it is a link to something that is not there, so remove it or install its kernel again";
  return "remove it, or install its kernel again";
}

void
kexec_entry_add_unreadable (KexecFindings *findings, const char *path, const GError *error)
{
  kexec_findings_add (findings, KEXEC_FINDING_ENTRY_UNREADABLE, path, NULL, "%s; %s",
                      error->message, remedy (error));
}

gboolean
kexec_entry_check (const KexecFindings *findings, gboolean is_as_found, GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (kexec_findings_check (findings, &cause))
    return TRUE;
  if (is_as_found && cause->code == KEXEC_ERROR_INVALID_ARGUMENT)
    cause->code = KEXEC_ERROR_INVALID_IMAGE;
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

/* Not a GVariantDict, which takes several times as long: a listing can have thousands of entries.
 */
static void
put (GVariantBuilder *builder, const char *key, GVariant *value)
{
  g_variant_builder_add (builder, "{sv}", key, value);
}

static GVariant *
new_strv (const GStrv strings)
{
  return g_variant_new_strv ((const char *const *) strings, -1);
}

GVariant *
kexec_entry_to_variant (const KexecEntry *self)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  put (&builder, "id", g_variant_new_string (self->id));
  put (&builder, "title", g_variant_new_string (self->title));
  put (&builder, "version", g_variant_new_string (self->version));
  put (&builder, "source", g_variant_new_string (self->source));
  put (&builder, "found-in", new_strv (self->found_in));
  put (&builder, "named-by", new_strv (self->named_by));
  put (&builder, "kernel", g_variant_new_string (self->kernel));
  put (&builder, "initrds", new_strv (self->initrds));
  put (&builder, "cmdline", g_variant_new_string (self->cmdline));
  put (&builder, "default", g_variant_new_boolean (self->is_default));
  put (&builder, "running", g_variant_new_boolean (self->is_running));
  put (&builder, "trusted", g_variant_new_boolean (self->is_trusted));
  put (&builder, "findings", kexec_findings_to_variant (self->findings));
  if (self->is_uki) {
    put (&builder, "profile", g_variant_new_string (self->profile));
    put (&builder, "addons", new_strv (self->addons));
  }
  return g_variant_builder_end (&builder);
}

GVariant *
kexec_entry_variant_to_brief (GVariant *entry)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  GVariantIter iter;
  GVariant *item;

  g_variant_iter_init (&iter, entry);
  while ((item = g_variant_iter_next_value (&iter)) != NULL) {
    g_autoptr (GVariant) owned = item;
    /* Not g_variant_get() with "&s", which serialises the item, and so makes it slower to send. */
    g_autoptr (GVariant) key = g_variant_get_child_value (item, 0);

    if (!g_strv_contains (verbose_keys, g_variant_get_string (key, NULL)))
      g_variant_builder_add_value (&builder, item);
  }
  return g_variant_builder_end (&builder);
}
