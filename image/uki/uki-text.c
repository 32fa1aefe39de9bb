/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text out of the sections of a UKI. */
#include "image/uki/uki-private.h"

#include <string.h>

#include "image/printable.h"

#define RELEASE_MAX 64 /* what uname(2) can return, without the NUL */
#define VALUE_MAX   128

static gboolean
is_control (const char *p)
{
  if (*p == '\t' || *p == '\n' || *p == '\r')
    return FALSE;
  /* Latin 1's second set of them is C2 80 to C2 9F in UTF-8. */
  return g_ascii_iscntrl (*p) || (*p == '\xc2' && (guint8) p[1] < 0xa0);
}

/* Returns: what makes it no text, the end of a sentence; %NULL if nothing does. */
static const char *
find_flaw (const char *text, gsize size)
{
  if (memchr (text, '\0', size) != NULL)
    return "holds a NUL";
  if (!g_utf8_validate (text, (gssize) size, NULL))
    return "is not UTF-8 text";
  for (const char *p = text; p < text + size; p++)
    if (is_control (p))
      return "holds control characters";
  return NULL;
}

gboolean
kexec_uki_load_text (const KexecUkiScope *scope, const char *name, char **text)
{
  const KexecUkiReading *reading = scope->reading;
  const KexecPeSection *section = kexec_uki_find_section (scope, name);
  g_autoptr (GBytes) bytes = NULL;
  const char *flaw;
  const char *data;
  gsize size;

  *text = NULL;
  if (section == NULL)
    return TRUE;
  if (section->size > KEXEC_UKI_TEXT_MAX)
    return kexec_uki_refuse (reading, NULL,
                             "is damaged: its section %s has %u bytes, where %d are the most that "
                             "are taken; install or build it again",
                             name, section->size, KEXEC_UKI_TEXT_MAX);
  bytes = kexec_input_load (reading->input, section->offset, section->size);
  if (bytes == NULL)
    return kexec_uki_refuse (reading, NULL,
                             "cannot be read to the end of its section %s; see whether the disk "
                             "works, and whether something changes the file",
                             name);
  data = g_bytes_get_data (bytes, &size);
  while (size > 0 && data[size - 1] == '\0')
    size--;
  flaw = find_flaw (data, size);
  if (flaw != NULL)
    return kexec_uki_refuse (
      reading, NULL, "is damaged: its section %s %s; install or build it again", name, flaw);
  *text = g_strndup (data, size);
  return TRUE;
}

/* As systemd-stub does: what separates lines separates words, and nothing stands at the ends. */
gboolean
kexec_uki_load_cmdline (const KexecUkiScope *scope, char **cmdline)
{
  if (!kexec_uki_load_text (scope, ".cmdline", cmdline))
    return FALSE;
  if (*cmdline != NULL)
    g_strstrip (g_strdelimit (*cmdline, "\t\r\n", ' '));
  return TRUE;
}

gboolean
kexec_uki_load_release (const KexecUkiScope *scope, char **release)
{
  g_autofree char *text = NULL;

  *release = NULL;
  if (!kexec_uki_load_text (scope, ".uname", &text))
    return FALSE;
  if (text == NULL || *g_strstrip (text) == '\0')
    return TRUE;
  for (const char *p = text; *p != '\0'; p++)
    if (!g_ascii_isgraph (*p) || *p == '/' || p - text >= RELEASE_MAX)
      return kexec_uki_refuse (scope->reading, NULL,
                               "is damaged: its section .uname does not hold a kernel's release; "
                               "build it again, or without that section");
  *release = g_steal_pointer (&text);
  return TRUE;
}

/* Cuts @text to VALUE_MAX bytes, between characters. */
static void
shorten (char *text)
{
  const char *end;

  if (strlen (text) > VALUE_MAX)
    text[VALUE_MAX] = '\0';
  if (!g_utf8_validate (text, -1, &end))
    text[end - text] = '\0';
}

/* Returns: (nullable): the last value that is assigned to @name, within @text. */
static const char *
find_value (const char *text, const char *name)
{
  gsize length = strlen (name);
  const char *value = NULL;

  for (const char *p = text; *p != '\0'; p += strcspn (p, "\r\n")) {
    p += strspn (p, " \t\r\n");
    if (strncmp (p, name, length) == 0 && p[length] == '=')
      value = p + length + 1;
  }
  return value;
}

char *
kexec_uki_get_variable (const char *text, const char *name)
{
  const char *found = text != NULL ? find_value (text, name) : NULL;
  g_autofree char *quoted = NULL;
  g_autofree char *value = NULL;
  char *shown;

  if (found == NULL)
    return NULL;
  quoted = g_strndup (found, strcspn (found, "\r\n"));
  value = g_shell_unquote (g_strstrip (quoted), NULL);
  if (value == NULL)
    return NULL;
  shown = kexec_printable (value);
  shorten (shown);
  return shown;
}
