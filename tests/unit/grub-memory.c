/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A host that has all its files in a table. */
#include "tests/unit/grub-memory.h"

#include <gio/gio.h>
#include <string.h>

/* Whether two paths are the same but for slashes. */
static gboolean
is_same (const char *a, const char *b)
{
  while (*a != '\0' && *a == *b) {
    gboolean is_slash = *a == '/';

    a++;
    b++;
    for (; is_slash && *a == '/'; a++)
      ;
    for (; is_slash && *b == '/'; b++)
      ;
  }
  return *a == *b || (*a == '/' && a[1] == '\0' && *b == '\0') ||
         (*b == '/' && b[1] == '\0' && *a == '\0');
}

static const GrubMemoryFile *
find_file (const GrubMemoryFile *files, const char *path)
{
  for (; files->path != NULL; files++)
    if (is_same (files->path, path))
      return files;
  return NULL;
}

static char *
read_file (gpointer data, const char *device, const char *path, gsize max, char **where,
           GError **error)
{
  const GrubMemoryFile *file = find_file (data, path);

  if (file == NULL || file->text == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "There is no %s", path);
    return NULL;
  }
  if (strlen (file->text) > max) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE, "%s is too large", path);
    return NULL;
  }
  *where = g_strdup (file->path);
  return g_strdup (file->text);
}

static KexecGrubFileKind
look (gpointer data, const char *device, const char *path)
{
  const GrubMemoryFile *file = find_file (data, path);

  if (g_str_has_prefix (path, "/unknown"))
    return KEXEC_GRUB_UNKNOWN;
  if (file == NULL)
    return KEXEC_GRUB_MISSING;
  if (file->text == NULL)
    return KEXEC_GRUB_DIRECTORY;
  return *file->text != '\0' ? KEXEC_GRUB_FILE : KEXEC_GRUB_EMPTY_FILE;
}

static GPtrArray *
list (gpointer data, const char *device, const char *path, guint max)
{
  GPtrArray *names = NULL;

  for (const GrubMemoryFile *file = data; file->path != NULL; file++) {
    g_autofree char *directory = g_path_get_dirname (file->path);

    if (!is_same (directory, path))
      continue;
    if (names == NULL)
      names = g_ptr_array_new_with_free_func (g_free);
    if (names->len < max)
      g_ptr_array_add (names, g_path_get_basename (file->path));
  }
  return names;
}

static char *
find (gpointer data, const char *path)
{
  return find_file (data, path) != NULL ? kexec_grub_device_new ("file", path) : NULL;
}

const KexecGrubHost grub_memory_host = {
  .read = read_file,
  .look = look,
  .list = list,
  .find = find,
};

KexecGrubOutcome *
grub_memory_evaluate (const GrubMemoryFile *files)
{
  return kexec_grub_evaluate (&grub_memory_host, (gpointer) files, "hd0,gpt2", "/grub/grub.cfg",
                              "efi", "x86_64", NULL);
}

static void
describe_target (GString *out, const KexecGrubTarget *target)
{
  if (target->boots == KEXEC_GRUB_BOOTS_OTHER)
    g_string_append (out, " = other");
  if (target->boots != KEXEC_GRUB_BOOTS_LINUX)
    return;
  g_string_append_printf (out, " = (%s)%s", target->kernel->device, target->kernel->path);
  if (*target->cmdline != '\0')
    g_string_append_printf (out, " %s", target->cmdline);
  for (guint i = 0; i < target->initrds->len; i++)
    g_string_append_printf (out, " + %s", ((KexecGrubFile *) target->initrds->pdata[i])->path);
  if (target->devicetree != NULL)
    g_string_append_printf (out, " dt %s", target->devicetree);
}

static void
describe (GString *out, const KexecGrubMenu *menu, int indent)
{
  for (guint i = 0; i < menu->entries->len; i++) {
    const KexecGrubEntry *entry = menu->entries->pdata[i];

    g_string_append_printf (out, "%*s%s", indent, "", entry->title);
    if (strcmp (entry->id, entry->title) != 0)
      g_string_append_printf (out, " [%s]", entry->id);
    if (entry->is_locked)
      g_string_append (out, "!");
    describe_target (out, entry->target);
    g_string_append_c (out, '\n');
    if (entry->children != NULL)
      describe (out, entry->children, indent + 2);
  }
}

char *
grub_memory_describe (const KexecGrubMenu *menu)
{
  GString *out = g_string_new (NULL);

  describe (out, menu, 0);
  return g_string_free (out, FALSE);
}
