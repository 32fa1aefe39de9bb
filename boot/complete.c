/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What entries get besides what their menu says: titles, command lines, trust, the running one. */
#include "boot/complete.h"

#include <string.h>

#include "boot/kernel-cmdline.h"
#include "boot/os-release.h"
#include "boot/root-device.h"
#include "boot/source.h"
#include "boot/trust.h"
#include "image/cmdline.h"

/* What all entries of a listing share. */
typedef struct {
  KexecScan *scan;
  KexecTrust *trust;
  KexecKernelCmdline *cmdline; /* for entries that have none */
  char *cmdline_reason;        /* (nullable): why that is not trusted */
  char *os_name;
  KexecRootFacts *root_facts;
  GHashTable *roots; /* a command line → what was found about its root device */
} Complete;

/* --- titles --- */

static void
set_title (KexecEntry *entry, const char *os_name)
{
  static const char *const remarks[] = {
    [KEXEC_ENTRY_NORMAL] = "",
    [KEXEC_ENTRY_OLD] = " (old)",
    [KEXEC_ENTRY_RESCUE] = " (rescue)",
  };
  const char *profile = *entry->profile_title != '\0' ? entry->profile_title : entry->profile;
  g_autofree char *profile_remark =
    *profile != '\0' ? g_strdup_printf (" (%s)", profile) : g_strdup ("");

  g_free (entry->title);
  entry->title = g_strdup_printf (
    "%s, kernel %s%s%s", *entry->os_name != '\0' ? entry->os_name : os_name,
    *entry->version != '\0' ? entry->version : entry->id, profile_remark, remarks[entry->kind]);
}

/* --- the running entry --- */

static gboolean
has_running_release (const KexecScan *scan, const KexecEntry *entry)
{
  return *scan->release != '\0' && entry->kind != KEXEC_ENTRY_OLD && *entry->profile == '\0' &&
         strcmp (entry->version, scan->release) == 0;
}

/* Marks what the running kernel came from: what has its release. A kept copy has it too, and so
   have all profiles of an image, of which the default one is the likeliest, and a menu's rescue
   entries: if one has the running command line as well, it is that. */
static void
set_running (Complete *self, GPtrArray *entries)
{
  g_autofree char *cmdline = kexec_cmdline_clean (self->scan->cmdline);
  gboolean is_exact = FALSE;

  for (guint i = 0; i < entries->len; i++) {
    const KexecEntry *entry = entries->pdata[i];

    is_exact |= has_running_release (self->scan, entry) && strcmp (entry->cmdline, cmdline) == 0;
  }
  for (guint i = 0; i < entries->len; i++) {
    KexecEntry *entry = entries->pdata[i];

    entry->is_running =
      has_running_release (self->scan, entry) &&
      (is_exact ? strcmp (entry->cmdline, cmdline) == 0 : entry->kind != KEXEC_ENTRY_RESCUE);
  }
}

/* --- command lines --- */

/* A borrowed line matters to a kernel that it was not written for, and if it opens a shell. */
static void
set_cmdline (KexecEntry *entry, const KexecKernelCmdline *cmdline)
{
  g_autofree char *shell = kexec_cmdline_opens_shell (cmdline->cmdline);
  g_autofree char *own = entry->cmdline;

  entry->cmdline = kexec_cmdline_append (cmdline->cmdline, own);
  entry->cmdline_origin = cmdline->origin;
  kexec_findings_append (entry->findings, cmdline->findings);
  if (cmdline->origin != KEXEC_CMDLINE_BORROWED || *cmdline->cmdline == '\0')
    return;
  if (!entry->is_running)
    kexec_findings_add (entry->findings, KEXEC_FINDING_CMDLINE_BORROWED, cmdline->path, NULL,
                        "The command line is the running kernel's; if this one needs another, "
                        "write it into /etc/kernel/cmdline");
  if (shell != NULL)
    kexec_findings_add (entry->findings, KEXEC_FINDING_CMDLINE_OPENS_SHELL, cmdline->path, NULL,
                        "The running kernel's command line, which this entry gets, has \"%s\", "
                        "which can open a shell, so that an administrator has to agree; write the "
                        "usual one into /etc/kernel/cmdline",
                        shell);
}

/* Also for a command line that says what many others do. */
static void
check_root_device (Complete *self, KexecEntry *entry)
{
  KexecFindings *findings = g_hash_table_lookup (self->roots, entry->cmdline);

  if (findings == NULL) {
    findings = kexec_findings_new ();
    kexec_root_device_check_facts (self->root_facts, entry->cmdline, findings);
    g_hash_table_insert (self->roots, g_strdup (entry->cmdline), findings);
  }
  kexec_findings_append (entry->findings, findings);
}

/* --- trust --- */

/* Judges one file of an entry. Returns: %FALSE with a finding if it is not trusted. */
static gboolean
judge_file (Complete *self, KexecEntry *entry, const char *path)
{
  const KexecPlace *place = kexec_scan_place_of (self->scan, path);
  int fd = place->needs_mount ? kexec_scan_open_place (self->scan, place) : -1;
  g_autofree char *reason = NULL;

  if (kexec_trust_judge (self->trust, place, fd, path, &reason))
    return TRUE;
  /* Who can change what cannot be used is no news. */
  if (!kexec_findings_has (entry->findings, KEXEC_FINDING_ENTRY_UNREADABLE, path))
    kexec_findings_add (entry->findings, KEXEC_FINDING_UNTRUSTED, path, NULL, "%s", reason);
  return FALSE;
}

static gboolean
judge_files (Complete *self, KexecEntry *entry, const GStrv paths)
{
  for (guint i = 0; paths[i] != NULL; i++)
    if (!judge_file (self, entry, paths[i]))
      return FALSE;
  return TRUE;
}

