/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the files of GRUB's entries below the root, and names the entries. */
#include "boot/grub/convert.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>

#include "boot/fd.h"
#include "boot/grub/device.h"
#include "boot/kernel-name.h"
#include "boot/kernel-release.h"
#include "image/cmdline.h"
#include "image/printable.h"

/* The longest title, in characters. */
#define TITLE_MAX 255
/* … and of a path that leads nowhere. */
#define PATH_SHOWN_MAX 255

/* A menu that is converted. */
typedef struct {
  const KexecGrubScan *host;
  const char *path; /* of the configuration file */
  KexecMenu *menu;
  GHashTable *snippets;  /* paths of files that are an entry each */
  GHashTable *ids;       /* that are taken */
  GHashTable *names;     /* ids as GRUB has them, each with its menu */
  GHashTable *releases;  /* of kernels that have an entry */
  GHashTable *converted; /* (element-type KexecGrubEntry KexecEntry) */
} Conversion;

/* Returns: (transfer full): text of a script, as it can be shown */
static char *
make_shown (const char *text)
{
  g_autofree char *cut = g_strndup (text, PATH_SHOWN_MAX);

  return kexec_printable (cut);
}

/* @where: in the file system that is in an image. @image: its path, "" if it is not known */
static void
add_in_image (KexecEntry *entry, const char *where, const char *image)
{
  g_autofree char *shown = *image != '\0' ? make_shown (image) : g_strdup ("that the menu names");

  kexec_findings_add (entry->findings, KEXEC_FINDING_ENTRY_UNREADABLE, where, NULL,
                      "GRUB reads %s from the disk image %s, which kexecd does not open; boot this "
                      "entry from GRUB's menu",
                      where, shown);
}

static void
add_not_found (const Conversion *self, KexecEntry *entry, const char *device, const char *where)
{
  g_autofree char *image = kexec_grub_device_parse (device, "image");

  if (image != NULL)
    add_in_image (entry, where, image);
  else if (self->host->confined != NULL)
    kexec_findings_add (entry->findings, KEXEC_FINDING_ENTRY_UNREADABLE, where, NULL,
                        "%s is not looked for outside of %s, because others than root can change "
                        "GRUB's menu there; see that root alone can",
                        where, self->host->confined->path);
  else
    kexec_findings_add (entry->findings, KEXEC_FINDING_ENTRY_UNREADABLE, where, NULL,
                        "%s is on a file system that is not here, or is no path that can be "
                        "followed; mount what it is on, or make GRUB's menu anew",
                        where);
}

/* Says, once for each device, that what is at @where may be another file than GRUB's. */
static void
check_device (const Conversion *self, KexecEntry *entry, const char *device, const char *where,
              const KexecPlace *place)
{
  KexecGrubDeviceKind kind = kexec_grub_device_judge (self->host->scan, device, place);
  g_autofree char *name = make_shown (device);
  g_autofree char *shown =
    *name != '\0' ? g_strdup_printf ("(%s)", name) : g_strdup ("a device that it looks for itself");

  if (kind == KEXEC_GRUB_DEVICE_UNKNOWN) {
    entry->is_uncertain = TRUE;
    if (!kexec_findings_has (entry->findings, KEXEC_FINDING_DEVICE_UNKNOWN, shown))
      kexec_findings_add (entry->findings, KEXEC_FINDING_DEVICE_UNKNOWN, shown, NULL,
                          "GRUB reads %s from %s, and only GRUB can tell what that is, so that the "
                          "file here may be another; boot this entry from GRUB's menu, or let it "
                          "find its file system with \"search --fs-uuid\"",
                          where, shown);
  } else if (kind == KEXEC_GRUB_DEVICE_ASSUMED &&
             !kexec_findings_has (entry->findings, KEXEC_FINDING_DEVICE_ASSUMED, shown)) {
    kexec_findings_add (
      entry->findings, KEXEC_FINDING_DEVICE_ASSUMED, shown, NULL,
      "GRUB reads %s from %s, which is taken for the disk that this system is on; "
      "if it is another, let the entry find its file system with "
      "\"search --fs-uuid\"",
      where, shown);
  }
}

/*
 * Finds a file below the root, and opens it; a failure is a finding.
 *
 * @where: (out): where it is, or where it should be
 *
 * Returns: a descriptor, or -1
 */
