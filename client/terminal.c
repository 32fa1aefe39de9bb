/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/terminal.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "image/printable.h"

/* ECMA-48, Select Graphic Rendition. */
static const char *const sequences[] = {
  [KEXEC_STYLE_PLAIN] = "",           [KEXEC_STYLE_BOLD] = "\033[1m",
  [KEXEC_STYLE_DIM] = "\033[2m",      [KEXEC_STYLE_GOOD] = "\033[32m",
  [KEXEC_STYLE_WARNING] = "\033[33m", [KEXEC_STYLE_BAD] = "\033[1;31m",
};

gboolean
kexec_terminal_is_capable (int fd)
{
  const char *term = g_getenv ("TERM");

  return isatty (fd) && term != NULL && *term != '\0' && !g_str_equal (term, "dumb");
}

guint
kexec_terminal_columns (void)
{
  struct winsize size;

  if (ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
    return G_MAXUINT;
  return size.ws_col;
}

static guint
width_of (gunichar c)
{
  if (g_unichar_iszerowidth (c))
    return 0;
  return g_unichar_iswide (c) ? 2 : 1;
}

guint
kexec_terminal_width (const char *text)
{
  guint width = 0;

  if (kexec_printable_is_plain (text))
    return (guint) strlen (text);
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    width += width_of (g_utf8_get_char (p));
  return width;
}

char *
kexec_terminal_fit (const char *text, guint width)
{
  GString *fitted;
  gboolean cut = kexec_terminal_width (text) > width;
  guint room = cut ? width - 1 : width;

  if (!cut && kexec_printable_is_plain (text))
    return g_strdup_printf ("%-*s", (int) width, text);
  fitted = g_string_new (NULL);
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (width_of (c) > room)
      break;
    g_string_append_unichar (fitted, c);
    room -= width_of (c);
  }
  if (cut)
    g_string_append (fitted, "…");
  for (; room > 0; room--)
    g_string_append_c (fitted, ' ');
  return g_string_free (fitted, FALSE);
}

/* See https://no-color.org: set and not empty means no colours. */
static gboolean
has_colours (void)
{
  const char *no_color = g_getenv ("NO_COLOR");

  return (no_color == NULL || *no_color == '\0') && kexec_terminal_is_capable (STDOUT_FILENO);
}

char *
kexec_terminal_style (KexecStyle style, const char *text)
{
  if (style == KEXEC_STYLE_PLAIN || *text == '\0' || !has_colours ())
    return g_strdup (text);
  return g_strconcat (sequences[style], text, "\033[0m", NULL);
}
