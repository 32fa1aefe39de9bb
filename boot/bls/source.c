/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The source of boot entries that systemd-boot's menu is: what is in it, its order, its default. */
#include "boot/source.h"

#include <gio/gio.h>
#include <string.h>

#include "boot/bls/architecture.h"
#include "boot/bls/default.h"
#include "boot/bls/listing.h"
#include "boot/machine.h"
#include "image/printable.h"

#define LOADER_CONF          "loader/loader.conf"
#define SECURE_BOOT_VARIABLE "SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

/* Places that the boot loader looks at; GRUB's blscfg reads those in any /boot. */
#define ROLES (KEXEC_PLACE_ESP | KEXEC_PLACE_XBOOTLDR | KEXEC_PLACE_BOOT)

/* Calls @visit for the places, the EFI System Partition first, until it says to stop. */
static void
for_each_place (KexecBlsListing *self,
                gboolean (*visit) (KexecBlsListing *self, KexecPlace *place, gpointer data),
                gpointer data)
{
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < self->scan->places->len; i++) {
      KexecPlace *place = self->scan->places->pdata[i];
      gboolean is_esp = (place->roles & KEXEC_PLACE_ESP) != 0;

      if ((place->roles & ROLES) && is_esp == (pass == 0) && !visit (self, place, data))
        return;
    }
}

static gboolean
list_place (KexecBlsListing *self, KexecPlace *place, G_GNUC_UNUSED gpointer data)
{
  int fd = kexec_scan_open_place (self->scan, place);

  if (fd < 0)
    return TRUE;
  kexec_bls_list_images (self, place, fd);
  kexec_bls_list_snippets (self, place, fd);
  return TRUE;
}

/* What was found of loader.conf. */
typedef struct {
  KexecBlsLoaderConf *conf; /* NULL: none, or … */
  gboolean is_unreadable;
} Conf;

/* @data: a Conf. Returns: %FALSE if there is one. */
static gboolean
read_conf (KexecBlsListing *self, KexecPlace *place, gpointer data)
{
  Conf *found = data;
  g_autofree char *path = kexec_place_path (place, LOADER_CONF);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = kexec_scan_read (self->scan, path, KEXEC_BLS_LOADER_CONF_MAX, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return TRUE;
  found->is_unreadable = text == NULL;
  if (text == NULL)
    kexec_findings_add (self->menu->findings, KEXEC_FINDING_MENU_UNREADABLE, path, NULL,
                        "%s, so that it is not known which entry it makes the default; ask again "
                        "as root, or mend it",
                        error->message);
  else
    found->conf = kexec_bls_loader_conf_parse (path, text, strlen (text));
  return FALSE;
}

/* The default as loader.conf of the first place that has one says it. Whoever can change that file
   can choose another entry. */
static void
set_default (KexecBlsListing *self)
{
  KexecMenu *menu = self->menu;
  Conf found = { 0 };
  g_autoptr (KexecBlsLoaderConf) conf = NULL;

  for_each_place (self, read_conf, &found);
  if (found.is_unreadable)
    return;
  conf = found.conf != NULL ? found.conf : kexec_bls_loader_conf_parse ("", "", 0);
  kexec_bls_set_default (self->scan, self->items, conf, menu);
  if (menu->default_entry != NULL && *conf->path != '\0')
    kexec_entry_add (&menu->default_entry->named_by, conf->path);
}

static gboolean
is_secure_boot (KexecScan *scan)
{
  g_autoptr (GBytes) bytes = kexec_scan_efi_bytes (scan, SECURE_BOOT_VARIABLE);

  return bytes != NULL && g_bytes_get_size (bytes) > 0 &&
         ((const guint8 *) g_bytes_get_data (bytes, NULL))[0] == 1;
}

/* A version is a name of the first entry that has it. */
static void
add_versions (const GPtrArray *entries)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < entries->len; i++) {
    KexecEntry *entry = entries->pdata[i];

    if (g_hash_table_add (seen, entry->version))
      kexec_bls_add_alias (entry, entry->version);
  }
}

static void
finish_menu (KexecBlsListing *self)
{
  KexecMenu *menu = self->menu;

  kexec_bls_sort (self->items);
  kexec_bls_listing_make_ids (self);
  kexec_bls_set_titles (self->items);
  for (guint i = 0; i < self->items->len; i++) {
    const KexecBlsItem *item = self->items->pdata[i];

    if (!item->is_foreign)
      g_ptr_array_add (menu->entries, kexec_entry_ref (item->entry));
  }
  add_versions (menu->entries);
  set_default (self);
  if (self->is_full) {
    g_autofree char *limit = kexec_printable_size (KEXEC_BLS_BYTES_MAX);

    kexec_findings_add (menu->findings, KEXEC_FINDING_DIRECTORY_TOO_LARGE, "loader/entries", NULL,
                        "There are more boot entries than %d, or they are larger than %s in all or "
                        "name more than %d addons, and the rest of them is not listed; keep fewer "
                        "of them",
                        KEXEC_BLS_ITEMS_MAX, limit, KEXEC_BLS_ADDONS_MAX);
  }
}

static KexecMenu *
read_bls (KexecScan *scan)
{
  KexecMenu *menu = kexec_menu_new ();
  g_autoptr (GPtrArray) items =
    g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_bls_item_free);
  g_autoptr (KexecBlsFiles) files = kexec_bls_files_new (scan);
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) directories =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  KexecMachine machine;
  KexecBlsListing self = {
    .scan = scan,
    .menu = menu,
    .items = items,
    .files = files,
    .ids = ids,
    .directories = directories,
    .is_secure_boot = is_secure_boot (scan),
  };

  kexec_machine_read (scan->root_fd, &machine);
  self.architecture = kexec_bls_architecture_of (machine.architecture);
  for_each_place (&self, list_place, NULL);
  finish_menu (&self);
  return menu;
}

const KexecSource kexec_source_bls = {
  .name = "bls",
  .loader = KEXEC_LOADER_SYSTEMD_BOOT,
  .read = read_bls,
};