static int
open_file (const Conversion *self, KexecEntry *entry, const KexecGrubFile *file, KexecPlace **place,
           char **where)
{
  g_autoptr (GError) error = NULL;
  int fd;

  *where = kexec_grub_scan_locate (self->host, file->device, file->path, place);
  if (*where == NULL) {
    *where = make_shown (file->path);
    add_not_found (self, entry, file->device, *where);
    return -1;
  }
  check_device (self, entry, file->device, *where, *place);
  fd = kexec_scan_open_regular (self->host->scan, *where, &error);
  if (fd >= 0)
    return fd;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    kexec_findings_add (entry->findings, KEXEC_FINDING_ENTRY_UNREADABLE, *where, NULL,
                        "GRUB's menu names %s, which is not there; make the menu anew, or install "
                        "the kernel again",
                        *where);
  else
    kexec_entry_add_unreadable (entry->findings, *where, error);
  return -1;
}

static void
set_version (KexecEntry *entry, int fd)
{
  g_autofree char *file = g_path_get_basename (entry->kernel);
  g_autoptr (KexecKernelName) name = kexec_kernel_name_parse (file);
  g_autofree char *release = fd >= 0 ? kexec_kernel_release_read (fd) : NULL;

  if (release != NULL)
    kexec_entry_set (&entry->version, release);
  if (*entry->version == '\0' && name != NULL)
    kexec_entry_set (&entry->version, kexec_kernel_name_version (name));
  if ((name != NULL && name->kind == KEXEC_ENTRY_RESCUE) ||
      kexec_cmdline_has (entry->cmdline, "single") ||
      kexec_cmdline_has (entry->cmdline, "recovery"))
    entry->kind = KEXEC_ENTRY_RESCUE;
}

static void
set_kernel (const Conversion *self, KexecEntry *entry, const KexecGrubFile *file)
{
  KexecPlace *place = NULL;
  kexec_autofd fd = -1;

  g_free (entry->kernel);
  fd = open_file (self, entry, file, &place, &entry->kernel);
  if (place != NULL)
    entry->place = kexec_place_ref (place);
  set_version (entry, fd);
}

static void
set_initrds (const Conversion *self, KexecEntry *entry, const GPtrArray *files)
{
  g_autoptr (GStrvBuilder) initrds = g_strv_builder_new ();

  for (guint i = 0; i < files->len; i++) {
    g_autofree char *path = NULL;
    KexecPlace *place = NULL;
    kexec_autofd fd = open_file (self, entry, files->pdata[i], &place, &path);

    (void) fd; /* opened only to see that it can be */
    g_strv_builder_add (initrds, path);
  }
  g_strfreev (entry->initrds);
  entry->initrds = g_strv_builder_end (initrds);
}

/* A kernel takes bytes; what is no text cannot be shown, nor asked for. */
static void
set_cmdline (const Conversion *self, KexecEntry *entry, const char *cmdline)
{
  g_autofree char *valid = g_utf8_make_valid (cmdline, -1);

  entry->cmdline_origin = KEXEC_CMDLINE_OWN;
  /* Never kept: a listing of many such entries would not fit into memory or a message. */
  if (strlen (valid) > KEXEC_CMDLINE_MAX) {
    kexec_cmdline_check (valid, 0, valid, self->path, entry->findings);
    return;
  }
  kexec_entry_set (&entry->cmdline, valid);
  if (strcmp (valid, cmdline) != 0)
    kexec_findings_add (entry->findings, KEXEC_FINDING_ENTRY_INVALID, NULL, NULL,
                        "The command line of this entry is no UTF-8 text; write it anew in GRUB's "
                        "configuration");
}

/* What other entries were made of does not name this one. */
static void
set_named_by (const Conversion *self, KexecEntry *entry, const KexecGrubEntry *grub)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; i < self->host->files->len; i++)
    if (!g_hash_table_contains (self->snippets, self->host->files->pdata[i]))
      g_strv_builder_add (names, self->host->files->pdata[i]);
  if (grub->snippet != NULL)
    g_strv_builder_add (names, grub->snippet);
  if (self->host->suspect != NULL)
    g_strv_builder_add (names, self->host->suspect);
  g_strfreev (entry->named_by);
  entry->named_by = g_strv_builder_end (names);
}

/* Returns: (transfer full): @name as an id that no other entry has; "+" are put after one that is
   taken. */
static char *
take_id (Conversion *self, const char *name)
{
  g_autofree char *id = kexec_entry_make_id (name);
  GString *unique = g_string_new (id);

  while (g_hash_table_contains (self->ids, unique->str)) {
    g_string_append_c (unique, '+');
    if (!kexec_entry_is_id (unique->str)) {
      g_string_truncate (unique, unique->len / 2);
      g_string_append_printf (unique, "+%u", g_hash_table_size (self->ids));
    }
  }
  g_hash_table_add (self->ids, g_strdup (unique->str));
  return g_string_free (unique, FALSE);
}

