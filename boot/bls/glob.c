/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Matches patterns without going back further than to the last "*": where what follows one does not
 * match at some place, no earlier "*" helps.
 */
#include "boot/bls/glob.h"

/* Moves @pattern over one character of a set, which may be escaped. Returns: the character. */
static char
take_character (const char **pattern)
{
  if (**pattern == '\\' && (*pattern)[1] != '\0')
    (*pattern)++;
  return g_ascii_tolower (*(*pattern)++);
}

/* @pattern: (inout): behind the "["; moved behind the "]". Returns: whether @c is in the set;
   %FALSE with @pattern at its end if the set has none. */
static gboolean
match_set (const char **pattern, char c)
{
  gboolean is_in = FALSE;
  gboolean is_first = TRUE;

  for (; **pattern != '\0' && (**pattern != ']' || is_first); is_first = FALSE) {
    char low = take_character (pattern);
    char high = low;

    if ((*pattern)[0] == '-' && (*pattern)[1] != ']' && (*pattern)[1] != '\0') {
      (*pattern)++;
      high = take_character (pattern);
    }
    is_in |= low <= c && c <= high;
  }
  if (**pattern == '\0')
    return FALSE;
  (*pattern)++;
  return is_in;
}

/* Matches one character. Returns: the pattern's rest, or %NULL. */
static const char *
match_one (const char *pattern, char c)
{
  c = g_ascii_tolower (c);
  switch (*pattern) {
  case '\0':
    return NULL;
  case '?':
    return pattern + 1;
  case '[':
    pattern++;
    return match_set (&pattern, c) ? pattern : NULL;
  default:
    return take_character (&pattern) == c ? pattern : NULL;
  }
}

gboolean
kexec_bls_glob_match (const char *pattern, const char *id)
{
  const char *star = NULL;  /* behind the last "*" */
  const char *retry = NULL; /* where in @id it matched up to */

  while (*id != '\0') {
    const char *rest = *pattern != '*' ? match_one (pattern, *id) : NULL;

    if (*pattern == '*') {
      star = ++pattern;
      retry = id;
    } else if (rest != NULL) {
      pattern = rest;
      id++;
    } else if (star != NULL) {
      pattern = star;
      id = ++retry;
    } else {
      return FALSE;
    }
  }
  while (*pattern == '*')
    pattern++;
  return *pattern == '\0';
}
