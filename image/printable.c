/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Replaces what could not be shown. */
#include "image/printable.h"

#include <glib.h>

int
kexec_printable_is_plain (const char *text)
{
  while (*text >= ' ' && *text < 0x7F)
    text++;
  return *text == '\0';
}

char *
kexec_printable (const char *text)
{
  g_autofree char *valid = NULL;
  GString *shown;

  if (kexec_printable_is_plain (text))
    return g_strdup (text);
  valid = g_utf8_make_valid (text, -1);
  shown = g_string_new (NULL);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    g_string_append_unichar (shown, g_unichar_isprint (c) ? c : '?');
  }
  return g_string_free (shown, FALSE);
}

char *
kexec_printable_size (unsigned long size)
{
  static const struct {
    unsigned long bytes;
    const char *name;
  } units[] = { { 1UL << 30, "GiB" }, { 1UL << 20, "MiB" }, { 1UL << 10, "KiB" } };

  for (unsigned int i = 0; i < G_N_ELEMENTS (units); i++)
    if (size >= units[i].bytes && size % units[i].bytes == 0)
      return g_strdup_printf ("%lu %s", size / units[i].bytes, units[i].name);
  return g_strdup_printf ("%lu bytes", size);
}
