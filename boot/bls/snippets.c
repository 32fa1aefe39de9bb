/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes entries of snippets: type #1. */
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot/beneath.h"
#include "boot/bls/architecture.h"
#include "boot/bls/listing.h"
#include "boot/bls/snippet.h"
#include "boot/fd.h"
#include "boot/kernel-name.h"
#include "boot/uki.h"
#include "image/cmdline.h"
#include "image/printable.h"

#define DIRECTORY "loader/entries"
#define SUFFIX    ".conf"

/* One snippet on its way to an entry. */
typedef struct {
  KexecBlsListing *listing;
  KexecPlace *place; /* where it lies */
  const char *path;
  const KexecBlsSnippet *snippet;
  KexecBlsItem *item;
  KexecEntry *entry; /* the item's */
} Making;

/* Reads all of a small file, or a byte more than is taken. Returns: how much that is. */
static gsize
read_file (int fd, char text[KEXEC_BLS_SNIPPET_MAX + 1])
{
  gsize length = 0;

  while (length <= KEXEC_BLS_SNIPPET_MAX) {
    ssize_t n = TEMP_FAILURE_RETRY (read (fd, text + length, KEXEC_BLS_SNIPPET_MAX + 1 - length));

    if (n <= 0)
      break;
    length += (gsize) n;
  }
  return length;
}

/* Returns: the path of the kernel or program, as written; "" if there is none. */
static const char *
kernel_path (const KexecBlsSnippet *snippet)
{
  if (*snippet->linux_path != '\0')
    return snippet->linux_path;
  return *snippet->uki != '\0' ? snippet->uki : snippet->efi;
}

/* Adds a finding about a path that cannot be one. */
static void
add_impossible (const Making *self, const char *path)
{
  kexec_findings_add (self->entry->findings, KEXEC_FINDING_ENTRY_INVALID, self->path, NULL,
                      "%s names the file \"%.256s\", which leads out of its file system or is no "
                      "path; write one that begins at the top of it",
                      self->path, path);
}

/* Adds a finding about a file that the snippet names and that cannot be opened. */
static void
add_unusable (const Making *self, const KexecBlsFile *file)
{
  if (!g_error_matches (file->error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)) {
    kexec_entry_add_unreadable (self->entry->findings, file->path, file->error);
    return;
  }
  kexec_findings_add (self->entry->findings, KEXEC_FINDING_ENTRY_UNREADABLE, file->path, NULL,
                      "%s names %s, which is not there; install its kernel again, or remove the "
                      "entry",
                      self->path, file->path);
}

/* Words that GRUB's blscfg replaces, and systemd-boot does not. */
static gboolean
is_variable (const char *word)
{
  return word[0] == '$' && (g_ascii_isalpha (word[1]) || word[1] == '_' || word[1] == '{');
}

static void
add_variable (const Making *self, const char *word)
{
  kexec_findings_add (self->entry->findings, KEXEC_FINDING_ENTRY_MALFORMED, self->path, NULL,
                      "%s has \"%.64s\", which GRUB alone would replace by its value; if it is not "
                      "GRUB that reads it, write the value",
                      self->path, word);
}

static void
set_cmdline (const Making *self)
{
  g_autofree char *joined = g_strjoinv (" ", self->snippet->options);
  g_auto (GStrv) words = g_strsplit_set (joined, " \t", -1);

  for (guint i = 0; words[i] != NULL; i++)
    if (is_variable (words[i])) {
      add_variable (self, words[i]);
      break;
    }
  self->entry->cmdline_origin = KEXEC_CMDLINE_OWN;
  /* Never kept: a listing of many such entries would not fit into memory or a message. */
  if (strlen (joined) > KEXEC_CMDLINE_MAX)
    kexec_cmdline_check (joined, 0, joined, self->path, self->entry->findings);
  else
    kexec_entry_set (&self->entry->cmdline, joined);
}

static void
add_initrd (const Making *self, GStrvBuilder *paths, const char *path)
{
  const KexecBlsFile *file = kexec_bls_files_find (self->listing->files, self->place, path, FALSE);

  if (file->path == NULL) {
    add_impossible (self, path);
    return;
  }
  if (file->error != NULL)
    add_unusable (self, file);
  g_strv_builder_add (paths, file->path);
}

static void
set_initrds (const Making *self)
{
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();

  for (guint i = 0; self->snippet->initrds[i] != NULL; i++) {
    g_autofree char *path = g_strdup (self->snippet->initrds[i]);
    char *variable = strchr (path, '$');

    /* "/initrd.img $tuned_initrd" */
    if (variable != NULL && is_variable (variable)) {
      add_variable (self, variable);
      *variable = '\0';
      g_strchomp (path);
    }
    if (*path != '\0')
      add_initrd (self, paths, path);
  }
  g_strfreev (self->entry->initrds);
  self->entry->initrds = g_strv_builder_end (paths);
}

