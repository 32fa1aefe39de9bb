/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers as grub-core/kern/misc.c reads them. */
#include "boot/grub/number.h"

#include <string.h>

/* Returns: the base, with @text set after what tells it. */
static guint
read_base (const char **text)
{
  const char *p = *text;

  if (p[0] == '0' && p[1] == 'x') {
    *text += 2;
    return 16;
  }
  return p[0] == '0' && p[1] >= '0' && p[1] <= '7' ? 8 : 10;
}

gboolean
kexec_grub_number_parse (const char *text, guint64 *value, const char **end)
{
  gboolean is_too_large = FALSE;
  const char *start;
  guint base;

  *value = 0;
  text += strspn (text, " \t\r\n");
  base = read_base (&text);
  for (start = text; g_ascii_isxdigit (*text) && (guint) g_ascii_xdigit_value (*text) < base;
       text++)
    is_too_large |= !g_uint64_checked_mul (value, *value, base) ||
                    !g_uint64_checked_add (value, *value, (guint) g_ascii_xdigit_value (*text));
  if (is_too_large)
    *value = G_MAXUINT64;
  if (end != NULL)
    *end = text;
  return text > start;
}

gint64
kexec_grub_number_signed (const char *text)
{
  gboolean is_negative = *text == '-';
  guint64 value;

  kexec_grub_number_parse (text + is_negative, &value, NULL);
  value = MIN (value, (guint64) G_MAXINT64);
  return is_negative ? -(gint64) value : (gint64) value;
}
