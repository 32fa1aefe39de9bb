/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes entries of the kernels in a directory. */
#include "boot/source.h"

#include <dirent.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>

#include "boot/beneath.h"
#include "boot/fd.h"
#include "boot/initrds.h"
#include "boot/kernel-name.h"
#include "boot/kernel-release.h"
#include "boot/uki.h"

/* A directory with more names than this is no /boot. */
#define NAMES_MAX 1024

/* Profiles of unified kernel images beyond this are not listed. */
#define ENTRIES_MAX NAMES_MAX

/* … nor if their entries name more addons than this: a listing has to fit into one message. */
#define ADDONS_MAX 4096

/* One listing. */
typedef struct {
  KexecScan *scan;
  KexecPlace *place;
  const char *path;   /* of the directory, below the root */
  int fd;             /* the directory */
  GPtrArray *entries; /* (element-type KexecEntry) */
  GHashTable *ids;    /* the ids that are taken */
  GHashTable *files;  /* the files that are listed, each as "device:inode" */
  guint n_addons;     /* that entries of profiles name */
  gboolean is_full;   /* profiles were left out */
} Listing;

static int
compare_strings (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Returns: (transfer full): the names of kernels, in the order of their bytes. */
static GPtrArray *
list_names (int fd, const char *path, KexecFindings *findings)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  int copy = openat (fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *dir = copy >= 0 ? fdopendir (copy) : NULL;
  struct dirent *file = NULL;
  guint count = 0;

  while (dir != NULL && (file = readdir (dir)) != NULL && count++ < NAMES_MAX) {
    g_autoptr (KexecKernelName) name = kexec_kernel_name_parse (file->d_name);

    if (name != NULL)
      g_ptr_array_add (names, g_strdup (file->d_name));
  }
  if (file != NULL)
    kexec_findings_add (findings, KEXEC_FINDING_DIRECTORY_TOO_LARGE, path, NULL,
                        "%s holds more than %d names, and the rest of them was not looked at: "
                        "newer kernels may be missing here; keep other files elsewhere",
                        path, NAMES_MAX);
  if (dir != NULL)
    closedir (dir);
  g_ptr_array_sort (names, compare_strings);
  return names;
}

/* Opens a file of the directory; a failure is a finding. */
static int
open_file (const Listing *self, KexecEntry *entry, const char *file)
{
  g_autoptr (GError) error = NULL;
  int fd = kexec_beneath_open_regular (self->fd, file, &error);

  if (fd < 0) {
    g_autofree char *path = g_build_filename (self->path, file, NULL);

    kexec_entry_add_unreadable (entry->findings, path, error);
  }
  return fd;
}

/* Sets the release that a kernel file says it has. */
static void
read_release (KexecEntry *entry, int fd)
{
  g_autofree char *release = kexec_kernel_release_read (fd);

  if (release != NULL)
    kexec_entry_set (&entry->version, release);
}

/* Returns: (transfer full): @id, or one like it that no other entry has. */
static char *
take_id (Listing *self, GString *id)
{
  while (g_hash_table_contains (self->ids, id->str))
    g_string_append_c (id, '+');
  g_hash_table_add (self->ids, g_strdup (id->str));
  return g_string_free (id, FALSE);
}

/* Returns: (transfer full): an id that no other entry has. */
static char *
choose_id (Listing *self, const KexecKernelName *name, const char *file)
{
  GString *id = g_string_new (*name->base != '\0' ? name->label : file);

  if (g_hash_table_contains (self->ids, id->str))
    g_string_assign (id, file);
  return take_id (self, id);
}

/* Lists an entry that is otherwise complete. */
static void
finish_entry (Listing *self, KexecEntry *entry, const KexecKernelName *name)
{
  gboolean is_damaged = entry->is_uki && entry->aliases[0] == NULL;

  if (*entry->version == '\0') {
    g_free (entry->version);
    entry->version = g_strdup (kexec_kernel_name_version (name));
  }
  /* A unified kernel image has its initrd in it. Of one whose profiles could not be read nobody can
     tell. */
  if (!entry->has_initrd && !is_damaged)
    kexec_initrds_find (entry, name, self->fd, self->path, FALSE);
  g_ptr_array_add (self->entries, entry);
}

/* @others: the entries of a unified kernel image's profiles */
static void
add_others (Listing *self, GPtrArray *others, const KexecKernelName *name)
{
  for (guint i = 0; i < others->len; i++) {
    KexecEntry *entry = others->pdata[i];
    GString *id;

    self->n_addons += g_strv_length (entry->addons);
    self->is_full |= self->entries->len >= ENTRIES_MAX || self->n_addons > ADDONS_MAX;
    if (self->is_full)
      return;
    id = g_string_new (entry->id);
    g_free (entry->id);
    entry->id = take_id (self, id);
    finish_entry (self, kexec_entry_ref (entry), name);
  }
}

static void
add_entry (Listing *self, const char *file)
{
  g_autoptr (KexecKernelName) name = kexec_kernel_name_parse (file);
  g_autoptr (GPtrArray) others = NULL;
  KexecEntry *entry = kexec_entry_new ();
  kexec_autofd fd = -1;

  g_free (entry->id);
  entry->id = choose_id (self, name, file);
  g_free (entry->kernel);
  entry->kernel = g_build_filename (self->path, file, NULL);
  entry->place = kexec_place_ref (self->place);
  kexec_entry_set (&entry->source, kexec_source_directory.name);
  entry->kind = name->kind;
  fd = open_file (self, entry, file);
  others = fd >= 0 ? kexec_uki_entries_read (entry, self->fd, fd) : NULL;
  if (fd >= 0 && others == NULL)
    read_release (entry, fd);
  finish_entry (self, entry, name);
  if (others != NULL)
    add_others (self, others, name);
}

/* A link can lead out of the directory; what it leads to is the same file all the same. */
static int
open_anywhere (const Listing *self, const char *path)
{
  int fd = kexec_scan_open (self->scan, path, O_PATH, NULL);

  return fd >= 0 || self->place->needs_mount
           ? fd
           : kexec_beneath_open_in_root (self->scan->root_fd, path, O_PATH, NULL);
}

/* Notes the file that @file leads to, be it outside of the directory. Returns: %FALSE if it has
   been noted before. */
static gboolean
note_file (Listing *self, const char *file)
{
  g_autofree char *path = g_build_filename (self->path, file, NULL);
  kexec_autofd fd = open_anywhere (self, path);
  struct stat st;

  if (fd < 0 || fstat (fd, &st) < 0)
    return TRUE; /* leads nowhere; worth an entry that says so */
  return g_hash_table_add (self->files, g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT,
                                                         (guint64) st.st_dev, (guint64) st.st_ino));
}

