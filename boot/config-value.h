/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What values in configuration files can be: each function takes one kind, or refuses it. */
#pragma once

#include <glib.h>

/* The most initrds that one value names. */
#define KEXEC_CONFIG_INITRDS_MAX 16

/**
 * kexec_config_value_time_span:
 *
 * Reads "90", "1h 30min", "infinity" (which is 0). Returns: %FALSE if it is none, or is longer than
 * 100 years, and then @ret is as it was.
 */
gboolean kexec_config_value_time_span (const char *text, guint64 *ret);

/** Reads systemd's booleans: 1 yes y true t on, 0 no n false f off, in any case. */
gboolean kexec_config_value_boolean (const char *text, gboolean *ret);

/**
 * kexec_config_value_path:
 * @or_name: whether the name of a file will do as well, and "-"
 *
 * Returns: (transfer full) (nullable): an absolute path without "//" or "/./", or a name; %NULL if
 * it is neither, has a ".." or a control character in it, is not UTF-8, or longer than 1024 bytes.
 */
char *kexec_config_value_path (const char *text, gboolean or_name);

/** Returns: (transfer full) (nullable): paths or names that stand between white space, none of them
 * "-"; %NULL if one is bad, or if they are none or too many. */
GStrv kexec_config_value_paths (const char *text);

/** Whether it is printable text, without white space and quotes, of at most 1024 bytes; or "". */
gboolean kexec_config_value_is_word (const char *text);

/** Returns: (transfer full) (nullable): @text with single spaces between its words; %NULL if that
 * is no command line: see kexec_cmdline_check(). */
char *kexec_config_value_cmdline (const char *text);

/** Returns: (transfer full) (nullable): words out of @allowed, each once, in the order in which
 * they stand between white space; %NULL if there is another or none. */
GStrv kexec_config_value_names (const char *text, const char *const *allowed);
