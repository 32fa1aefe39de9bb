/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes entries of unified kernel images: type #2. */
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>

#include "boot/beneath.h"
#include "boot/bls/listing.h"
#include "boot/bls/snippet.h"
#include "boot/fd.h"
#include "boot/kernel-name.h"
#include "boot/uki.h"

#define DIRECTORY "EFI/Linux"
#define SUFFIX    ".efi"

/* One image. */
typedef struct {
  KexecBlsListing *listing;
  const char *file;
  char *name; /* @file less the boot counter */
  char *stem; /* … and the suffix */
  int tries_left;
  int tries_done;
} Image;

/* As systemd-boot puts it together (systemd: src/boot/boot.c, boot_entry_add_type2()). */
static void
set_title (const Image *self, KexecEntry *entry, guint number)
{
  const char *os = *entry->os_name != '\0' ? entry->os_name : entry->os_sort_key;
  g_autofree char *profile = NULL;

  if (*entry->profile_title != '\0')
    profile = g_strdup (entry->profile_title);
  else if (number > 0 && !g_ascii_isdigit (*entry->profile))
    profile = g_strdup (entry->profile);
  else if (number > 0)
    profile = g_strdup_printf ("Profile #%u", number + 1);
  g_free (entry->title);
  entry->title = profile != NULL
                   ? g_strdup_printf ("%s (%s)", *os != '\0' ? os : self->name, profile)
                   : g_strdup (*os != '\0' ? os : self->name);
}

static void
check_architecture (const Image *self, KexecBlsItem *item)
{
  const char *machine = self->listing->architecture;
  const char *image = item->entry->architecture;

  /* 32-bit firmware on a 64-bit machine starts a 32-bit boot stub, with a 64-bit kernel in it. */
  if (machine == NULL || *image == '\0' || g_str_equal (image, machine) ||
      (g_str_equal (machine, "x86_64") && g_str_equal (image, "i686")))
    return;
  item->is_hidden = TRUE;
  kexec_findings_add (item->entry->findings, KEXEC_FINDING_ENTRY_OTHER_ARCHITECTURE,
                      item->entry->kernel, NULL,
                      "%s is for machines of the kind %s, and this is %s; choose another entry",
                      item->entry->kernel, image, machine);
}

/* Whether the image says what it is: else the boot loader does not list it. */
static void
check_name (KexecBlsItem *item)
{
  KexecEntry *entry = item->entry;

  if (*entry->os_name != '\0' || *entry->os_sort_key != '\0' ||
      kexec_findings_blocker (entry->findings) != NULL)
    return;
  item->is_hidden = TRUE;
  kexec_findings_add (entry->findings, KEXEC_FINDING_ENTRY_MALFORMED, entry->kernel, NULL,
                      "%s does not say which system it boots, in a section .osrel, so that boot "
                      "loaders pass over it; build it again with one",
                      entry->kernel);
}

/* @number: the profile's, counted from 0 */
static void
add_item (const Image *self, KexecEntry *entry, guint number)
{
  KexecBlsItem *item = kexec_bls_item_new (entry, self->name);

  item->is_hidden = g_ascii_strncasecmp (self->file, "auto-", strlen ("auto-")) == 0 ||
                    kexec_findings_blocker (entry->findings) != NULL;
  item->tries_left = self->tries_left;
  item->tries_done = self->tries_done;
  item->number = number;
  if (number > 0) {
    g_autofree char *id = g_strdup_printf ("@%s", entry->profile);
    g_autofree char *alias = g_strconcat (self->stem, id, NULL);

    g_free (item->profile);
    item->profile = g_ascii_strdown (id, -1);
    kexec_bls_add_alias (entry, alias);
  } else {
    kexec_bls_add_alias (entry, self->stem);
  }
  kexec_entry_set (&item->sort_key, entry->os_sort_key);
  kexec_entry_set (&item->version, entry->os_version);
  set_title (self, entry, number);
  check_architecture (self, item);
  check_name (item);
  kexec_bls_listing_add (self->listing, item);
}

/* Returns: (transfer full): the entry of the file. */
static KexecEntry *
make_entry (const Image *self, KexecPlace *place, const char *path)
{
  g_autoptr (KexecKernelName) kernel_name = kexec_kernel_name_parse (self->name);
  KexecEntry *entry = kexec_entry_new ();

  g_free (entry->id);
  entry->id = kexec_entry_make_id (self->name);
  kexec_entry_set (&entry->kernel, path);
  kexec_entry_set (&entry->source, "uki");
  entry->place = kexec_place_ref (place);
  if (kernel_name != NULL)
    entry->kind = kernel_name->kind;
  kexec_bls_note_tries (entry, self->tries_left, self->tries_done);
  return entry;
}

/* Returns: (transfer full) (nullable): the entries of profiles but the first. */
static GPtrArray *
read_image (KexecEntry *entry, int place_fd, const char *relative)
{
  g_autoptr (GError) error = NULL;
  kexec_autofd fd = kexec_beneath_open_regular (place_fd, relative, &error);
  GPtrArray *others;

  if (fd < 0) {
    kexec_entry_add_unreadable (entry->findings, entry->kernel, error);
    return NULL;
  }
  others = kexec_uki_entries_read (entry, place_fd, fd);
  if (others == NULL)
    kexec_findings_add (entry->findings, KEXEC_FINDING_ENTRY_INVALID, entry->kernel, NULL,
                        "%s is no unified kernel image, so that boot loaders pass over it; remove "
                        "it, or build it again",
                        entry->kernel);
  return others;
}

static void
visit (KexecBlsListing *listing, KexecPlace *place, int place_fd, const char *directory,
       const char *file)
{
  g_autofree char *path = g_build_filename (directory, file, NULL);
  g_autoptr (KexecEntry) entry = NULL;
  g_autoptr (GPtrArray) others = NULL;
  Image self = { .listing = listing, .file = file };

  self.name = kexec_bls_id_parse (file, &self.tries_left, &self.tries_done);
  self.stem = g_strndup (self.name, strlen (self.name) - strlen (SUFFIX));
  entry = make_entry (&self, place, path);
  others = read_image (entry, place_fd, kexec_place_relative (place, path));
  add_item (&self, entry, 0);
  for (guint i = 0; others != NULL && i < others->len; i++)
    add_item (&self, others->pdata[i], i + 1);
  g_free (self.name);
  g_free (self.stem);
}

void
kexec_bls_list_images (KexecBlsListing *self, KexecPlace *place, int place_fd)
{
  kexec_bls_list_directory (self, place, place_fd, DIRECTORY, SUFFIX, visit);
}
