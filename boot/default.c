/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asks the configuration, then the boot loader's menu, and guesses only where neither says it. */
#include "boot/default.h"

#include <string.h>

KexecEntry *
kexec_default_find (const GPtrArray *entries, const char *id)
{
  KexecEntry *found = NULL;

  for (guint i = 0; i < entries->len; i++) {
    KexecEntry *entry = entries->pdata[i];

    if (strcmp (entry->id, id) == 0)
      return entry;
    if (found == NULL && g_strv_contains ((const char *const *) entry->aliases, id))
      found = entry;
  }
  return found;
}

static gboolean
matches (const KexecEntry *entry, const char *glob)
{
  if (kexec_entry_matches (glob, entry->id))
    return TRUE;
  for (guint i = 0; entry->aliases[i] != NULL; i++)
    if (kexec_entry_matches (glob, entry->aliases[i]))
      return TRUE;
  return FALSE;
}

static KexecEntry *
find_glob (const GPtrArray *entries, const char *glob)
{
  for (guint i = 0; i < entries->len; i++)
    if (matches (entries->pdata[i], glob))
      return entries->pdata[i];
  return NULL;
}

static gboolean
is_auto (const KexecConfig *config)
{
  return g_strcmp0 (config->entry, "auto") == 0;
}

/* --- what says which it is --- */

static KexecEntry *
mark (KexecEntry *entry, KexecFindings *findings, const char *reason)
{
  entry->is_default = TRUE;
  kexec_findings_add (findings, KEXEC_FINDING_DEFAULT_CHOSEN, entry->id, NULL,
                      "This entry is the default: %s; Entry= in kexecd.conf can choose another",
                      reason);
  return entry;
}

static KexecEntry *
ask_entry_key (const KexecChoice *choice, KexecFindings *findings)
{
  const char *name = choice->scan->config->entry;
  KexecEntry *entry;

  if (name == NULL || is_auto (choice->scan->config))
    return NULL;
  entry = kexec_default_find (choice->entries, name);
  if (entry == NULL)
    entry = find_glob (choice->entries, name);
  if (entry != NULL)
    return mark (entry, findings, "Entry= in kexecd.conf names it");
  kexec_findings_add (findings, KEXEC_FINDING_CONFIGURATION_INVALID, "kexecd.conf", NULL,
                      "Entry=%s in kexecd.conf names no entry that is there; choose one that "
                      "\"kexecctl list\" shows, or \"auto\"",
                      name);
  return NULL;
}

/* A menu's own entry, which was absorbed by no other: its menu comes before those. */
static KexecEntry *
ask_kernel_key (const KexecChoice *choice, KexecFindings *findings)
{
  if (choice->config == NULL || choice->config->default_entry == NULL)
    return NULL;
  return mark (choice->config->default_entry, findings, choice->config->default_reason);
}

static KexecEntry *
ask_menu (const KexecChoice *choice, KexecFindings *findings)
{
  g_autofree char *reason = NULL;

  if (choice->leading == NULL || choice->leading->default_entry == NULL)
    return NULL;
  reason = g_strconcat (choice->loader_reason, *choice->loader_reason != '\0' ? ", and " : "",
                        choice->leading->default_reason, NULL);
  return mark (choice->leading->default_entry, findings, reason);
}

/* The firmware names a file of the ESP: "\EFI\Linux\debian.efi". */
static KexecEntry *
ask_firmware (const KexecChoice *choice, KexecFindings *findings)
{
  g_autofree char *path =
    choice->loader == KEXEC_LOADER_FIRMWARE ? kexec_loader_next_path (choice->scan) : NULL;
  g_autofree char *reason = NULL;

  if (path == NULL)
    return NULL;
  g_strdelimit (path, "\\", '/');
  for (guint i = 0; i < choice->entries->len; i++) {
    KexecEntry *entry = choice->entries->pdata[i];
    gsize length = strlen (entry->kernel);
    gsize tail = strlen (path);

    if (entry->is_uki && *entry->profile == '\0' && length > tail &&
        g_ascii_strcasecmp (entry->kernel + length - tail, path) == 0) {
      reason =
        g_strdup_printf ("%s, and its first boot option names this file", choice->loader_reason);
      return mark (entry, findings, reason);
    }
  }
  return NULL;
}