/* @parents: the submenus above it. Returns: (transfer full): the path of ids, or of titles */
static char *
make_path (const GPtrArray *parents, const KexecGrubEntry *last, gboolean is_of_ids)
{
  g_autoptr (GString) path = g_string_new (NULL);

  for (guint i = 0; i < parents->len; i++) {
    const KexecGrubEntry *parent = parents->pdata[i];

    g_string_append_printf (path, "%s:", is_of_ids ? parent->id : parent->title);
  }
  g_string_append (path, is_of_ids ? last->id : last->title);
  return kexec_entry_make_id (path->str);
}

/* Returns: (transfer full): @title as it can be shown, cut where it is too long. */
static char *
make_title (const char *title)
{
  g_autofree char *shown = kexec_printable (title);

  return g_utf8_strlen (shown, -1) > TITLE_MAX ? g_utf8_substring (shown, 0, TITLE_MAX)
                                               : g_steal_pointer (&shown);
}

/* The release is that of the first entry with its kernel which is an ordinary one. */
static void
set_names (Conversion *self, KexecEntry *entry, const KexecGrubEntry *grub,
           const GPtrArray *parents)
{
  g_autoptr (GStrvBuilder) aliases = g_strv_builder_new ();
  g_autofree char *ids = make_path (parents, grub, TRUE);
  g_autofree char *titles = make_path (parents, grub, FALSE);

  g_free (entry->id);
  entry->id = take_id (self, grub->id);
  g_free (entry->title);
  entry->title = make_title (grub->title);
  if (strcmp (ids, entry->id) != 0)
    g_strv_builder_add (aliases, ids);
  if (strcmp (titles, ids) != 0)
    g_strv_builder_add (aliases, titles);
  if (entry->kind == KEXEC_ENTRY_NORMAL && kexec_entry_is_id (entry->version) &&
      strcmp (entry->version, entry->id) != 0 &&
      g_hash_table_add (self->releases, g_strdup (entry->version)))
    g_strv_builder_add (aliases, entry->version);
  g_strfreev (entry->aliases);
  entry->aliases = g_strv_builder_end (aliases);
}

/* GRUB takes an id for the first entry of a menu that has it; in another submenu it is another. */
static void
check_id (Conversion *self, KexecEntry *entry, const KexecGrubEntry *grub, const GPtrArray *parents)
{
  gconstpointer menu = parents->len > 0 ? parents->pdata[parents->len - 1] : NULL;
  g_autofree char *id = NULL;

  if (g_hash_table_add (self->names, g_strdup_printf ("%p %s", menu, grub->id)))
    return;
  id = kexec_entry_make_id (grub->id);
  kexec_findings_add (entry->findings, KEXEC_FINDING_ENTRY_MALFORMED, id, NULL,
                      "There is more than one entry with the id %s in GRUB's menu, and this one is "
                      "called %s here; remove one of them, or give it an id of its own",
                      id, entry->id);
}

static void
add_findings (KexecEntry *entry, const KexecGrubEntry *grub)
{
  kexec_findings_append (entry->findings, grub->findings);
  if (grub->is_locked)
    kexec_findings_add (entry->findings, KEXEC_FINDING_ENTRY_LOCKED, NULL, NULL,
                        "GRUB asks for a password before it boots this entry, so that an "
                        "administrator has to agree to it here; choose another one, or ask one");
  if (grub->target->devicetree != NULL)
    kexec_findings_add (
      entry->findings, KEXEC_FINDING_DEVICETREE_IGNORED, grub->target->devicetree, NULL,
      "GRUB gives the device tree %s to this kernel, which a kexec does not; boot "
      "it through GRUB if it needs that",
      grub->target->devicetree);
}

static void
convert_entry (Conversion *self, KexecGrubEntry *grub, const GPtrArray *parents)
{
  KexecEntry *entry = kexec_entry_new ();

  kexec_entry_set (&entry->source, kexec_source_grub.name);
  entry->is_locked = grub->is_locked;
  set_cmdline (self, entry, grub->target->cmdline);
  set_kernel (self, entry, grub->target->kernel);
  set_initrds (self, entry, grub->target->initrds);
  set_names (self, entry, grub, parents);
  check_id (self, entry, grub, parents);
  set_named_by (self, entry, grub);
  add_findings (entry, grub);
  g_ptr_array_add (self->menu->entries, entry);
  g_hash_table_insert (self->converted, grub, entry);
}

/* Entries of submenus come where the submenu is. */
static void
convert_menu (Conversion *self, const KexecGrubMenu *menu, GPtrArray *parents)
{
  for (guint i = 0; i < menu->entries->len; i++) {
    KexecGrubEntry *grub = menu->entries->pdata[i];

    if (grub->target->boots == KEXEC_GRUB_BOOTS_LINUX)
      convert_entry (self, grub, parents);
    if (grub->children == NULL)
      continue;
    g_ptr_array_add (parents, grub);
    convert_menu (self, grub->children, parents);
    g_ptr_array_set_size (parents, (int) parents->len - 1);
  }
}

