/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looks for addons and other companions of a unified kernel image. */
#include "boot/uki-beside.h"

#include <dirent.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot/beneath.h"
#include "boot/entry.h"
#include "boot/fd.h"
#include "image/uki/companion.h"

/* Names of any kind that are looked at in one directory. */
#define NAMES_MAX 1024

/* So many findings of one kind are shown; the rest is counted. */
#define SHOWN_MAX 3

/* One search. */
typedef struct {
  const KexecPlace *place;
  int place_fd;
  GPtrArray *addons;         /* (element-type KexecUkiAddonFile) */
  KexecFindings *findings;   /* all that is told in the end */
  KexecFindings *unreadable; /* addons that cannot be opened */
  KexecFindings *unusable;   /* addons that are none */
  guint kinds;               /* KexecCompanion: what was found */
} Search;

static void
addon_file_free (KexecUkiAddonFile *self)
{
  g_free (self->path);
  kexec_uki_addon_free (self->facts);
  g_free (self);
}

void
kexec_uki_beside_free (KexecUkiBeside *self)
{
  g_ptr_array_unref (self->addons);
  g_ptr_array_unref (self->findings);
  g_free (self);
}

static int
compare_strings (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static gboolean
is_directory (int dirfd, const char *name)
{
  struct stat st;

  return fstatat (dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR (st.st_mode);
}

/* Reads the names in a directory, and closes it. @addons: (nullable): gets the addons' names.
   Returns: KexecCompanion: the kinds in it; @is_cut: there were more names. */
static guint
scan (int fd, GPtrArray *addons, gboolean *is_cut)
{
  DIR *dir = fdopendir (fd);
  struct dirent *file;
  guint count = 0;
  guint kinds = 0;

  while ((file = readdir (dir)) != NULL && count++ < NAMES_MAX) {
    KexecCompanion kind = kexec_companion_recognize (file->d_name);

    if (kind == KEXEC_COMPANION_NONE || is_directory (dirfd (dir), file->d_name))
      continue;
    kinds |= kind;
    if (addons != NULL && kind == KEXEC_COMPANION_ADDON)
      g_ptr_array_add (addons, g_strdup (file->d_name));
  }
  *is_cut = file != NULL;
  closedir (dir);
  return kinds;
}

/* --- addons --- */

/* @path: as in an entry */
static void
add_addon (Search *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  kexec_autofd fd =
    kexec_beneath_open_regular (self->place_fd, kexec_place_relative (self->place, path), &error);
  KexecUkiAddonFile *found;
  KexecUkiAddon *facts;
  struct stat st;
  KexecInput input;

  if (fd < 0) {
    kexec_entry_add_unreadable (self->unreadable, path, error);
    return;
  }
  if (fstat (fd, &st) < 0)
    return;
  input = kexec_input_from_fd (fd, (guint64) st.st_size);
  facts = kexec_uki_addon_read (&input, path, self->unusable);
  if (facts == NULL)
    return;
  found = g_new0 (KexecUkiAddonFile, 1);
  found->path = g_strdup (path);
  found->facts = facts;
  g_ptr_array_add (self->addons, found);
}

/* In the order of their bytes. */
static void
choose_addons (Search *self, GPtrArray *names, gboolean is_cut, const char *directory)
{
  g_ptr_array_sort (names, compare_strings);
  if (is_cut || names->len > KEXEC_UKI_ADDONS_MAX)
    kexec_findings_add (self->findings, KEXEC_FINDING_DIRECTORY_TOO_LARGE, directory, NULL,
                        "%s holds more than %d addons or %d names, and the rest of them was not "
                        "looked at; remove what is not needed",
                        directory, KEXEC_UKI_ADDONS_MAX, NAMES_MAX);
  if (names->len > KEXEC_UKI_ADDONS_MAX)
    g_ptr_array_set_size (names, KEXEC_UKI_ADDONS_MAX);
}

/* Keeps the first of findings of one code, so that a listing of many profiles stays small. */
static void
take_some (Search *self, KexecFindings *from, const char *directory)
{
  if (from->len > SHOWN_MAX) {
    KexecFindingCode code = ((const KexecFinding *) from->pdata[0])->code;
    guint more = from->len - SHOWN_MAX;

    g_ptr_array_set_size (from, SHOWN_MAX);
    kexec_findings_add (from, code, directory, NULL,
                        "%s holds addons like that beyond those that are named here (%u); look at "
                        "each with \"kexecctl inspect\"",
                        directory, more);
  }
  kexec_findings_append (self->findings, from);
}

/* Adds the addons in a directory. @path: as in an entry. Returns: KexecCompanion: what else is in
 * it.
 */
static guint
search_directory (Search *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (KexecFindings) unreadable = kexec_findings_new ();
  g_autoptr (KexecFindings) unusable = kexec_findings_new ();
  int fd = kexec_beneath_open (self->place_fd, kexec_place_relative (self->place, path),
                               O_RDONLY | O_DIRECTORY, &error);
  gboolean is_cut;
  guint kinds;

  if (fd < 0) {
    if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) &&
        !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY))
      kexec_entry_add_unreadable (self->findings, path, error);
    return KEXEC_COMPANION_NONE;
  }
  kinds = scan (fd, names, &is_cut);
  choose_addons (self, names, is_cut, path);
  self->unreadable = unreadable;
  self->unusable = unusable;
  for (guint i = 0; i < names->len; i++) {
    g_autofree char *addon_path = g_build_filename (path, names->pdata[i], NULL);

    add_addon (self, addon_path);
  }
  take_some (self, unreadable, path);
  take_some (self, unusable, path);
  return kinds;
}

/* Those for all images come after an image's own (systemd: src/boot/stub.c). */
static void
search_global (Search *self)
{
  g_autofree char *addons = kexec_place_path (self->place, "loader/addons");
  int fd = kexec_beneath_open (self->place_fd, "loader/credentials", O_RDONLY | O_DIRECTORY, NULL);
  gboolean is_cut;

  search_directory (self, addons);
  if (fd >= 0 && (scan (fd, NULL, &is_cut) & KEXEC_COMPANION_CREDENTIAL) != 0)
    self->kinds |= KEXEC_COMPANION_GLOBAL_CREDENTIAL;
}

KexecUkiBeside *
kexec_uki_beside_read (const KexecPlace *place, int place_fd, const char *image)
{
  KexecUkiBeside *beside = g_new0 (KexecUkiBeside, 1);
  g_autofree char *own = g_strconcat (image, ".extra.d", NULL);
  Search self = { .place = place, .place_fd = place_fd };

  beside->addons = g_ptr_array_new_with_free_func ((GDestroyNotify) addon_file_free);
  beside->findings = kexec_findings_new ();
  self.addons = beside->addons;
  self.findings = beside->findings;
  self.kinds = search_directory (&self, own);
  search_global (&self);
  kexec_companions_check (self.kinds, image, beside->findings);
  return beside;
}
