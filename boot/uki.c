/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes entries of unified kernel images and their addons. */
#include "boot/uki.h"

#include <dirent.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>

#include "boot/beneath.h"
#include "boot/fd.h"
#include "image/cmdline.h"
#include "image/kernel/kernel.h"

#define ADDON_SUFFIX ".addon.efi"
#define NAMES_MAX    1024 /* of all files beside the addons */

/* An addon that can be read. */
typedef struct {
  char *path; /* as in an entry */
  KexecUkiAddon *addon;
} Addon;

/* One image. */
typedef struct {
  int dirfd;
  KexecEntry *entry; /* of the default profile */
  KexecUki *uki;
  GPtrArray *addons;       /* (element-type Addon), in the order of their names */
  KexecFindings *findings; /* about addons that cannot be read, for every profile's entry */
} Image;

static void
addon_free (Addon *self)
{
  g_free (self->path);
  kexec_uki_addon_free (self->addon);
  g_free (self);
}

static int
compare_strings (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* As systemd-stub: the suffix in any case, no hidden files, ASCII. */
static gboolean
is_addon_name (const char *name)
{
  gsize length = strlen (name);
  gsize suffix = strlen (ADDON_SUFFIX);

  return *name != '.' && g_str_is_ascii (name) && length >= suffix &&
         g_ascii_strcasecmp (name + length - suffix, ADDON_SUFFIX) == 0;
}

static gboolean
is_directory (int dirfd, const char *name)
{
  struct stat st;

  return fstatat (dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR (st.st_mode);
}

/* Returns: (transfer full): the names of addons in the order of their bytes. */
static GPtrArray *
list_names (Image *self, DIR *dir, const char *path)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  struct dirent *file;
  guint count = 0;

  while ((file = readdir (dir)) != NULL && count++ < NAMES_MAX)
    if (is_addon_name (file->d_name) && !is_directory (dirfd (dir), file->d_name))
      g_ptr_array_add (names, g_strdup (file->d_name));
  g_ptr_array_sort (names, compare_strings);
  if (file != NULL || names->len > KEXEC_UKI_ADDONS_MAX)
    kexec_findings_add (self->findings, KEXEC_FINDING_DIRECTORY_TOO_LARGE, path, NULL,
                        "%s holds more than %d addons or %d names, and the rest of them was not "
                        "looked at; remove what is not needed",
                        path, KEXEC_UKI_ADDONS_MAX, NAMES_MAX);
  if (names->len > KEXEC_UKI_ADDONS_MAX)
    g_ptr_array_set_size (names, KEXEC_UKI_ADDONS_MAX);
  return names;
}

/* @file: beneath the directory; @path: as in an entry */
static void
add_addon (Image *self, const char *file, const char *path)
{
  g_autoptr (GError) error = NULL;
  kexec_autofd fd = kexec_beneath_open_regular (self->dirfd, file, &error);
  g_autoptr (KexecUkiAddon) addon = NULL;
  struct stat st;
  KexecInput input;
  Addon *found;

  if (fd < 0) {
    /* Its command line may be what makes the kernel find its root: do not boot without it. */
    kexec_entry_add_unreadable (self->entry, path, error);
    return;
  }
  if (fstat (fd, &st) < 0)
    return;
  input = kexec_input_from_fd (fd, (guint64) st.st_size);
  addon = kexec_uki_addon_read (&input, path, self->findings);
  if (addon == NULL)
    return;
  found = g_new0 (Addon, 1);
  found->path = g_strdup (path);
  found->addon = g_steal_pointer (&addon);
  g_ptr_array_add (self->addons, found);
}

static void
find_addons (Image *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) names = NULL;
  g_autofree char *path = g_strconcat (self->entry->kernel, ".extra.d", NULL);
  g_autofree char *directory = g_path_get_basename (path);
  int fd = kexec_beneath_open (self->dirfd, directory, O_RDONLY | O_DIRECTORY, &error);
  DIR *dir;

  if (fd < 0) {
    if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) &&
        !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY))
      kexec_entry_add_unreadable (self->entry, path, error);
    return;
  }
  dir = fdopendir (fd);
  names = list_names (self, dir, path);
  closedir (dir);
  for (guint i = 0; i < names->len; i++) {
    g_autofree char *file = g_build_filename (directory, names->pdata[i], NULL);
    g_autofree char *addon_path = g_build_filename (path, names->pdata[i], NULL);

    add_addon (self, file, addon_path);
  }
}

static void
set_cmdline (KexecEntry *entry, const KexecUkiProfile *profile, const GPtrArray *addons)
{
  g_autofree char *cmdline = kexec_uki_join_cmdline (profile->cmdline, addons);

  entry->cmdline_origin = profile->has_cmdline ? KEXEC_CMDLINE_OWN : KEXEC_CMDLINE_NONE;
  if (strlen (cmdline) > KEXEC_CMDLINE_MAX) {
    /* Never kept: a listing of many such images would not fit into memory or a message. */
    kexec_cmdline_check (cmdline, 0, entry->kernel, entry->findings);
    return;
  }
  g_free (entry->cmdline);
  entry->cmdline = g_steal_pointer (&cmdline);
}

