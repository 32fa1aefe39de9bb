/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads single values, bounded, without side effects. */
#include "boot/config-value.h"

#include <string.h>

#include "image/cmdline.h"

/* No time span is longer than this, so that nobody's arithmetic on it overflows: 100 years. */
#define SECONDS_MAX (100 * 365 * G_GUINT64_CONSTANT (86400))

#define PATH_LENGTH_MAX 1024

/* How many seconds a unit has; 0 if there is no such unit. */
static guint64
unit_seconds (const char *unit, gsize length)
{
  static const struct {
    const char *name;
    guint64 seconds;
  } units[] = {
    { "", 1 },     { "s", 1 },       { "sec", 1 },   { "m", 60 },      { "min", 60 },
    { "h", 3600 }, { "hour", 3600 }, { "d", 86400 }, { "day", 86400 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (strlen (units[i].name) == length && strncmp (units[i].name, unit, length) == 0)
      return units[i].seconds;
  return 0;
}

gboolean
kexec_config_value_time_span (const char *text, guint64 *ret)
{
  guint64 total = 0;

  if (strcmp (text, "infinity") == 0) {
    *ret = 0;
    return TRUE;
  }
  do {
    char *unit;
    guint64 number;
    guint64 seconds;
    gsize length;

    text += strspn (text, " \t");
    if (!g_ascii_isdigit (*text))
      return FALSE;
    number = g_ascii_strtoull (text, &unit, 10);
    length = strspn (unit, G_CSET_a_2_z);
    seconds = unit_seconds (unit, length);
    if (seconds == 0 || number > SECONDS_MAX / seconds)
      return FALSE;
    total += number * seconds;
    text = unit + length;
    text += strspn (text, " \t");
  } while (*text != '\0' && total <= SECONDS_MAX);
  if (total > SECONDS_MAX)
    return FALSE;
  *ret = total;
  return TRUE;
}

gboolean
kexec_config_value_boolean (const char *text, gboolean *ret)
{
  static const struct {
    const char *word;
    gboolean value;
  } words[] = {
    { "1", TRUE },  { "yes", TRUE },    { "y", TRUE },  { "true", TRUE },
    { "t", TRUE },  { "on", TRUE },     { "0", FALSE }, { "no", FALSE },
    { "n", FALSE }, { "false", FALSE }, { "f", FALSE }, { "off", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strcasecmp (words[i].word, text) == 0) {
      *ret = words[i].value;
      return TRUE;
    }
  return FALSE;
}

/* Whether it is UTF-8 without characters that have no place in a line of text. */
static gboolean
is_text (const char *text, gsize max)
{
  if (strlen (text) > max || !g_utf8_validate (text, -1, NULL))
    return FALSE;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)))
      return FALSE;
  return TRUE;
}

char *
kexec_config_value_path (const char *text, gboolean or_name)
{
  g_auto (GStrv) components = NULL;
  g_autoptr (GString) path = NULL;

  if (!is_text (text, PATH_LENGTH_MAX))
    return NULL;
  components = g_strsplit (text, "/", -1);
  if (g_strv_contains ((const char *const *) components, ".."))
    return NULL;
  if (or_name && *text != '\0' && components[1] == NULL && strcmp (text, ".") != 0)
    return g_strdup (text);
  if (*text != '/')
    return NULL;
  path = g_string_new (NULL);
  for (guint i = 0; components[i] != NULL; i++)
    if (*components[i] != '\0' && strcmp (components[i], ".") != 0)
      g_string_append_printf (path, "/%s", components[i]);
  if (path->len == 0)
    g_string_append_c (path, '/');
  return g_string_free (g_steal_pointer (&path), FALSE);
}

/* Returns: (transfer full): what stands between white space. */
static GStrv
split_words (const char *text)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) words = g_strsplit_set (text, " \t\r\n", -1);

  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0')
      g_strv_builder_add (builder, words[i]);
  return g_strv_builder_end (builder);
}

GStrv
kexec_config_value_paths (const char *text)
{
  g_auto (GStrv) words = split_words (text);
  guint count = g_strv_length (words);

  if (count == 0 || count > KEXEC_CONFIG_INITRDS_MAX)
    return NULL;
  for (guint i = 0; i < count; i++) {
    char *path = kexec_config_value_path (words[i], TRUE);

    if (path == NULL || strcmp (path, "-") == 0) {
      g_free (path);
      return NULL;
    }
    g_free (words[i]);
    words[i] = path;
  }
  return g_steal_pointer (&words);
}

gboolean
kexec_config_value_is_word (const char *text)
{
  return is_text (text, PATH_LENGTH_MAX) && strpbrk (text, " \t\"'\xa0") == NULL;
}

char *
kexec_config_value_cmdline (const char *text)
{
  g_auto (GStrv) words = kexec_cmdline_split (text);
  g_autofree char *cmdline = g_strjoinv (" ", words);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();

  kexec_cmdline_check (cmdline, 0, NULL, NULL, findings);
  return kexec_findings_blocker (findings) == NULL ? g_steal_pointer (&cmdline) : NULL;
}

GStrv
kexec_config_value_names (const char *text, const char *const *allowed)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) words = split_words (text);

  for (guint i = 0; words[i] != NULL; i++) {
    if (!g_strv_contains (allowed, words[i]))
      return NULL;
    if (!g_ptr_array_find_with_equal_func (names, words[i], g_str_equal, NULL))
      g_ptr_array_add (names, g_strdup (words[i]));
  }
  if (names->len == 0)
    return NULL;
  g_ptr_array_add (names, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}
