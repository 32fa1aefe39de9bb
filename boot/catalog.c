/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Puts the sources' menus together: which of them leads, the order, the default. */
#include "boot/catalog.h"

#include <string.h>

#include "boot/complete.h"
#include "boot/default.h"
#include "boot/firmware.h"
#include "boot/inputs.h"
#include "boot/merge.h"
#include "boot/version.h"

/* Every source, the most important first where nothing says which boot loader is in use. */
static const KexecSource *const sources[] = {
  &kexec_source_grub,
  &kexec_source_bls,
  &kexec_source_config,
  &kexec_source_directory,
};

/* One listing. */
typedef struct {
  KexecScan *scan;
  GPtrArray *menus;         /* (element-type KexecMenu): the most important first */
  const KexecMenu *config;  /* (nullable): of the configuration */
  const KexecMenu *leading; /* (nullable): of the boot loader in use */
  gboolean has_menu;        /* any boot loader's is there, if only to be complained of */
  KexecLoader loader;
  char *loader_reason;
  GPtrArray *entries;      /* (element-type KexecEntry) */
  KexecFindings *findings; /* about the listing as a whole */
} Catalog;

static void
catalog_clear (Catalog *self)
{
  g_clear_pointer (&self->entries, g_ptr_array_unref);
  g_clear_pointer (&self->menus, g_ptr_array_unref);
  g_clear_pointer (&self->findings, g_ptr_array_unref);
  g_clear_pointer (&self->scan, kexec_scan_free);
  g_free (self->loader_reason);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Catalog, catalog_clear)

/* --- menus --- */

static gboolean
is_wanted (const KexecConfig *config, const KexecSource *source)
{
  return config->sources == NULL ||
         g_strv_contains ((const char *const *) config->sources, source->name);
}

/* Where in Sources= a source stands, else in our own order. */
static guint
rank (const KexecConfig *config, const KexecSource *source)
{
  for (guint i = 0; config->sources != NULL && config->sources[i] != NULL; i++)
    if (strcmp (config->sources[i], source->name) == 0)
      return i;
  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    if (sources[i] == source)
      return i;
  g_return_val_if_reached (0);
}

static int
compare_sources (gconstpointer a, gconstpointer b, gpointer config)
{
  return (int) rank (config, *(const KexecSource *const *) a) -
         (int) rank (config, *(const KexecSource *const *) b);
}

/* Whether the menu of @source is what the machine boots from: that of the boot loader that was
   seen; or, where none was, the first that there is. The administrator may say which by Sources=.
 */
static gboolean
leads (const Catalog *self, const KexecSource *source, const KexecMenu *menu)
{
  KexecLoader loader =
    self->loader == KEXEC_LOADER_FIRMWARE ? KEXEC_LOADER_SYSTEMD_BOOT : self->loader;

  if (source->loader == KEXEC_LOADER_UNKNOWN || self->leading != NULL)
    return FALSE;
  if (menu->entries->len == 0 && *menu->default_other == '\0')
    return FALSE;
  return self->scan->config->sources != NULL || loader == KEXEC_LOADER_UNKNOWN ||
         loader == source->loader;
}

/* Whether there is anything to say of a boot loader's menu. */
static gboolean
is_there (const KexecSource *source, const KexecMenu *menu)
{
  return source->loader != KEXEC_LOADER_UNKNOWN &&
         (menu->entries->len > 0 || *menu->default_other != '\0' || menu->findings->len > 0);
}

/* Before which of the menus a new one goes: what the administrator chose is the most important,
   then comes the menu of the boot loader in use. */
static int
position (const Catalog *self, const KexecMenu *menu)
{
  if (menu == self->config)
    return menu->default_entry != NULL ? 0 : -1;
  if (menu == self->leading)
    return self->config != NULL && self->config->default_entry != NULL ? 1 : 0;
  return -1;
}

/* Reads every source. */
static void
read_menus (Catalog *self)
{
  const KexecConfig *config = self->scan->config;
  g_autoptr (GPtrArray) wanted = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    if (is_wanted (config, sources[i]))
      g_ptr_array_add (wanted, (gpointer) sources[i]);
  g_ptr_array_sort_with_data (wanted, compare_sources, (gpointer) config);
  self->loader = kexec_loader_detect (self->scan, &self->loader_reason);
  for (guint i = 0; i < wanted->len; i++) {
    const KexecSource *source = wanted->pdata[i];
    KexecMenu *menu = source->read (self->scan);

    kexec_findings_append (self->findings, menu->findings);
    if (leads (self, source, menu))
      self->leading = menu;
    self->has_menu |= is_there (source, menu);
    if (source == &kexec_source_config)
      self->config = menu;
    g_ptr_array_insert (self->menus, position (self, menu), menu);
  }
}

/* --- order --- */

/* Rescue entries last, newest first, a kept copy after its successor. Profiles of one image stay in
   the order that they have. */
