/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/options.h"

#include "daemon/text.h"
#include "image/error.h"

static const KexecOption *
find (const KexecOption *table, const char *key)
{
  for (; table->key != NULL; table++)
    if (g_str_equal (table->key, key))
      return table;
  return NULL;
}

static gboolean
is_set (GVariant *options, const char *key)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (options, key, NULL);

  return value != NULL &&
         !(g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN) && !g_variant_get_boolean (value));
}

static gboolean
check_value (const KexecOption *option, GVariant *value, GError **error)
{
  g_autofree char *what = NULL;

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE (option->type))) {
    g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_INVALID_ARGUMENT,
                 "The option '%s' has the type %s; it must be %s", option->key,
                 g_variant_get_type_string (value), option->type);
    return FALSE;
  }
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return TRUE;
  what = g_strdup_printf ("The option '%s'", option->key);
  return kexec_text_check (g_variant_get_string (value, NULL), what, option->max, error);
}

static gboolean
check_conflicts (const KexecOption *option, GVariant *options, GError **error)
{
  g_auto (GStrv) others = NULL;

  if (option->conflicts == NULL || !is_set (options, option->key))
    return TRUE;
  others = g_strsplit (option->conflicts, " ", -1);
  for (guint i = 0; others[i] != NULL; i++) {
    if (is_set (options, others[i])) {
      g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_INVALID_ARGUMENT,
                   "The options '%s' and '%s' contradict each other; give one of them", option->key,
                   others[i]);
      return FALSE;
    }
  }
  return TRUE;
}

gboolean
kexec_options_check (const KexecOption *table, GVariant *options, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GVariantIter iter;
  const char *key;
  GVariant *child;

  g_variant_iter_init (&iter, options);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &child)) {
    g_autoptr (GVariant) value = child;
    const KexecOption *option = find (table, key);

    if (option == NULL) {
      g_autofree char *clean = kexec_text_sanitize (key);

      g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_INVALID_ARGUMENT,
                   "There is no option '%s' here; see org.kexec.Manager(5)", clean);
      return FALSE;
    }
    if (!g_hash_table_add (seen, (gpointer) option->key)) {
      g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_INVALID_ARGUMENT,
                   "The option '%s' is given twice", option->key);
      return FALSE;
    }
    if (!check_value (option, value, error) || !check_conflicts (option, options, error))
      return FALSE;
  }
  return TRUE;
}

const char *
kexec_options_get_string (GVariant *options, const char *key)
{
  const char *value = NULL;

  return g_variant_lookup (options, key, "&s", &value) ? value : NULL;
}

gboolean
kexec_options_get_boolean (GVariant *options, const char *key)
{
  gboolean value = FALSE;

  return g_variant_lookup (options, key, "b", &value) && value;
}

guint64
kexec_options_get_uint64 (GVariant *options, const char *key)
{
  guint64 value = 0;

  return g_variant_lookup (options, key, "t", &value) ? value : 0;
}