static void
collect_snippets (GHashTable *snippets, const KexecGrubMenu *menu)
{
  for (guint i = 0; i < menu->entries->len; i++) {
    const KexecGrubEntry *entry = menu->entries->pdata[i];

    if (entry->snippet != NULL)
      g_hash_table_add (snippets, entry->snippet);
    if (entry->children != NULL)
      collect_snippets (snippets, entry->children);
  }
}

/* Returns: (nullable): the variable of the environment block that chose the default */
static const char *
find_chooser (const KexecGrubOutcome *outcome)
{
  static const char *const names[] = { "next_entry", "saved_entry" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    const char *value = g_hash_table_lookup (outcome->environment, names[i]);

    if (value != NULL && *value != '\0' && g_strcmp0 (value, outcome->menu->default_value) == 0)
      return names[i];
  }
  return NULL;
}

/* Returns: (transfer full): the end of a sentence */
static char *
explain (const KexecGrubOutcome *outcome, const KexecGrubChoice *choice, const char *path)
{
  const char *chooser = find_chooser (outcome);
  const char *value = outcome->menu->default_value;
  g_autofree char *shown = make_title (value != NULL ? value : "");

  if (choice->is_lost)
    return g_strdup_printf ("it is the first in %s, where \"%s\", which should be it, is not there",
                            path, shown);
  if (chooser != NULL)
    return g_strdup_printf ("%s in %s names it", chooser, outcome->environment_path);
  if (*shown == '\0' || strcmp (shown, "0") == 0)
    return g_strdup_printf ("it is the first in %s", path);
  return g_strdup_printf ("\"%s\" is the default in %s", shown, path);
}

/* Whether the choice holds for the next boot alone. Older tools kept the usual one elsewhere. */
static gboolean
is_one_shot (const KexecGrubOutcome *outcome)
{
  const char *next = g_hash_table_lookup (outcome->environment, "next_entry");
  const char *usual = g_hash_table_lookup (outcome->environment, "prev_saved_entry");

  return (next != NULL && *next != '\0') || (usual != NULL && *usual != '\0');
}

static void
add_undecided (KexecMenu *menu, const char *path, const char *doubt)
{
  kexec_findings_add (menu->findings, KEXEC_FINDING_MENU_UNDECIDED, path, NULL,
                      "What GRUB boots by itself depends on %s, which only GRUB itself can decide; "
                      "name the entry to boot",
                      doubt);
}

static void
set_default (Conversion *self, const KexecGrubOutcome *outcome, const char *path)
{
  g_autoptr (KexecGrubChoice) choice = kexec_grub_menu_choose (outcome->menu, outcome->names_first);
  const KexecGrubEntry *last =
    choice->path->len > 0 ? choice->path->pdata[choice->path->len - 1] : NULL;
  const char *doubt = last != NULL ? last->target->doubt : choice->doubt;
  KexecMenu *menu = self->menu;

  if (outcome->is_incomplete)
    return;
  if (doubt != NULL)
    add_undecided (menu, path, doubt);
  if (last == NULL || doubt != NULL)
    return;
  menu->default_entry = g_hash_table_lookup (self->converted, last);
  g_free (menu->default_reason);
  menu->default_reason = explain (outcome, choice, path);
  g_free (menu->default_other);
  menu->default_other = menu->default_entry == NULL ? make_title (last->title) : g_strdup ("");
  if (is_one_shot (outcome))
    kexec_findings_add (
      menu->default_entry != NULL ? menu->default_entry->findings : menu->findings,
      KEXEC_FINDING_ONE_SHOT_PENDING, outcome->environment_path, NULL,
      "%s chooses what GRUB boots for the next time alone, which a kexec does not "
      "use up: GRUB boots it once more; run \"grub-editenv - unset next_entry\" "
      "if that is not wanted",
      outcome->environment_path);
}

KexecMenu *
kexec_grub_convert (const KexecGrubScan *host, const KexecGrubOutcome *outcome, const char *path)
{
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) releases = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) converted = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) snippets = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) parents = g_ptr_array_new ();
  Conversion self = {
    .host = host,
    .path = path,
    .menu = kexec_menu_new (),
    .ids = ids,
    .names = names,
    .releases = releases,
    .snippets = snippets,
    .converted = converted,
  };

  kexec_findings_append (self.menu->findings, outcome->findings);
  collect_snippets (snippets, outcome->menu);
  convert_menu (&self, outcome->menu, parents);
  set_default (&self, outcome, path);
  return self.menu;
}