static int
compare_entries (gconstpointer a, gconstpointer b)
{
  const KexecEntry *left = *(const KexecEntry *const *) a;
  const KexecEntry *right = *(const KexecEntry *const *) b;
  int result = (left->kind == KEXEC_ENTRY_RESCUE) - (right->kind == KEXEC_ENTRY_RESCUE);

  if (result == 0)
    result = kexec_version_compare (right->version, left->version);
  if (result == 0)
    result = (int) left->kind - (int) right->kind;
  return result != 0 ? result : strcmp (left->kernel, right->kernel);
}

/* --- the listing --- */

/* The boot loader's menu as it is, then everything else: newest first. */
static void
sort_entries (Catalog *self)
{
  g_autoptr (GPtrArray) others = g_ptr_array_new ();
  g_autoptr (GHashTable) leading = g_hash_table_new (NULL, NULL);
  guint n = 0;

  for (guint i = 0; self->leading != NULL && i < self->leading->entries->len; i++)
    g_hash_table_add (leading, self->leading->entries->pdata[i]);
  for (guint i = 0; i < self->entries->len; i++) {
    gpointer entry = self->entries->pdata[i];

    if (g_hash_table_contains (leading, entry))
      self->entries->pdata[n++] = entry;
    else
      g_ptr_array_add (others, entry);
  }
  g_ptr_array_sort (others, compare_entries);
  for (guint i = 0; i < others->len; i++)
    self->entries->pdata[n++] = others->pdata[i];
}

/* What concerns the machine stands at every entry; what concerns the listing, at the default entry
   or, where there is none, at the first. */
static void
set_findings (Catalog *self, KexecEntry *default_entry)
{
  g_autoptr (KexecFindings) machine = kexec_findings_new ();

  kexec_firmware_check (self->scan, machine);
  if (default_entry == NULL && self->entries->len > 0)
    default_entry = self->entries->pdata[0];
  if (default_entry == NULL)
    return;
  kexec_findings_append (default_entry->findings, self->scan->findings);
  kexec_findings_append (default_entry->findings, self->findings);
  for (guint i = 0; i < self->entries->len; i++)
    kexec_findings_append (((KexecEntry *) self->entries->pdata[i])->findings, machine);
}

static KexecEntry *
choose_default (Catalog *self)
{
  const KexecChoice choice = {
    .scan = self->scan,
    .entries = self->entries,
    .config = self->config,
    .leading = self->leading,
    .has_menu = self->has_menu,
    .loader = self->loader,
    .loader_reason = self->loader_reason,
  };

  return kexec_default_choose (&choice, self->findings);
}

GPtrArray *
kexec_catalog_list (int root_fd, const KexecConfig *config, GPtrArray **inputs, GError **error)
{
  g_auto (Catalog) self = {
    .scan = kexec_scan_new (root_fd, config),
    .menus = g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_menu_free),
    .findings = kexec_findings_new (),
  };
  KexecEntry *default_entry;

  kexec_findings_append (self.findings, config->findings);
  read_menus (&self);
  self.entries = kexec_merge (self.scan, self.menus);
  if (self.entries->len == 0 && self.scan->error != NULL) {
    g_propagate_prefixed_error (error, g_steal_pointer (&self.scan->error),
                                "No kernel was found: ");
    return NULL;
  }
  kexec_complete (self.scan, self.entries);
  sort_entries (&self);
  default_entry = choose_default (&self);
  if (default_entry != NULL)
    kexec_complete_default (self.scan, default_entry);
  set_findings (&self, default_entry);
  if (inputs != NULL)
    *inputs = self.scan->has_private ? NULL : kexec_inputs_collect (self.scan, self.entries);
  return g_steal_pointer (&self.entries);
}

/* Returns: (transfer none): why there is no default entry. */
static const char *
explain_no_default (const GPtrArray *catalog)
{
  for (guint i = 0; i < catalog->len; i++) {
    const KexecFindings *findings = ((const KexecEntry *) catalog->pdata[i])->findings;

    for (guint j = 0; j < findings->len; j++)
      if (((const KexecFinding *) findings->pdata[j])->code == KEXEC_FINDING_DEFAULT_NOT_LINUX)
        return ((const KexecFinding *) findings->pdata[j])->text;
  }
  return "No default entry was found: there is no kernel that this machine boots by itself; name "
         "an "
         "entry that \"kexecctl list\" shows";
}

KexecEntry *
kexec_catalog_find (const GPtrArray *catalog, const char *id, GError **error)
{
  KexecEntry *entry = NULL;

  for (guint i = 0; *id == '\0' && entry == NULL && i < catalog->len; i++)
    if (((KexecEntry *) catalog->pdata[i])->is_default)
      entry = catalog->pdata[i];
  if (*id != '\0')
    entry = kexec_default_find (catalog, id);
  if (entry != NULL)
    return kexec_entry_ref (entry);
  if (*id == '\0')
    g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_NO_SUCH_ENTRY,
                         explain_no_default (catalog));
  else
    g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_NO_SUCH_ENTRY,
                 "There is no entry \"%s\"; \"kexecctl list\" shows those that there are", id);
  return NULL;
}