/* @has_cmdline: it has a command line of its own, and needs not that of all others */
static void
set_trust (Complete *self, KexecEntry *entry, gboolean has_cmdline)
{
  entry->is_trusted = !entry->is_uncertain && judge_file (self, entry, entry->kernel) &&
                      judge_files (self, entry, entry->initrds) &&
                      judge_files (self, entry, entry->addons) &&
                      judge_files (self, entry, entry->named_by);
  if (!entry->is_trusted || has_cmdline || self->cmdline_reason == NULL)
    return;
  entry->is_trusted = FALSE;
  kexec_findings_add (entry->findings, KEXEC_FINDING_UNTRUSTED, self->cmdline->path, NULL, "%s",
                      self->cmdline_reason);
}

static void
complete_entry (Complete *self, KexecEntry *entry)
{
  /* What names no kernel that could be read needs none. */
  gboolean has_cmdline = entry->cmdline_origin == KEXEC_CMDLINE_OWN || *entry->kernel == '\0';
  g_autofree char *extended = NULL;

  if (*entry->title == '\0')
    set_title (entry, self->os_name);
  if (!has_cmdline)
    set_cmdline (entry, self->cmdline);
  extended = kexec_kernel_cmdline_extend (entry->cmdline, self->scan->config);
  kexec_entry_set (&entry->cmdline, extended);
  check_root_device (self, entry);
  if (entry->place != NULL && entry->place->needs_mount)
    kexec_findings_add (
      entry->findings, KEXEC_FINDING_BOOT_MOUNTED, entry->place->path, NULL,
      "%s is not mounted, and was mounted for a moment where nobody else sees it; "
      "MountBoot=no in kexecd.conf turns that off",
      entry->place->path);
  set_trust (self, entry, has_cmdline);
}

static void
complete_clear (Complete *self)
{
  g_clear_pointer (&self->trust, kexec_trust_free);
  g_clear_pointer (&self->cmdline, kexec_kernel_cmdline_free);
  g_clear_pointer (&self->root_facts, kexec_root_facts_free);
  g_clear_pointer (&self->roots, g_hash_table_unref);
  g_free (self->cmdline_reason);
  g_free (self->os_name);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Complete, complete_clear)

static void
complete_init (Complete *self, KexecScan *scan)
{
  self->scan = scan;
  self->trust = kexec_trust_new (scan->root_fd);
  self->cmdline = kexec_kernel_cmdline_find (scan->root_fd, scan->config);
  self->os_name = kexec_os_release_name (scan->root_fd);
  self->root_facts = kexec_root_facts_new (scan->root_fd, scan->is_live);
  self->roots =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
}

void
kexec_complete (KexecScan *scan, GPtrArray *entries)
{
  g_auto (Complete) self = { 0 };

  complete_init (&self, scan);
  kexec_kernel_cmdline_is_trusted (self.cmdline, scan->root_fd, &self.cmdline_reason);
  set_running (&self, entries);
  for (guint i = 0; i < entries->len; i++)
    complete_entry (&self, entries->pdata[i]);
}

/* --- the default entry --- */

static void
replace_initrds (Complete *self, KexecEntry *entry)
{
  const KexecConfig *config = self->scan->config;

  kexec_source_config_set_initrds (self->scan, entry);
  entry->is_trusted = entry->is_trusted && judge_files (self, entry, entry->initrds) &&
                      judge_file (self, entry, config->initrds_from);
}

/* Whether a unified kernel image has none of its own, but perhaps words of addons: then it has that
 * of all such entries already. */
static gboolean
has_general_cmdline (const Complete *self, const KexecEntry *entry)
{
  g_autofree char *joined = NULL;
  g_autofree char *general = NULL;

  if (entry->own_cmdline == NULL)
    return FALSE;
  joined = kexec_cmdline_append (self->cmdline->cmdline, entry->own_cmdline);
  general = kexec_kernel_cmdline_extend (joined, self->scan->config);
  return strcmp (general, entry->cmdline) == 0;
}

static void
replace_cmdline (Complete *self, KexecEntry *entry)
{
  const KexecConfig *config = self->scan->config;
  g_autofree char *cmdline = kexec_kernel_cmdline_replace (self->cmdline, entry->cmdline, config);

  if (strcmp (cmdline, entry->cmdline) == 0 || has_general_cmdline (self, entry))
    return;
  if (entry->is_uki) {
    kexec_findings_add (entry->findings, KEXEC_FINDING_CONFIGURATION_INVALID, entry->kernel, NULL,
                        "KPARAM and ROOTPART in /etc/conf.d were ignored, as %s brings a command "
                        "line of its own; add to that with KEXEC_OPT_ARGS=\"--append=...\"",
                        entry->kernel);
    return;
  }
  kexec_findings_drop_cmdline (entry->findings);
  kexec_entry_set (&entry->cmdline, cmdline);
  entry->cmdline_origin = KEXEC_CMDLINE_OWN;
  if (config->is_cmdline_gentoo)
    kexec_findings_append (entry->findings, self->cmdline->findings);
  check_root_device (self, entry);
  if (config->is_cmdline_gentoo)
    entry->is_trusted = entry->is_trusted && judge_file (self, entry, config->cmdline_from);
}

void
kexec_complete_default (KexecScan *scan, KexecEntry *entry)
{
  const KexecConfig *config = scan->config;
  g_auto (Complete) self = { 0 };

  if (config->initrds == NULL && !config->is_cmdline_gentoo && !config->is_root_device_gentoo)
    return;
  complete_init (&self, scan);
  if (config->initrds != NULL && config->kernel == NULL)
    replace_initrds (&self, entry);
  if (config->is_cmdline_gentoo || config->is_root_device_gentoo)
    replace_cmdline (&self, entry);
}
