/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the one variable of os-release that titles need. */
#include "boot/os-release.h"

#include "boot/beneath.h"
#include "image/printable.h"

#include <string.h>

#define FILE_SIZE_MAX (64 * 1024)
#define NAME_MAX_SIZE 128
#define VARIABLE      "PRETTY_NAME="

/* Returns: (transfer full) (nullable): the value, as a shell would read it. */
static char *
find_name (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  char *name = NULL;

  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], VARIABLE)) {
      g_free (name);
      name = g_shell_unquote (lines[i] + strlen (VARIABLE), NULL);
    }
  return name;
}

static char *
read_name (int root_fd, const char *path)
{
  g_autofree char *text = kexec_beneath_read (root_fd, path, FILE_SIZE_MAX, NULL);

  return text != NULL ? find_name (text) : NULL;
}

char *
kexec_os_release_name (int root_fd)
{
  g_autofree char *name = read_name (root_fd, "/etc/os-release");
  g_autofree char *shown = NULL;
  const char *end;

  if (name == NULL)
    name = read_name (root_fd, "/usr/lib/os-release");
  if (name == NULL || *name == '\0')
    return g_strdup ("Linux");
  shown = kexec_printable (name);
  if (strlen (shown) > NAME_MAX_SIZE)
    shown[NAME_MAX_SIZE] = '\0';
  if (!g_utf8_validate (shown, -1, &end))
    shown[end - shown] = '\0';
  return g_steal_pointer (&shown);
}