/* Adds to an entry what is in the addons that apply to this profile. */
static void
set_addons (const Image *self, KexecEntry *entry, const KexecUkiProfile *profile)
{
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();
  g_autoptr (GPtrArray) addons = g_ptr_array_new ();

  for (guint i = 0; i < self->addons->len; i++) {
    const Addon *addon = self->addons->pdata[i];

    if (!kexec_uki_addon_applies (addon->addon, self->uki->architecture, profile->release,
                                  addon->path, entry->findings))
      continue;
    g_strv_builder_add (paths, addon->path);
    g_ptr_array_add (addons, addon->addon);
  }
  g_strfreev (entry->addons);
  entry->addons = g_strv_builder_end (paths);
  set_cmdline (entry, profile, addons);
}

/* Returns: (transfer full): the release that the image says it has, or that its kernel does; ""
   if neither says. */
static char *
read_version (const KexecUkiProfile *profile)
{
  g_autoptr (GBytes) head = NULL;
  char *release = NULL;

  if (profile->release != NULL)
    return g_strdup (profile->release);
  head = kexec_input_load (&profile->kernel, 0,
                           (gsize) MIN (profile->kernel.size, KEXEC_KERNEL_HEAD_SIZE));
  if (head != NULL)
    release = kexec_kernel_read_release (head);
  return release != NULL ? release : g_strdup ("");
}

static void
set_profile (const Image *self, KexecEntry *entry, const KexecUkiProfile *profile)
{
  g_free (entry->version);
  entry->version = read_version (profile);
  g_free (entry->profile_title);
  entry->profile_title = g_strdup (profile->title);
  g_free (entry->os_name);
  entry->os_name = g_strdup (profile->os_name != NULL ? profile->os_name : "");
  entry->is_uki = TRUE;
  entry->has_initrd = profile->initrds->len > 0;
  set_addons (self, entry, profile);
}

/* A profile is found by its id as well as by its number. */
static void
set_aliases (const Image *self, KexecEntry *entry, const KexecUkiProfile *profile, guint number)
{
  g_strfreev (entry->aliases);
  entry->aliases = g_new0 (char *, 3);
  entry->aliases[0] = g_strdup_printf ("%s@%u", self->entry->id, number);
  if (*profile->id != '\0')
    entry->aliases[1] = g_strdup_printf ("%s@%s", self->entry->id, profile->id);
}

/* Returns: (transfer full): an entry for another profile of the image. */
static KexecEntry *
make_entry (const Image *self, const KexecUkiProfile *profile, guint number)
{
  KexecEntry *entry = kexec_entry_new ();

  g_free (entry->profile);
  entry->profile = *profile->id != '\0' ? g_strdup (profile->id) : g_strdup_printf ("%u", number);
  g_free (entry->id);
  entry->id = g_strdup_printf ("%s@%s", self->entry->id, entry->profile);
  g_free (entry->kernel);
  entry->kernel = g_strdup (self->entry->kernel);
  g_free (entry->boot_path);
  entry->boot_path = g_strdup (self->entry->boot_path);
  g_free (entry->source);
  entry->source = g_strdup (self->entry->source);
  entry->kind = self->entry->kind;
  kexec_findings_append (entry->findings, self->entry->findings);
  set_profile (self, entry, profile);
  set_aliases (self, entry, profile, number);
  return entry;
}

/* Adds entries for all profiles but the first, and makes the image's own entry that of the first.
 */
static void
add_profiles (Image *self, GPtrArray *others)
{
  find_addons (self);
  kexec_findings_append (self->entry->findings, self->findings);
  for (guint i = 1; i < self->uki->profiles->len; i++) {
    g_autoptr (KexecEntry) entry = make_entry (self, self->uki->profiles->pdata[i], i);

    /* A file's name can be so long that there is none left for its profiles. */
    if (kexec_entry_is_id (entry->id))
      g_ptr_array_add (others, g_steal_pointer (&entry));
  }
  set_profile (self, self->entry, self->uki->profiles->pdata[0]);
  set_aliases (self, self->entry, self->uki->profiles->pdata[0], 0);
}

GPtrArray *
kexec_uki_entries_read (KexecEntry *entry, int dirfd, int fd)
{
  g_autoptr (GPtrArray) others =
    g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_entry_unref);
  g_autoptr (GPtrArray) addons = g_ptr_array_new_with_free_func ((GDestroyNotify) addon_free);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecFindings) problems = kexec_findings_new ();
  g_autoptr (KexecUki) uki = NULL;
  Image self = { .dirfd = dirfd, .entry = entry, .addons = addons, .findings = findings };
  KexecInput input;
  struct stat st;

  if (fstat (fd, &st) < 0)
    return NULL;
  input = kexec_input_from_fd (fd, (guint64) st.st_size);
  if (!kexec_uki_recognize (&input))
    return NULL;
  entry->is_uki = TRUE;
  uki = kexec_uki_read (&input, entry->kernel, problems);
  self.uki = uki;
  if (uki != NULL) {
    add_profiles (&self, others);
  } else {
    /* The system's command line is not its own, so that nothing need be said about that one. */
    entry->cmdline_origin = KEXEC_CMDLINE_OWN;
    kexec_findings_append (entry->findings, problems);
  }
  return g_steal_pointer (&others);
}