/* Returns: (transfer full) (nullable): the entry of the profile that is asked for, which may be
   @first. */
static KexecEntry *
choose_profile (const Making *self, KexecEntry *first, const GPtrArray *others)
{
  g_autofree char *alias = g_strdup_printf ("%s@%s", first->id, self->snippet->profile);

  if (*self->snippet->profile == '\0' ||
      g_strv_contains ((const char *const *) first->aliases, alias))
    return kexec_entry_ref (first);
  for (guint i = 0; i < others->len; i++) {
    KexecEntry *other = others->pdata[i];

    if (g_strv_contains ((const char *const *) other->aliases, alias))
      return kexec_entry_ref (other);
  }
  return NULL;
}

/* Makes the entry one of the image's. */
static void
read_image (Making *self, const KexecBlsFile *file)
{
  int place_fd = kexec_scan_open_place (self->listing->scan, self->entry->place);
  kexec_autofd fd = kexec_scan_open (self->listing->scan, file->path, O_RDONLY, NULL);
  g_autofree char *options = g_strdup (self->entry->cmdline);
  g_autoptr (GPtrArray) others = NULL;
  KexecEntry *chosen;

  if (place_fd < 0 || fd < 0)
    return;
  if (self->listing->is_secure_boot)
    kexec_entry_set (&self->entry->cmdline, "");
  self->entry->cmdline_origin = KEXEC_CMDLINE_NONE;
  others = kexec_uki_entries_read (self->entry, place_fd, fd);
  if (others == NULL)
    return;
  chosen = choose_profile (self, self->entry, others);
  if (chosen == NULL) {
    kexec_findings_add (self->entry->findings, KEXEC_FINDING_UKI_NO_SUCH_PROFILE, self->path, NULL,
                        "%s asks for profile %s of %s, which has none of that number; mend it",
                        self->path, self->snippet->profile, file->path);
    return;
  }
  kexec_entry_set (&chosen->id, self->entry->id);
  kexec_entry_unref (self->entry);
  self->item->entry = self->entry = chosen;
  if (chosen->cmdline_origin == KEXEC_CMDLINE_NONE && *options != '\0') {
    g_autofree char *cmdline = kexec_cmdline_append (options, chosen->cmdline);

    kexec_entry_set (&chosen->cmdline, cmdline);
    chosen->cmdline_origin = KEXEC_CMDLINE_OWN;
  }
}

