/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The comparison of the Version Format Specification, step by step. */
#include "boot/version.h"

#include <glib.h>
#include <string.h>

static gboolean
is_separator (char c)
{
  return c == '~' || c == '-' || c == '^' || c == '.';
}

/* Skips what the specification ignores: all but letters, digits and separators. */
static const char *
skip_ignored (const char *p)
{
  while (*p != '\0' && !g_ascii_isalnum (*p) && !is_separator (*p))
    p++;
  return p;
}

/* How many characters at @p are of the given kind. */
static gsize
span (const char *p, gboolean digits)
{
  gsize n = 0;

  while (digits ? g_ascii_isdigit (p[n]) : g_ascii_isalpha (p[n]))
    n++;
  return n;
}

/* Compares runs of digits as numbers of any length; no number at all is the lowest. */
static int
compare_numbers (const char *a, gsize a_length, const char *b, gsize b_length)
{
  int result = (a_length > 0) - (b_length > 0);

  if (result != 0)
    return result;
  for (; a_length > 0 && *a == '0'; a++)
    a_length--;
  for (; b_length > 0 && *b == '0'; b++)
    b_length--;
  if (a_length != b_length)
    return a_length < b_length ? -1 : 1;
  return strncmp (a, b, a_length);
}

static int
compare_letters (const char *a, gsize a_length, const char *b, gsize b_length)
{
  int result = strncmp (a, b, MIN (a_length, b_length));

  if (result != 0)
    return result;
  return (a_length > b_length) - (a_length < b_length);
}

/*
 * The side that has the separator alone is the older one. Returns: < 0 or > 0 if that decides; else
 * 0, with both sides moved over the separator if both have it.
 */
static int
compare_separator (const char **a, const char **b, char separator)
{
  gboolean in_a = **a == separator;
  gboolean in_b = **b == separator;

  if (in_a && in_b) {
    (*a)++;
    (*b)++;
  }
  return (int) in_b - (int) in_a;
}

int
kexec_version_compare (const char *a, const char *b)
{
  for (;;) {
    gboolean digits;
    gsize a_length;
    gsize b_length;
    int result;

    a = skip_ignored (a);
    b = skip_ignored (b);
    /* "~" sorts before even the end, so that 1.0~rc1 is older than 1.0. */
    result = compare_separator (&a, &b, '~');
    if (result != 0)
      return result;
    if (*a == '\0' || *b == '\0')
      return (*a != '\0') - (*b != '\0');
    for (const char *p = "-^."; *p != '\0'; p++) {
      result = compare_separator (&a, &b, *p);
      if (result != 0)
        return result;
    }
    digits = g_ascii_isdigit (*a) || g_ascii_isdigit (*b);
    a_length = span (a, digits);
    b_length = span (b, digits);
    result = digits ? compare_numbers (a, a_length, b, b_length)
                    : compare_letters (a, a_length, b, b_length);
    if (result != 0)
      return result;
    a += a_length;
    b += b_length;
  }
}
