/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The a{sv} of options that every method takes, held against a table of what the method knows. */
#pragma once

#include <glib.h>

typedef struct {
  const char *key;
  const char *type;      /* a D-Bus type string */
  gsize max;             /* for strings: the longest, in bytes */
  const char *conflicts; /* (nullable): keys that it cannot go with, separated by spaces */
} KexecOption;

/**
 * kexec_options_check:
 * @table: rows, ended by one without a key
 *
 * Returns: %FALSE with InvalidArgument if @options holds an unknown key or one key twice, a value
 * of the wrong type, a string that is too long or holds control characters, or options that
 * contradict each other. A boolean that is false contradicts nothing.
 */
gboolean kexec_options_check (const KexecOption *table, GVariant *options, GError **error);

/** Returns: (transfer none) (nullable): a string option. */
const char *kexec_options_get_string (GVariant *options, const char *key);
/** Returns: a boolean option, %FALSE if it is not there. */
gboolean kexec_options_get_boolean (GVariant *options, const char *key);
/** Returns: a number, 0 if it is not there. */
guint64 kexec_options_get_uint64 (GVariant *options, const char *key);
