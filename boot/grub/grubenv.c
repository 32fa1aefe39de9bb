/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * "# GRUB Environment Block", then a line NAME=VALUE for each variable, then "#" up to the end. In
 * values, "\" stands before itself and before a line's end.
 */
#include "boot/grub/grubenv.h"

#include <string.h>

#define SIGNATURE "# GRUB Environment Block\n"

/* Returns: where the line at @p ends, which may be after lines' ends in its value. */
static const char *
find_end (const char *p)
{
  while (*p != '\0' && *p != '\n')
    p += p[0] == '\\' && p[1] != '\0' ? 2 : 1;
  return p;
}

/* Returns: (transfer full): the value between @start and @end without its backslashes. */
static char *
unescape (const char *start, const char *end)
{
  GString *value = g_string_new (NULL);

  for (; start < end; start++) {
    if (*start == '\\' && start + 1 < end)
      start++;
    g_string_append_c (value, *start);
  }
  return g_string_free (value, FALSE);
}

gboolean
kexec_grubenv_parse (const char *text, KexecGrubenvVisit visit, gpointer data)
{
  const char *p = text + strlen (SIGNATURE);

  if (!g_str_has_prefix (text, SIGNATURE))
    return FALSE;
  for (guint i = 0; *p != '\0' && i < KEXEC_GRUBENV_VARIABLES_MAX; i++) {
    const char *equals = *p != '#' ? strchr (p, '=') : NULL;
    const char *end = find_end (equals != NULL ? equals : p);

    if (*p != '#' && (equals == NULL || *end == '\0'))
      return TRUE; /* GRUB goes no further either */
    if (equals != NULL) {
      g_autofree char *name = g_strndup (p, (gsize) (equals - p));
      g_autofree char *value = unescape (equals + 1, end);

      visit (name, value, data);
    }
    p = *end != '\0' ? end + 1 : end;
  }
  return TRUE;
}
