/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes lines apart. */
#include "boot/bls/line.h"

#include <string.h>

#define BLANKS " \t"

/* Returns: the beginning of what is between the blanks at both ends, and within quotes. */
static char *
strip (char *value)
{
  gsize length;

  value += strspn (value, BLANKS);
  length = strlen (value);
  while (length > 0 && strchr (BLANKS, value[length - 1]) != NULL)
    value[--length] = '\0';
  if (length < 2 || (*value != '"' && *value != '\'') || value[length - 1] != *value)
    return value;
  value[length - 1] = '\0';
  return value + 1;
}

char *
kexec_bls_next_line (char **text, char **value)
{
  while (*text != NULL) {
    char *line = *text;
    gsize length = strcspn (line, "\r\n");
    char *end;

    *text = line[length] != '\0' ? line + length + 1 : NULL;
    line[length] = '\0';
    line += strspn (line, BLANKS);
    if (*line == '\0' || *line == '#')
      continue;
    end = line + strcspn (line, BLANKS);
    *value = strip (end);
    *end = '\0';
    return line;
  }
  return NULL;
}