static void
set_kernel (Making *self)
{
  const char *path = kernel_path (self->snippet);
  const KexecBlsFile *file;

  if (*path == '\0')
    return;
  file = kexec_bls_files_find (self->listing->files, self->place, path, TRUE);
  if (file->path == NULL) {
    add_impossible (self, path);
    self->item->is_hidden = TRUE;
    return;
  }
  kexec_entry_set (&self->entry->kernel, file->path);
  self->entry->place = kexec_place_ref (file->place);
  if (file->error != NULL) {
    add_unusable (self, file);
    self->item->is_hidden = g_error_matches (file->error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
    return;
  }
  kexec_entry_set (&self->entry->version,
                   *file->release != '\0' ? file->release : self->entry->version);
  if (file->is_uki)
    read_image (self, file);
  self->item->is_foreign = path == self->snippet->efi && !file->is_kernel;
}

static void
set_kind (const Making *self)
{
  g_autofree char *file = g_path_get_basename (self->entry->kernel);
  g_autoptr (KexecKernelName) name = kexec_kernel_name_parse (file);

  if (name != NULL)
    self->entry->kind = name->kind;
  if (strstr (self->entry->id, "0-rescue") != NULL ||
      g_str_has_prefix (self->snippet->version, "0-rescue"))
    self->entry->kind = KEXEC_ENTRY_RESCUE;
  if (*self->entry->version == '\0' && name != NULL)
    kexec_entry_set (&self->entry->version, kexec_kernel_name_version (name));
}

static void
check_architecture (const Making *self)
{
  const char *machine = self->listing->architecture;
  const char *wanted = self->snippet->architecture;

  if (machine == NULL || *wanted == '\0' || kexec_bls_architecture_is (machine, wanted))
    return;
  self->item->is_hidden = TRUE;
  kexec_findings_add (self->entry->findings, KEXEC_FINDING_ENTRY_OTHER_ARCHITECTURE, self->path,
                      NULL,
                      "%s is for machines of the kind %.32s, and this is %s; choose another "
                      "entry",
                      self->path, wanted, machine);
}

static void
check_devicetree (const Making *self)
{
  if (*self->snippet->devicetree != '\0' || self->snippet->devicetree_overlays[0] != NULL)
    kexec_findings_add (self->entry->findings, KEXEC_FINDING_DEVICETREE_IGNORED, self->path, NULL,
                        "%s names a devicetree, which a kexec does not apply: the running one "
                        "stays; reboot through the boot loader if it has changed",
                        self->path);
}

/* Whether newer boot loaders pass over it: it does not say one thing to boot, but several. */
static gboolean
is_ambiguous (const KexecBlsSnippet *snippet)
{
  return (*snippet->linux_path != '\0') + (*snippet->uki != '\0') + (*snippet->efi != '\0') > 1;
}

/* Fills the entry in. */
static void
set_entry (Making *self)
{
  const KexecBlsSnippet *snippet = self->snippet;
  g_autofree char *stem =
    g_strndup (self->entry->id, MAX (strlen (self->entry->id), strlen (SUFFIX)) - strlen (SUFFIX));
  g_autofree char *title = kexec_printable (*snippet->title != '\0' ? snippet->title : snippet->id);
  g_autofree char *version = kexec_printable (snippet->version);

  kexec_findings_append (self->entry->findings, snippet->findings);
  kexec_bls_note_tries (self->entry, snippet->tries_left, snippet->tries_done);
  kexec_entry_set (&self->entry->version, version);
  self->item->is_hidden |=
    is_ambiguous (snippet) || kexec_findings_blocker (snippet->findings) != NULL;
  set_cmdline (self);
  set_kernel (self);
  set_initrds (self);
  kexec_entry_set (&self->entry->title, title);
  kexec_bls_add_alias (self->entry, stem);
  set_kind (self);
  check_architecture (self);
  check_devicetree (self);
  self->item->tries_left = snippet->tries_left;
  self->item->tries_done = snippet->tries_done;
  kexec_entry_set (&self->item->sort_key, snippet->sort_key);
  kexec_entry_set (&self->item->machine_id, snippet->machine_id);
  kexec_entry_set (&self->item->version, snippet->version);
}

/* Returns: (transfer full): an item with an entry that has no more than an id and a title. */
static KexecBlsItem *
make_item (const char *path, const char *file, const char *name)
{
  g_autoptr (KexecEntry) entry = kexec_entry_new ();
  KexecBlsItem *item;

  g_free (entry->id);
  entry->id = kexec_entry_make_id (name);
  g_free (entry->title);
  entry->title = kexec_printable (name);
  kexec_entry_set (&entry->source, "bls");
  g_strfreev (entry->named_by);
  entry->named_by = g_new0 (char *, 2);
  entry->named_by[0] = g_strdup (path);
  item = kexec_bls_item_new (entry, name);
  /* A name that the boot loader keeps for what it finds by itself. */
  item->is_hidden = g_ascii_strncasecmp (file, "auto-", strlen ("auto-")) == 0;
  return item;
}

/* A file that cannot be read is an entry that says so. */
static void
add_unreadable (KexecBlsListing *self, const char *path, const char *file, const GError *error)
{
  int left;
  int done;
  g_autofree char *name = kexec_bls_id_parse (file, &left, &done);
  KexecBlsItem *item = make_item (path, file, name);

  item->is_hidden = TRUE;
  kexec_entry_add_unreadable (item->entry->findings, path, error);
  kexec_bls_listing_add (self, item);
}

static void
visit (KexecBlsListing *listing, KexecPlace *place, int place_fd, const char *directory,
       const char *file)
{
  g_autofree char *path = g_build_filename (directory, file, NULL);
  g_autoptr (KexecBlsSnippet) snippet = NULL;
  g_autoptr (GError) error = NULL;
  char text[KEXEC_BLS_SNIPPET_MAX + 1]; /* not of the heap: it would grow and shrink each time */
  kexec_autofd fd =
    kexec_beneath_open_regular (place_fd, kexec_place_relative (place, path), &error);
  Making self = { .listing = listing, .place = place, .path = path };
  gsize length;

  if (fd < 0) {
    add_unreadable (listing, path, file, error);
    return;
  }
  if (listing->n_bytes > KEXEC_BLS_BYTES_MAX) {
    listing->is_full = TRUE;
    return;
  }
  length = read_file (fd, text);
  listing->n_bytes += length;
  self.snippet = snippet = kexec_bls_snippet_parse (file, text, length, path);
  self.item = make_item (path, file, snippet->id);
  self.entry = self.item->entry;
  set_entry (&self);
  kexec_bls_listing_add (listing, self.item);
}

void
kexec_bls_list_snippets (KexecBlsListing *self, KexecPlace *place, int place_fd)
{
  kexec_bls_list_directory (self, place, place_fd, DIRECTORY, SUFFIX, visit);
}
