/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/text.h"

#include <string.h>

#include "image/error.h"

#define PROMPT_CHARACTERS 1000

gboolean
kexec_text_check (const char *text, const char *what, gsize max, GError **error)
{
  gsize length = strlen (text);

  if (length > max) {
    g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_INVALID_ARGUMENT,
                 "%s has %" G_GSIZE_FORMAT " bytes; at most %" G_GSIZE_FORMAT " are allowed", what,
                 length, max);
    return FALSE;
  }
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p)) {
    if (g_unichar_iscntrl (g_utf8_get_char (p))) {
      g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_INVALID_ARGUMENT,
                   "%s holds a control character at byte %" G_GSIZE_FORMAT "; remove it", what,
                   (gsize) (p - text));
      return FALSE;
    }
  }
  return TRUE;
}

char *
kexec_text_name_kernel (const char *title, const char *release)
{
  if (*release == '\0' || strstr (title, release) != NULL)
    return g_strdup (title);
  return g_strdup_printf ("%s (%s)", title, release);
}

char *
kexec_text_without_folders (const char *text)
{
  g_autoptr (GRegex) folders = g_regex_new (
    "(?<![\\w/:])/(?!(?:dev|etc|proc|run(?!/media/|/user/)|sys|usr)/)(?:[^\\s/'\",;()]+/)+"
    "(?=[^\\s/'\",;()])",
    0, 0, NULL);
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  char *shown = g_regex_replace_literal (folders, valid, -1, 0, "", 0, NULL);

  return shown != NULL ? shown : g_strdup ("");
}

static gboolean
is_deceptive (gunichar c)
{
  GUnicodeType type = g_unichar_type (c);

  return type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT || type == G_UNICODE_SURROGATE ||
         type == G_UNICODE_UNASSIGNED || type == G_UNICODE_PRIVATE_USE ||
         type == G_UNICODE_LINE_SEPARATOR || type == G_UNICODE_PARAGRAPH_SEPARATOR;
}

char *
kexec_text_sanitize (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *clean = g_string_new (NULL);
  glong characters = 0;
  gboolean was_space = FALSE;

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    gboolean is_space = g_unichar_isspace (c) && !is_deceptive (c);

    if (is_space && was_space)
      continue;
    was_space = is_space;
    if (characters++ == PROMPT_CHARACTERS) {
      g_string_append_printf (clean, "… (%ld more characters)", g_utf8_strlen (p, -1));
      break;
    }
    g_string_append_unichar (clean, is_deceptive (c) ? 0xFFFD : is_space ? ' ' : c);
    if (c == '$' && p[1] == '(')
      g_string_append_c (clean, ' ');
  }
  return g_string_free (clean, FALSE);
}
