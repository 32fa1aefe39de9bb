/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Menus, and how GRUB finds an entry in them (grub-core/normal/menu.c). */
#include "boot/grub/menu.h"

#include <string.h>

#include "boot/grub/number.h"

KexecGrubFile *
kexec_grub_file_new (const char *device, const char *path)
{
  KexecGrubFile *self = g_new0 (KexecGrubFile, 1);

  self->device = g_strdup (device);
  self->path = g_strdup (path);
  return self;
}

void
kexec_grub_file_free (KexecGrubFile *self)
{
  g_free (self->device);
  g_free (self->path);
  g_free (self);
}

KexecGrubMenu *
kexec_grub_menu_new (void)
{
  KexecGrubMenu *self = g_new0 (KexecGrubMenu, 1);

  self->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_grub_entry_free);
  return self;
}

void
kexec_grub_menu_free (KexecGrubMenu *self)
{
  g_ptr_array_unref (self->entries);
  g_free (self->default_value);
  g_free (self->default_doubt);
  g_free (self->doubt);
  g_free (self);
}

KexecGrubEntry *
kexec_grub_entry_new (const char *title, const char *id)
{
  KexecGrubEntry *self = g_new0 (KexecGrubEntry, 1);

  self->title = g_strdup (title);
  self->id = g_strdup (id);
  self->target = kexec_grub_target_new ();
  self->findings = kexec_findings_new ();
  return self;
}

void
kexec_grub_entry_free (KexecGrubEntry *self)
{
  g_free (self->title);
  g_free (self->id);
  g_clear_pointer (&self->parameters, g_ptr_array_unref);
  g_free (self->snippet);
  kexec_grub_target_free (self->target);
  g_clear_pointer (&self->children, kexec_grub_menu_free);
  g_ptr_array_unref (self->findings);
  g_free (self);
}

void
kexec_grub_menu_set_doubt (KexecGrubMenu *self, const char *doubt)
{
  if (self->doubt == NULL)
    self->doubt = g_strdup (doubt);
}

/* Whether @path begins with the entry called @name. */
static gboolean
is_called (const char *name, const char *path)
{
  for (; *name != '\0'; name++, path++) {
    if (*path == '>' && *++path != '>')
      return FALSE;
    if (*path != *name)
      return FALSE;
  }
  return *path == '\0' || (path[0] == '>' && path[1] != '>');
}

const char *
kexec_grub_path_rest (const char *path)
{
  for (; *path != '\0'; path++) {
    if (path[0] != '>')
      continue;
    if (path[1] != '>')
      return path[1] != '\0' ? path + 1 : NULL;
    path++;
  }
  return NULL;
}

/* Returns: the index of the entry whose id, title or either is meant; -1: there is none */
static int
find_name (const KexecGrubMenu *self, const char *path, gboolean ids, gboolean titles)
{
  for (guint i = 0; i < self->entries->len; i++) {
    const KexecGrubEntry *entry = self->entries->pdata[i];

    if ((ids && is_called (entry->id, path)) || (titles && is_called (entry->title, path)))
      return (int) i;
  }
  return -1;
}

static int
find_number (const KexecGrubMenu *self, guint64 number)
{
  return number < self->entries->len ? (int) number : -1;
}

/* As Fedora's GRUB does. A number counts only if nothing else follows. */
static int
find_names_first (const KexecGrubMenu *self, const char *path)
{
  const char *end;
  guint64 number;
  int index = find_name (self, path, TRUE, FALSE);

  if (index < 0)
    index = find_name (self, path, FALSE, TRUE);
  if (index < 0 && kexec_grub_number_parse (path, &number, &end) && *end == '\0')
    index = find_number (self, number);
  return index;
}

static int
find (const KexecGrubMenu *self, const char *path, gboolean names_first)
{
  guint64 number;

  if (names_first)
    return find_names_first (self, path);
  if (kexec_grub_number_parse (path, &number, NULL))
    return find_number (self, number);
  return find_name (self, path, TRUE, TRUE);
}

/*
 * Takes one step.
 *
 * @before: (nullable): "default" of the menu that @self is a submenu of; if it has no word about
 *   what is in the submenu, it stays as it is there
 *
 * Returns: (nullable): the menu that the choice goes on in.
 */
static const KexecGrubMenu *
choose_in (const KexecGrubMenu *self, const char *before, gboolean names_first,
           KexecGrubChoice *choice)
{
  const char *value = self->default_value;
  const char *doubt = self->doubt != NULL ? self->doubt : self->default_doubt;
  KexecGrubEntry *entry;
  int index;

  if (doubt != NULL) {
    choice->doubt = g_strdup (doubt);
    g_ptr_array_set_size (choice->path, 0);
    return NULL;
  }
  index = value != NULL ? find (self, value, names_first) : 0;
  choice->is_lost |= index < 0 && *value != '\0' && g_strcmp0 (value, before) != 0;
  entry = self->entries->pdata[MAX (index, 0)];
  g_ptr_array_add (choice->path, entry);
  return entry->children != NULL && entry->children->entries->len > 0 ? entry->children : NULL;
}

KexecGrubChoice *
kexec_grub_menu_choose (const KexecGrubMenu *self, gboolean names_first)
{
  KexecGrubChoice *choice = g_new0 (KexecGrubChoice, 1);
  const char *before = NULL;

  choice->path = g_ptr_array_new ();
  if (self->entries->len == 0) {
    choice->doubt = g_strdup (self->doubt);
    return choice;
  }
  while (self != NULL) {
    const char *value = self->default_value;

    self = choose_in (self, before, names_first, choice);
    before = value;
  }
  return choice;
}

void
kexec_grub_choice_free (KexecGrubChoice *self)
{
  g_ptr_array_unref (self->path);
  g_free (self->doubt);
  g_free (self);
}
