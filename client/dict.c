/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/dict.h"

const char *
kexec_dict_string (GVariant *dict, const char *key)
{
  const char *value;

  return g_variant_lookup (dict, key, "&s", &value) ? value : "";
}

gboolean
kexec_dict_boolean (GVariant *dict, const char *key)
{
  gboolean value;

  return g_variant_lookup (dict, key, "b", &value) ? value : FALSE;
}

guint64
kexec_dict_number (GVariant *dict, const char *key)
{
  guint64 value;
  guint32 small;

  if (g_variant_lookup (dict, key, "t", &value))
    return value;
  return g_variant_lookup (dict, key, "u", &small) ? small : 0;
}

GVariant *
kexec_dict_array (GVariant *dict, const char *key, const char *type)
{
  GVariant *value = g_variant_lookup_value (dict, key, G_VARIANT_TYPE (type));

  if (value != NULL)
    return value;
  return g_variant_ref_sink (
    g_variant_new_array (g_variant_type_element (G_VARIANT_TYPE (type)), NULL, 0));
}
