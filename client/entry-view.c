/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/entry-view.h"

#include <string.h>

/* Where a field of a view is from, in a variant. */
static const struct {
  const char *key;
  const char *type;
  gsize offset;
} fields[] = {
  { "id", "s", G_STRUCT_OFFSET (KexecEntryView, id) },
  { "title", "s", G_STRUCT_OFFSET (KexecEntryView, title) },
  { "version", "s", G_STRUCT_OFFSET (KexecEntryView, version) },
  { "kernel", "s", G_STRUCT_OFFSET (KexecEntryView, kernel) },
  { "cmdline", "s", G_STRUCT_OFFSET (KexecEntryView, cmdline) },
  { "found-in", "as", G_STRUCT_OFFSET (KexecEntryView, found_in) },
  { "named-by", "as", G_STRUCT_OFFSET (KexecEntryView, named_by) },
  { "initrds", "as", G_STRUCT_OFFSET (KexecEntryView, initrds) },
  { "default", "b", G_STRUCT_OFFSET (KexecEntryView, is_default) },
  { "running", "b", G_STRUCT_OFFSET (KexecEntryView, is_running) },
  { "trusted", "b", G_STRUCT_OFFSET (KexecEntryView, is_trusted) },
  { "findings", "aa{sv}", G_STRUCT_OFFSET (KexecEntryView, findings) },
};

static void
take (KexecEntryView *self, guint field, GVariant *value)
{
  gpointer place = G_STRUCT_MEMBER_P (self, fields[field].offset);

  if (strcmp (fields[field].type, "b") == 0) {
    *(gboolean *) place = g_variant_get_boolean (value);
  } else if (strcmp (fields[field].type, "as") == 0) {
    g_strfreev (*(GStrv *) place);
    *(GStrv *) place = g_variant_dup_strv (value, NULL);
  } else if (strcmp (fields[field].type, "s") == 0) {
    g_free (*(char **) place);
    *(char **) place = g_variant_dup_string (value, NULL);
  } else {
    g_ptr_array_unref (*(GPtrArray **) place);
    *(GPtrArray **) place = kexec_finding_views_from_variant (value);
  }
}

KexecEntryView *
kexec_entry_view_from_variant (GVariant *entry)
{
  g_autoptr (KexecEntry) empty = kexec_entry_new ();
  KexecEntryView *self = kexec_entry_view_from_entry (empty);
  GVariantIter iter;
  const char *key;
  GVariant *value;

  /* In one go: to look up each key takes longer than all the rest. */
  g_variant_iter_init (&iter, entry);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
      if (strcmp (fields[i].key, key) == 0 &&
          g_variant_is_of_type (value, G_VARIANT_TYPE (fields[i].type)))
        take (self, i, value);
  return self;
}

KexecEntryView *
kexec_entry_view_from_entry (const KexecEntry *entry)
{
  KexecEntryView *self = g_new0 (KexecEntryView, 1);

  self->id = g_strdup (entry->id);
  self->title = g_strdup (entry->title);
  self->version = g_strdup (entry->version);
  self->kernel = g_strdup (entry->kernel);
  self->cmdline = g_strdup (entry->cmdline);
  self->found_in = g_strdupv (entry->found_in);
  self->named_by = g_strdupv (entry->named_by);
  self->initrds = g_strdupv (entry->initrds);
  self->is_default = entry->is_default;
  self->is_running = entry->is_running;
  self->is_trusted = entry->is_trusted;
  self->findings = kexec_finding_views_from_findings (entry->findings);
  return self;
}

void
kexec_entry_view_free (KexecEntryView *self)
{
  g_free (self->id);
  g_free (self->title);
  g_free (self->version);
  g_free (self->kernel);
  g_free (self->cmdline);
  g_strfreev (self->found_in);
  g_strfreev (self->named_by);
  g_strfreev (self->initrds);
  g_ptr_array_unref (self->findings);
  g_free (self);
}

GPtrArray *
kexec_entry_views_from_variant (GVariant *entries)
{
  GPtrArray *views = g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_entry_view_free);

  for (gsize i = 0; i < g_variant_n_children (entries); i++) {
    g_autoptr (GVariant) entry = g_variant_get_child_value (entries, i);

    g_ptr_array_add (views, kexec_entry_view_from_variant (entry));
  }
  return views;
}

GPtrArray *
kexec_entry_views_from_catalog (const GPtrArray *catalog)
{
  GPtrArray *views = g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_entry_view_free);

  for (guint i = 0; i < catalog->len; i++)
    g_ptr_array_add (views, kexec_entry_view_from_entry (catalog->pdata[i]));
  return views;
}
