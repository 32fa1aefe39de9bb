/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RPM's comparison of versions, as grub-core/commands/blscfg.c of Fedora applies it. */
#include "boot/grub/bls-order.h"

#include <glib.h>
#include <string.h>

/* A package's name, divided from the right. Parts are "" where there are none. */
typedef struct {
  char *name;
  char *version;
  char *release;
} Package;

/* Takes what follows the last "-" off @text. Returns: (transfer full) (nullable) */
static char *
take_tail (char *text)
{
  char *dash = strrchr (text, '-');

  if (dash == NULL)
    return NULL;
  *dash = '\0';
  return g_strdup (dash + 1);
}

/* With fewer dashes than two, the version is missing first, and then the name. */
static void
divide (Package *self, const char *text)
{
  self->name = g_strdup (text);
  self->release = take_tail (self->name);
  self->version = self->release != NULL ? take_tail (self->name) : NULL;
  if (self->version == NULL)
    self->version = g_steal_pointer (&self->release);
  if (self->version == NULL)
    self->version = g_strdup ("");
  if (self->release == NULL)
    self->release = g_strdup ("");
}

static void
clear (Package *self)
{
  g_free (self->name);
  g_free (self->version);
  g_free (self->release);
}

/* Skips what only separates. */
static const char *
skip (const char *p)
{
  while (*p != '\0' && !g_ascii_isalnum (*p) && *p != '~' && *p != '+')
    p++;
  return p;
}

static gsize
span (const char *p, gboolean digits)
{
  gsize n = 0;

  while (digits ? g_ascii_isdigit (p[n]) : g_ascii_isalpha (p[n]))
    n++;
  return n;
}

/* Compares what stands at "~" or "+": "~" is older than nothing, "+" is newer. Returns: %FALSE if
   both have the same; steps over it then. */
static gboolean
compare_marks (const char **a, const char **b, int *result)
{
  if (**a == '~' || **b == '~')
    *result = (**a != '~') - (**b != '~');
  else if (**a == '\0' || **b == '\0')
    *result = (**a != '\0') - (**b != '\0');
  else
    *result = (**a != '+') - (**b != '+');
  if (*result != 0)
    return TRUE;
  ++*a;
  ++*b;
  return FALSE;
}

/* Compares runs of the same kind, and steps over them. Numbers are newer than letters. */
static int
compare_runs (const char **a, const char **b)
{
  gboolean is_number = g_ascii_isdigit (**a);
  gsize length_a = span (*a, is_number);
  gsize length_b = span (*b, is_number);
  const char *start_a = *a;
  const char *start_b = *b;
  int result;

  *a += length_a;
  *b += length_b;
  if (length_b == 0)
    return is_number ? 1 : -1;
  for (; is_number && length_a > 0 && *start_a == '0'; length_a--)
    start_a++;
  for (; is_number && length_b > 0 && *start_b == '0'; length_b--)
    start_b++;
  if (is_number && length_a != length_b)
    return length_a > length_b ? 1 : -1;
  result = strncmp (start_a, start_b, MIN (length_a, length_b));
  return result != 0 ? result : (length_a > length_b) - (length_a < length_b);
}

static int
compare_versions (const char *a, const char *b)
{
  int result = 0;

  if (strcmp (a, b) == 0)
    return 0;
  while (*a != '\0' || *b != '\0') {
    a = skip (a);
    b = skip (b);
    if (*a == '~' || *b == '~' || *a == '+' || *b == '+') {
      if (compare_marks (&a, &b, &result))
        return result;
      continue;
    }
    if (*a == '\0' || *b == '\0')
      break;
    result = compare_runs (&a, &b);
    if (result != 0)
      return result;
  }
  return (*a != '\0') - (*b != '\0');
}

int
kexec_grub_bls_compare (const char *a, const char *b)
{
  Package left;
  Package right;
  int result;

  divide (&left, a);
  divide (&right, b);
  result = compare_versions (left.name, right.name);
  if (result == 0)
    result = compare_versions (left.version, right.version);
  if (result == 0)
    result = compare_versions (left.release, right.release);
  clear (&left);
  clear (&right);
  return result;
}
