/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists directories, and keeps ids apart. */
#include "boot/bls/listing.h"

#include <dirent.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>

#include "boot/beneath.h"
#include "boot/fd.h"

/* The longest id that gets a number behind it. */
#define ID_STEM_MAX 240

static int
compare_strings (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static gboolean
has_suffix (const char *name, const char *suffix)
{
  gsize length = strlen (name);
  gsize suffix_length = strlen (suffix);

  return length > suffix_length && g_ascii_strcasecmp (name + length - suffix_length, suffix) == 0;
}

/* Returns: (transfer full): the names in the order of their bytes. */
static GPtrArray *
read_names (KexecBlsListing *self, int fd, const char *suffix)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  int copy = openat (fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *dir = copy >= 0 ? fdopendir (copy) : NULL;
  struct dirent *file = NULL;
  guint count = 0;

  while (dir != NULL && (file = readdir (dir)) != NULL && count++ < KEXEC_BLS_FILES_MAX)
    if (*file->d_name != '.' && file->d_type != DT_DIR && has_suffix (file->d_name, suffix))
      g_ptr_array_add (names, g_strdup (file->d_name));
  self->is_full |= file != NULL;
  if (dir != NULL)
    closedir (dir);
  g_ptr_array_sort (names, compare_strings);
  return names;
}

/* Returns: whether the directory was not noted before. */
static gboolean
note_directory (KexecBlsListing *self, int fd)
{
  struct stat st;

  return fstat (fd, &st) == 0 &&
         g_hash_table_add (self->directories,
                           g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT,
                                            (guint64) st.st_dev, (guint64) st.st_ino));
}

void
kexec_bls_list_directory (KexecBlsListing *self, KexecPlace *place, int place_fd, const char *name,
                          const char *suffix,
                          void (*visit) (KexecBlsListing *self, KexecPlace *place, int place_fd,
                                         const char *path, const char *file))
{
  g_autofree char *path = kexec_place_path (place, name);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) names = NULL;
  kexec_autofd fd = kexec_beneath_open (place_fd, name, O_RDONLY | O_DIRECTORY, &error);

  kexec_scan_note (self->scan, path);
  if (fd < 0 && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    kexec_findings_add (self->menu->findings, KEXEC_FINDING_MENU_UNREADABLE, path, NULL,
                        "%s, so that the entries there are missing here; ask again as root, or see "
                        "what it is",
                        error->message);
  if (fd < 0 || !note_directory (self, fd))
    return;
  names = read_names (self, fd, suffix);
  for (guint i = 0; i < names->len && !self->is_full; i++)
    visit (self, place, place_fd, path, names->pdata[i]);
}

/* Returns: (transfer full): @id, or one like it that no other entry has. */
static char *
take_id (KexecBlsListing *self, const char *id)
{
  g_autofree char *taken = g_strdup (id);
  guint count = GPOINTER_TO_UINT (g_hash_table_lookup (self->ids, id));

  while (g_hash_table_contains (self->ids, taken)) {
    g_free (taken);
    taken = count == 1 ? g_strdup_printf ("%.*s+", ID_STEM_MAX, id)
                       : g_strdup_printf ("%.*s+%u", ID_STEM_MAX, id, count);
    count++;
  }
  if (strcmp (taken, id) != 0)
    g_hash_table_replace (self->ids, g_strdup (id), GUINT_TO_POINTER (count));
  g_hash_table_replace (self->ids, g_strdup (taken), GUINT_TO_POINTER (1));
  return g_steal_pointer (&taken);
}

/* Makes an entry's id one that no other has. */
static void
make_unique (KexecBlsListing *self, KexecEntry *entry)
{
  g_autofree char *id = take_id (self, entry->id);

  if (strcmp (id, entry->id) == 0)
    return;
  kexec_findings_add (entry->findings, KEXEC_FINDING_ENTRY_MALFORMED, entry->id, NULL,
                      "There is more than one entry with the id %s, and this one is called %s "
                      "here; remove or rename one of them",
                      entry->id, id);
  kexec_entry_set (&entry->id, id);
}

void
kexec_bls_listing_make_ids (KexecBlsListing *self)
{
  for (guint hidden = 0; hidden < 2; hidden++)
    for (guint i = 0; i < self->items->len; i++) {
      const KexecBlsItem *item = self->items->pdata[i];

      if (item->is_hidden == (hidden == 1))
        make_unique (self, item->entry);
    }
}

void
kexec_bls_listing_add (KexecBlsListing *self, KexecBlsItem *item)
{
  self->n_addons += g_strv_length (item->entry->addons);
  if (self->items->len >= KEXEC_BLS_ITEMS_MAX || self->n_addons > KEXEC_BLS_ADDONS_MAX) {
    self->is_full = TRUE;
    kexec_bls_item_free (item);
    return;
  }
  g_ptr_array_add (self->items, item);
}

void
kexec_bls_note_tries (KexecEntry *entry, int tries_left, int tries_done)
{
  if (tries_left == 0)
    kexec_findings_add (entry->findings, KEXEC_FINDING_ENTRY_BAD, entry->id, NULL,
                        "The boot loader counts this entry as bad: it was tried %d times and never "
                        "came up; choose another, or find out why",
                        tries_done);
  else if (tries_left > 0)
    kexec_findings_add (entry->findings, KEXEC_FINDING_BOOT_COUNTER, entry->id, NULL,
                        "The boot loader counts how often this entry is tried, and has %d left; a "
                        "kexec does not count, so that nothing falls back to another entry if it "
                        "fails",
                        tries_left);
}

void
kexec_bls_add_alias (KexecEntry *entry, const char *alias)
{
  if (kexec_entry_is_id (alias) && strcmp (alias, entry->id) != 0)
    kexec_entry_add (&entry->aliases, alias);
}
