/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the default as systemd-boot does (systemd: src/boot/boot.c, config_select_default_entry()).
 */
#include "boot/bls/default.h"

#include <string.h>

#include "boot/bls/glob.h"

#define ENTRIES_VARIABLE "LoaderEntries-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
#define VARIABLE_MAX     4096 /* bytes of one that are read */

/* What systemd-boot adds to its menu by itself (systemd: src/shared/bootspec.c). */
static const struct {
  const char *id;
  const char *title;
} automatic[] = {
  { "auto-windows", "Windows Boot Manager" },
  { "auto-osx", "macOS" },
  { "auto-efi-shell", "EFI Shell" },
  { "auto-efi-default", "EFI Default Loader" },
  { "auto-poweroff", "Power Off The System" },
  { "auto-reboot", "Reboot The System" },
  { "auto-reboot-to-firmware-setup", "Reboot Into Firmware Interface" },
};

typedef struct {
  KexecScan *scan;
  const GPtrArray *items;
  const KexecBlsLoaderConf *conf;
  KexecMenu *menu;
} Search;

static gboolean
is_named (const KexecBlsItem *item, const char *pattern, gboolean has_suffix)
{
  const char *suffix = strrchr (item->id, '.');
  int length =
    (int) (has_suffix || suffix == NULL ? (gssize) strlen (item->id) : suffix - item->id);
  g_autofree char *name = g_strdup_printf ("%.*s%s", length, item->id, item->profile);

  return kexec_bls_glob_match (pattern, name);
}

static const KexecBlsItem *
find_item (const Search *self, const char *pattern, gboolean skips_bad, gboolean has_suffix)
{
  for (guint i = 0; i < self->items->len; i++) {
    const KexecBlsItem *item = self->items->pdata[i];

    if (!item->is_hidden && !(skips_bad && item->tries_left == 0) &&
        is_named (item, pattern, has_suffix))
      return item;
  }
  return NULL;
}

/* Whether the boot loader had this entry in its menu when it booted us, as far as it tells: a
   variable that is as long as what is read of it may go on. */
static gboolean
is_listed (const Search *self, const char *id)
{
  g_autoptr (GBytes) bytes = kexec_scan_efi_bytes (self->scan, ENTRIES_VARIABLE);
  gsize size = 0;
  const guint8 *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;

  if (data == NULL || size >= VARIABLE_MAX)
    return TRUE;
  for (gsize start = 0; start + 1 < size; start += 2) {
    g_autofree char *name = kexec_efi_string_parse (data + start, size - start);

    if (name != NULL && g_ascii_strcasecmp (name, id) == 0)
      return TRUE;
    while (start + 1 < size && (data[start] != 0 || data[start + 1] != 0))
      start += 2;
  }
  return FALSE;
}

static void
choose (Search *self, const KexecBlsItem *item, const char *reason)
{
  if (item->is_foreign) {
    kexec_entry_set (&self->menu->default_other, item->entry->title);
    return;
  }
  self->menu->default_entry = item->entry;
  kexec_entry_set (&self->menu->default_reason, reason);
}

/* Returns: (transfer full) (nullable): the id that "@saved" stands for: the boot loader's own note,
   which it keeps only where it is told to, or what it booted this time. */
static char *
read_saved (const Search *self)
{
  char *saved = kexec_scan_efi_string (self->scan, "LoaderEntryLastBooted");

  return saved != NULL ? saved : kexec_scan_efi_string (self->scan, "LoaderEntrySelected");
}

/* Returns: whether @pattern names something, which then is the default. */
static gboolean
try_pattern (Search *self, const char *pattern, gboolean skips_bad, const char *reason)
{
  g_autofree char *saved = NULL;
  const KexecBlsItem *item;

  if (g_ascii_strcasecmp (pattern, "@saved") == 0)
    pattern = saved = read_saved (self);
  if (pattern == NULL || *pattern == '\0')
    return FALSE;
  item = find_item (self, pattern, skips_bad, TRUE);
  if (item == NULL) /* tools write ids either way */
    item = find_item (self, pattern, skips_bad, FALSE);
  if (item != NULL) {
    choose (self, item, reason);
    return TRUE;
  }
  for (guint i = 0; i < G_N_ELEMENTS (automatic); i++)
    if (kexec_bls_glob_match (pattern, automatic[i].id) &&
        g_ascii_strncasecmp (pattern, "auto-", strlen ("auto-")) == 0 &&
        is_listed (self, automatic[i].id)) {
      kexec_entry_set (&self->menu->default_other, automatic[i].title);
      return TRUE;
    }
  return FALSE;
}

static gboolean
try_variable (Search *self, const char *variable, gboolean skips_bad)
{
  g_autofree char *pattern = kexec_scan_efi_string (self->scan, variable);
  g_autofree char *reason = g_strdup_printf ("%s, an EFI variable, names it", variable);

  return pattern != NULL && try_pattern (self, pattern, skips_bad, reason);
}

static gboolean
try_key (Search *self, const char *key, const char *pattern, gboolean skips_bad)
{
  g_autofree char *reason = g_strdup_printf ("\"%s\" in %s names it", key, self->conf->path);

  return try_pattern (self, pattern, skips_bad, reason);
}

/* The variable of the failure is set by the boot loader, for the boot that it made. */
static gboolean
try_failure (Search *self)
{
  g_autofree char *failure = kexec_scan_efi_string (self->scan, "LoaderSysFailReason");

  return failure != NULL && try_variable (self, "LoaderEntrySysFail", FALSE);
}

static void
try_first (Search *self)
{
  for (guint i = 0; i < self->items->len; i++) {
    const KexecBlsItem *item = self->items->pdata[i];

    if (item->is_hidden)
      continue;
    choose (self, item, "it is the first in the boot loader's order");
    return;
  }
}

static void
look_for_one_shot (Search *self)
{
  g_autofree char *id = kexec_scan_efi_string (self->scan, "LoaderEntryOneShot");

  if (id != NULL && *id != '\0')
    kexec_findings_add (self->menu->findings, KEXEC_FINDING_ONE_SHOT_PENDING, "LoaderEntryOneShot",
                        NULL,
                        "The boot loader is to boot \"%.255s\" at its next start, and only then; a "
                        "kexec does not come by it, so that this stays to be done (\"bootctl "
                        "set-oneshot ''\" takes it back)",
                        id);
}

void
kexec_bls_set_default (KexecScan *scan, const GPtrArray *items, const KexecBlsLoaderConf *conf,
                       KexecMenu *menu)
{
  Search self = { .scan = scan, .items = items, .conf = conf, .menu = menu };

  look_for_one_shot (&self);
  if (!try_failure (&self) && !try_variable (&self, "LoaderEntryOneShot", FALSE) &&
      !try_variable (&self, "LoaderEntryPreferred", TRUE) &&
      !try_variable (&self, "LoaderEntryDefault", FALSE) &&
      !try_key (&self, "preferred", conf->preferred, TRUE) &&
      !try_key (&self, "default", conf->default_pattern, FALSE))
    try_first (&self);
}
