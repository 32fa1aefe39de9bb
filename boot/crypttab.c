/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads crypttab for the one option that matters to a kexec. */
#include "boot/crypttab.h"

#include <string.h>

#include "image/cmdline.h"

#define NAMES_MAX 64
#define WHITE     " \t\r"

/* Whether options, separated by commas, have the TPM open the device. */
static gboolean
is_tpm (const char *options)
{
  g_auto (GStrv) list = g_strsplit (options, ",", -1);

  for (guint i = 0; list[i] != NULL; i++)
    if (g_str_has_prefix (list[i], "tpm2-device=") &&
        !g_str_equal (list[i] + strlen ("tpm2-device="), "list"))
      return TRUE;
  return FALSE;
}

static void
add_name (GPtrArray *names, const char *name)
{
  for (guint i = 0; i < names->len; i++)
    if (g_str_equal (names->pdata[i], name))
      return;
  if (names->len < NAMES_MAX)
    g_ptr_array_add (names, g_utf8_make_valid (name, -1));
}

/* Takes the next field of a line. Returns: (transfer full): "" at the line's end. */
static char *
take_field (const char **line)
{
  const char *start = *line + strspn (*line, WHITE);
  gsize length = strcspn (start, WHITE);

  *line = start + length;
  return g_strndup (start, length);
}

static void
read_line (const char *line, GPtrArray *names)
{
  g_autofree char *name = take_field (&line);
  g_autofree char *device = take_field (&line);
  g_autofree char *key = take_field (&line);
  g_autofree char *options = take_field (&line);

  if (*name != '\0' && *name != '#' && is_tpm (options))
    add_name (names, name);
}

void
kexec_crypttab_find_tpm (const char *text, GPtrArray *names)
{
  while (*text != '\0') {
    gsize length = strcspn (text, "\n");
    g_autofree char *line = g_strndup (text, length);

    read_line (line, names);
    text += length + (text[length] == '\n' ? 1 : 0);
  }
}

void
kexec_crypttab_find_tpm_in_cmdline (const char *cmdline, GPtrArray *names)
{
  static const char *const keys[] = { "rd.luks.options", "luks.options" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    g_auto (GStrv) values = kexec_cmdline_get_all (cmdline, keys[i]);

    for (guint j = 0; values[j] != NULL; j++) {
      /* "UUID=options", or options for all devices. (systemd-cryptsetup-generator(8)) */
      gsize length = strcspn (values[j], "=,");
      g_autofree char *name = g_strndup (values[j], length);
      gboolean is_own = values[j][length] == '=' && strlen (name) >= 32;

      if (is_tpm (is_own ? values[j] + length + 1 : values[j]))
        add_name (names, is_own ? name : "LUKS");
    }
  }
}
