/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/human.h"

#include <pwd.h>

#include "image/printable.h"

#define SECOND G_GUINT64_CONSTANT (1000000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

/* U+FFFD, what stands where a character was taken out. */
#define REPLACEMENT 0xFFFD

static gboolean
is_harmful (gunichar c)
{
  switch (g_unichar_type (c)) {
  case G_UNICODE_CONTROL:
  case G_UNICODE_FORMAT:
  case G_UNICODE_SURROGATE:
  case G_UNICODE_PRIVATE_USE:
  case G_UNICODE_UNASSIGNED:
  case G_UNICODE_LINE_SEPARATOR:
  case G_UNICODE_PARAGRAPH_SEPARATOR:
    return TRUE;
  default:
    return FALSE;
  }
}

char *
kexec_human_text (const char *text)
{
  g_autofree char *valid = NULL;
  GString *clean;

  if (text == NULL || kexec_printable_is_plain (text))
    return g_strdup (text != NULL ? text : "");
  valid = g_utf8_make_valid (text, -1);
  clean = g_string_new (NULL);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    g_string_append_unichar (clean, is_harmful (c) ? REPLACEMENT : c);
  }
  return g_string_free (clean, FALSE);
}

char *
kexec_human_size_brief (guint64 bytes)
{
  static const char *const units[] = { "kB", "MB", "GB", "TB", "PB", "EB" };
  double value = bytes;
  int unit = -1;

  if (bytes < 1000)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " bytes", bytes);
  /* 999.95 would be printed as 1000.0 */
  while (value >= 999.95 && unit + 1 < (int) G_N_ELEMENTS (units)) {
    value /= 1000;
    unit++;
  }
  return g_strdup_printf ("%.1f %s", value, units[MAX (unit, 0)]);
}

char *
kexec_human_size (guint64 bytes)
{
  g_autofree char *brief = kexec_human_size_brief (bytes);

  if (bytes < 1000)
    return g_steal_pointer (&brief);
  return g_strdup_printf ("%s (%" G_GUINT64_FORMAT " bytes)", brief, bytes);
}

char *
kexec_human_moment (guint64 usec)
{
  g_autoptr (GDateTime) moment = g_date_time_new_from_unix_local ((gint64) (usec / SECOND));
  char *text = moment != NULL ? g_date_time_format (moment, "%a %Y-%m-%d %H:%M:%S %Z") : NULL;

  return text != NULL ? text : g_strdup ("at a time that no clock shows");
}

char *
kexec_human_span (guint64 usec)
{
  static const struct {
    guint64 unit;
    const char *name;
    guint64 part;
    const char *part_name;
  } units[] = {
    { DAY, "d", HOUR, "h" },
    { HOUR, "h", MINUTE, "min" },
    { MINUTE, "min", 0, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (units); i++) {
    guint64 whole = usec / units[i].unit;
    guint64 part = units[i].part != 0 ? usec % units[i].unit / units[i].part : 0;

    if (whole == 0)
      continue;
    if (part == 0)
      return g_strdup_printf ("%" G_GUINT64_FORMAT " %s", whole, units[i].name);
    return g_strdup_printf ("%" G_GUINT64_FORMAT " %s %" G_GUINT64_FORMAT " %s", whole,
                            units[i].name, part, units[i].part_name);
  }
  return g_strdup_printf ("%" G_GUINT64_FORMAT " s", usec / SECOND);
}

char *
kexec_human_relative (guint64 usec, guint64 now)
{
  guint64 difference = usec > now ? usec - now : now - usec;
  g_autofree char *span = kexec_human_span (difference + SECOND / 2);

  if (difference < SECOND)
    return g_strdup ("now");
  if (usec > now)
    return g_strdup_printf ("in %s", span);
  return g_strdup_printf ("%s ago", span);
}

char *
kexec_human_user (uid_t uid)
{
  const struct passwd *entry = getpwuid (uid);

  if (entry == NULL)
    return g_strdup_printf ("user %u", (guint) uid);
  return kexec_human_text (entry->pw_name);
}
