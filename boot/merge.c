/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Recognizes entries of different menus that are the same. */
#include "boot/merge.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "boot/fd.h"

/* One run. */
typedef struct {
  KexecScan *scan;
  GPtrArray *entries;  /* (element-type KexecEntry): the result */
  GHashTable *kernels; /* what an entry boots → GPtrArray of KexecEntry of the menus before */
  GHashTable *files;   /* path → the file that it leads to */
  GHashTable *ids;     /* the ids that are taken */
} Merge;

/* Returns: (transfer none): the file that a path leads to, as "device:inode"; the path itself if it
   leads nowhere. */
static const char *
identify (Merge *self, const char *path)
{
  char *file = g_hash_table_lookup (self->files, path);
  kexec_autofd fd = -1;
  struct stat st;

  if (file != NULL)
    return file;
  fd = kexec_scan_open (self->scan, path, O_PATH, NULL);
  if (fd >= 0 && fstat (fd, &st) == 0)
    file = g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, (guint64) st.st_dev,
                            (guint64) st.st_ino);
  else
    file = g_strdup (path);
  g_hash_table_insert (self->files, g_strdup (path), file);
  return file;
}

/* Returns: (transfer full) (nullable): the key in self->kernels; %NULL if no kernel was found: what
   has the same path may be on another device. */
static char *
key_of (Merge *self, const KexecEntry *entry)
{
  if (*entry->kernel == '\0' || entry->place == NULL)
    return NULL;
  return g_strdup_printf ("%s@%s", identify (self, entry->kernel), entry->profile);
}

static gboolean
has_name (const KexecEntry *entry, const char *name)
{
  return strcmp (entry->id, name) == 0 ||
         g_strv_contains ((const char *const *) entry->aliases, name);
}

static gboolean
shares_name (const KexecEntry *a, const KexecEntry *b)
{
  if (has_name (a, b->id))
    return TRUE;
  for (guint i = 0; b->aliases[i] != NULL; i++)
    if (strcmp (a->id, b->aliases[i]) == 0)
      return TRUE;
  return FALSE;
}

/* Only a file that lies there, or that a list names: a menu knows more. */
static gboolean
is_plain (const KexecEntry *entry)
{
  return strcmp (entry->source, "directory") == 0 || strcmp (entry->source, "gentoo") == 0;
}

/* @entry boots the same kernel as @earlier, if the latter is what it seems to be. */
static gboolean
is_same (const KexecEntry *earlier, const KexecEntry *entry)
{
  if (earlier->is_uncertain)
    return FALSE;
  return is_plain (entry) || shares_name (earlier, entry) ||
         (strcmp (earlier->cmdline, entry->cmdline) == 0 &&
          g_strv_equal ((const char *const *) earlier->initrds,
                        (const char *const *) entry->initrds));
}

static void
absorb (KexecEntry *self, const KexecEntry *other, gboolean is_first)
{
  kexec_entry_add (&self->found_in, other->source);
  if (*self->version == '\0')
    kexec_entry_set (&self->version, other->version);
  if (*self->os_name == '\0')
    kexec_entry_set (&self->os_name, other->os_name);
  if (!is_first)
    return;
  if (strcmp (self->id, other->id) != 0)
    kexec_entry_add (&self->aliases, other->id);
  for (guint i = 0; other->aliases[i] != NULL; i++)
    kexec_entry_add (&self->aliases, other->aliases[i]);
}

/* Returns: whether an earlier menu's entry is the same, and has taken what @entry knows. */
static gboolean
is_absorbed (const GPtrArray *earlier, const KexecEntry *entry)
{
  gboolean is_found = FALSE;

  for (guint i = 0; earlier != NULL && i < earlier->len; i++) {
    if (!is_same (earlier->pdata[i], entry))
      continue;
    absorb (earlier->pdata[i], entry, !is_found);
    is_found = TRUE;
  }
  return is_found;
}

static void
take_id (Merge *self, KexecEntry *entry)
{
  while (!g_hash_table_add (self->ids, g_strdup (entry->id))) {
    g_autofree char *longer = g_strconcat (entry->id, "+", NULL);

    kexec_entry_set (&entry->id, longer);
  }
}

/* An entry without a kernel is like no other. */
static void
add_kernel (Merge *self, KexecEntry *entry)
{
  g_autofree char *key = key_of (self, entry);
  GPtrArray *same;

  if (key == NULL)
    return;
  same = g_hash_table_lookup (self->kernels, key);
  if (same == NULL) {
    same = g_ptr_array_new ();
    g_hash_table_insert (self->kernels, g_steal_pointer (&key), same);
  }
  g_ptr_array_add (same, entry);
}

static void
add_menu (Merge *self, const KexecMenu *menu)
{
  guint first = self->entries->len;

  for (guint i = 0; i < menu->entries->len; i++) {
    KexecEntry *entry = menu->entries->pdata[i];
    g_autofree char *key = key_of (self, entry);
    const GPtrArray *earlier = key != NULL ? g_hash_table_lookup (self->kernels, key) : NULL;

    kexec_entry_add (&entry->found_in, entry->source);
    if (is_absorbed (earlier, entry))
      continue;
    take_id (self, entry);
    g_ptr_array_add (self->entries, kexec_entry_ref (entry));
  }
  /* Only now, so that entries of this menu are not taken for each other. */
  for (guint i = first; i < self->entries->len; i++) {
    add_kernel (self, self->entries->pdata[i]);
  }
}

GPtrArray *
kexec_merge (KexecScan *scan, const GPtrArray *menus)
{
  g_autoptr (GHashTable) kernels =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  g_autoptr (GHashTable) files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Merge self = {
    .scan = scan,
    .entries = g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_entry_unref),
    .kernels = kernels,
    .files = files,
    .ids = ids,
  };

  for (guint i = 0; i < menus->len; i++)
    add_menu (&self, menus->pdata[i]);
  return self.entries;
}