/* Whether a normal reboot boots something that is no entry of ours. */
static gboolean
is_other (const KexecChoice *choice, KexecFindings *findings)
{
  const KexecConfig *config = choice->scan->config;

  if (g_strcmp0 (config->kernel, "-") == 0) {
    kexec_findings_add (findings, KEXEC_FINDING_DEFAULT_NOT_LINUX, config->kernel_from, NULL,
                        "There is no default entry, because %s=- in %s turns it off; name an entry "
                        "that \"kexecctl list\" shows",
                        config->is_gentoo ? "KNAME" : "Kernel", config->kernel_from);
    return TRUE;
  }
  if (choice->leading == NULL || *choice->leading->default_other == '\0')
    return FALSE;
  kexec_findings_add (
    findings, KEXEC_FINDING_DEFAULT_NOT_LINUX, choice->leading->default_other, NULL,
    "There is no default entry, because a normal reboot boots \"%s\", which is no "
    "Linux kernel that could be loaded from here; name an entry that \"kexecctl "
    "list\" shows",
    choice->leading->default_other);
  return TRUE;
}

/* --- the guess --- */

/* Returns: (nullable): the first normal entry that nothing speaks against, else any normal one. */
static KexecEntry *
find_first (const GPtrArray *entries)
{
  KexecEntry *first = NULL;

  for (guint i = 0; entries != NULL && i < entries->len; i++) {
    KexecEntry *entry = entries->pdata[i];

    if (entry->kind != KEXEC_ENTRY_NORMAL || *entry->profile != '\0' || entry->is_locked ||
        entry->is_uncertain)
      continue;
    if (kexec_findings_blocker (entry->findings) == NULL)
      return entry;
    if (first == NULL)
      first = entry;
  }
  return first;
}

/* Whether Gentoo's service would take a kernel that it detects: nobody names one, and nothing that
 * may have named one was ignored. Not where a menu of ours may mean another, read or not. */
static gboolean
is_detected (const KexecChoice *choice)
{
  const KexecConfig *config = choice->scan->config;

  return config->has_gentoo && config->findings->len == config->n_minor_findings &&
         config->entry == NULL && config->kernel == NULL && !choice->has_menu &&
         choice->loader != KEXEC_LOADER_GRUB && choice->loader != KEXEC_LOADER_SYSTEMD_BOOT;
}

static KexecEntry *
guess (const KexecChoice *choice, KexecFindings *findings)
{
  /* The list that Gentoo's installkernel keeps says which is the newest. */
  KexecEntry *entry = find_first (choice->config != NULL ? choice->config->entries : NULL);
  g_autofree char *reason = NULL;

  if (entry == NULL)
    entry = find_first (choice->entries);
  if (entry == NULL)
    return NULL;
  reason =
    g_strdup_printf ("it is the %s", choice->leading != NULL ? "first of the menu" : "newest");
  entry->is_default_guessed = !is_auto (choice->scan->config);
  entry->is_default_detected = entry->is_default_guessed && is_detected (choice);
  if (!entry->is_default_guessed) {
    g_autofree char *agreed =
      g_strconcat (reason, ", and Entry=auto says that this is right", NULL);

    return mark (entry, findings, agreed);
  }
  entry->is_default = TRUE;
  kexec_findings_add (findings, KEXEC_FINDING_DEFAULT_GUESSED, entry->id, NULL,
                      "This entry is the default only because %s; write \"Entry=auto\" "
                      "into /etc/kexecd/kexecd.conf if that is right",
                      reason);
  return entry;
}

KexecEntry *
kexec_default_choose (const KexecChoice *choice, KexecFindings *findings)
{
  KexecEntry *entry = ask_entry_key (choice, findings);

  if (entry == NULL)
    entry = ask_kernel_key (choice, findings);
  if (entry == NULL && is_other (choice, findings))
    return NULL;
  if (entry == NULL)
    entry = ask_menu (choice, findings);
  if (entry == NULL)
    entry = ask_firmware (choice, findings);
  return entry != NULL ? entry : guess (choice, findings);
}