/* Adds those files that are symlinks, or those that are not. */
static void
add_entries (Listing *self, const GPtrArray *names, gboolean symlinks)
{
  for (guint i = 0; i < names->len; i++) {
    const char *file = names->pdata[i];
    struct stat st;

    if (fstatat (self->fd, file, &st, AT_SYMLINK_NOFOLLOW) < 0 || S_ISDIR (st.st_mode) ||
        S_ISLNK (st.st_mode) != symlinks)
      continue;
    if (note_file (self, file) || !symlinks)
      add_entry (self, file);
  }
}

static KexecMenu *
read_directory (KexecScan *scan)
{
  KexecMenu *menu = kexec_menu_new ();
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) names = NULL;
  KexecPlace *place = kexec_scan_find_place (scan, KEXEC_PLACE_BOOT);
  int fd = place != NULL ? kexec_scan_open_place (scan, place) : -1;
  Listing self = {
    .scan = scan,
    .place = place,
    .fd = fd,
    .entries = menu->entries,
    .ids = ids,
    .files = files,
  };

  if (fd < 0)
    return menu;
  self.path = place->path;
  names = list_names (fd, self.path, menu->findings);
  add_entries (&self, names, FALSE);
  add_entries (&self, names, TRUE);
  if (self.is_full)
    kexec_findings_add (menu->findings, KEXEC_FINDING_DIRECTORY_TOO_LARGE, self.path, NULL,
                        "%s holds unified kernel images with more profiles than %d, or addons of "
                        "theirs than %d, in all, and the rest of them is not listed; keep fewer "
                        "images there",
                        self.path, ENTRIES_MAX, ADDONS_MAX);
  return menu;
}

const KexecSource kexec_source_directory = {
  .name = "directory",
  .read = read_directory,
};
