/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the a{sv} dictionaries of the D-Bus interface; what is missing or of another type is empty.
 */
#pragma once

#include <glib.h>

/** Returns: the string under @key, or "". */
const char *kexec_dict_string (GVariant *dict, const char *key);

/** Returns: the boolean under @key, or %FALSE. */
gboolean kexec_dict_boolean (GVariant *dict, const char *key);

/** Returns: the number (t or u) under @key, or 0. */
guint64 kexec_dict_number (GVariant *dict, const char *key);

/** Returns: (transfer full): the value of this type under @key, or an empty array of it. */
GVariant *kexec_dict_array (GVariant *dict, const char *key, const char *type);
