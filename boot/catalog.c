/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Puts the sources' entries together: command line, order, default, trust. */
#include "boot/catalog.h"

#include <string.h>

#include "boot/beneath.h"
#include "boot/kernel-cmdline.h"
#include "boot/os-release.h"
#include "boot/source.h"
#include "boot/trust.h"
#include "boot/version.h"
#include "image/cmdline.h"

#define BOOT_PATH   "/boot"
#define RELEASE_MAX 256

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

/* Marks what the running kernel came from: what has its release. A kept copy has it too, and so
   have all profiles of an image, of which the default one is the likeliest. */
static void
set_running (GPtrArray *entries, int root_fd)
{
  g_autofree char *release =
    kexec_beneath_read (root_fd, "/proc/sys/kernel/osrelease", RELEASE_MAX, NULL);

  if (release == NULL || *g_strchomp (release) == '\0')
    return;
  for (guint i = 0; i < entries->len; i++) {
    KexecEntry *entry = entries->pdata[i];

    entry->is_running = entry->kind != KEXEC_ENTRY_OLD && *entry->profile == '\0' &&
                        strcmp (entry->version, release) == 0;
  }
}

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

static void
extend_cmdline (KexecEntry *entry, const KexecConfig *config)
{
  char *cmdline = kexec_kernel_cmdline_extend (entry->cmdline, config);

  g_free (entry->cmdline);
  entry->cmdline = cmdline;
}

/* Returns: (nullable): the newest normal entry that nothing speaks against, else any normal one. */
static KexecEntry *
find_newest (const GPtrArray *entries)
{
  KexecEntry *newest = NULL;

  for (guint i = 0; i < entries->len; i++) {
    KexecEntry *entry = entries->pdata[i];

    if (entry->kind != KEXEC_ENTRY_NORMAL || *entry->profile != '\0')
      continue;
    if (kexec_findings_blocker (entry->findings) == NULL)
      return entry;
    if (newest == NULL)
      newest = entry;
  }
  return newest;
}

/* An entry's own id comes before what another one is found by as well. */
static KexecEntry *
find_id (const GPtrArray *entries, const char *id)
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

/* Returns: (nullable): the first entry that the administrator's Entry= means. */
static KexecEntry *
find_chosen (const GPtrArray *entries, const char *glob)
{
  KexecEntry *entry = find_id (entries, glob);

  for (guint i = 0; entry == NULL && i < entries->len; i++)
    if (kexec_entry_matches (glob, ((KexecEntry *) entries->pdata[i])->id))
      entry = entries->pdata[i];
  return entry;
}

static gboolean
is_id (const KexecConfig *config)
{
  return config->entry != NULL && strcmp (config->entry, "auto") != 0;
}

/* @findings: about the whole listing; the default entry gets them. */
static void
set_default (GPtrArray *entries, const KexecConfig *config, KexecFindings *findings)
{
  KexecEntry *entry = is_id (config) ? find_chosen (entries, config->entry) : NULL;
  gboolean is_chosen = entry != NULL || g_strcmp0 (config->entry, "auto") == 0;

  if (entry == NULL)
    entry = find_newest (entries);
  if (entry == NULL)
    return;
  entry->is_default = TRUE;
  entry->is_default_guessed = !is_chosen;
  if (!is_chosen && is_id (config))
    kexec_findings_add (findings, KEXEC_FINDING_CONFIGURATION_INVALID, "kexecd.conf", NULL,
                        "Entry=%s in kexecd.conf names no entry that is there; choose one that "
                        "\"kexecctl list\" shows, or \"auto\"",
                        config->entry);
  if (!is_chosen)
    kexec_findings_add (findings, KEXEC_FINDING_DEFAULT_GUESSED, entry->id, NULL,
                        "This entry is the default only because it is the newest; write "
                        "\"Entry=auto\" into /etc/kexecd/kexecd.conf if that is right");
  kexec_findings_append (entry->findings, findings);
}

/* Judges one file of an entry. Returns: %FALSE with a finding if it is not trusted. */
static gboolean
judge_file (KexecEntry *entry, int root_fd, const char *path)
{
  g_autofree char *reason = NULL;

  if (kexec_trust_judge (root_fd, path, &reason))
    return TRUE;
  kexec_findings_add (entry->findings, KEXEC_FINDING_UNTRUSTED, path, NULL, "%s", reason);
  return FALSE;
}

/* @cmdline_reason: (nullable): why the command line is not trusted */
static void
set_trust (KexecEntry *entry, int root_fd, const char *cmdline_path, const char *cmdline_reason)
{
  entry->is_trusted = judge_file (entry, root_fd, entry->kernel);
  for (guint i = 0; entry->is_trusted && entry->initrds[i] != NULL; i++)
    entry->is_trusted = judge_file (entry, root_fd, entry->initrds[i]);
  for (guint i = 0; entry->is_trusted && entry->addons[i] != NULL; i++)
    entry->is_trusted = judge_file (entry, root_fd, entry->addons[i]);
  if (!entry->is_trusted || cmdline_reason == NULL)
    return;
  entry->is_trusted = FALSE;
  kexec_findings_add (entry->findings, KEXEC_FINDING_UNTRUSTED, cmdline_path, NULL, "%s",
                      cmdline_reason);
}

GPtrArray *
kexec_catalog_list (int root_fd, const KexecConfig *config, GError **error)
{
  g_autoptr (KexecScan) scan = kexec_scan_new (root_fd, config);
  g_autoptr (KexecMenu) menu = kexec_source_directory.read (scan);
  g_autoptr (GPtrArray) entries = g_ptr_array_ref (menu->entries);
  g_autoptr (KexecKernelCmdline) cmdline = NULL;
  g_autofree char *os_name = NULL;
  g_autofree char *reason = NULL;

  if (entries->len == 0 && scan->error != NULL) {
    g_propagate_error (error, g_steal_pointer (&scan->error));
    return NULL;
  }
  cmdline = kexec_kernel_cmdline_find (root_fd, config);
  os_name = kexec_os_release_name (root_fd);
  kexec_kernel_cmdline_is_trusted (cmdline, root_fd, &reason);
  set_running (entries, root_fd);
  g_ptr_array_sort (entries, compare_entries);
  for (guint i = 0; i < entries->len; i++) {
    KexecEntry *entry = entries->pdata[i];
    gboolean has_cmdline = entry->cmdline_origin == KEXEC_CMDLINE_OWN;

    set_title (entry, os_name);
    if (!has_cmdline)
      set_cmdline (entry, cmdline);
    extend_cmdline (entry, config);
    set_trust (entry, root_fd, cmdline->path, has_cmdline ? NULL : reason);
  }
  set_default (entries, config, menu->findings);
  return g_steal_pointer (&entries);
}

KexecEntry *
kexec_catalog_find (const GPtrArray *catalog, const char *id, GError **error)
{
  KexecEntry *entry = NULL;

  for (guint i = 0; *id == '\0' && entry == NULL && i < catalog->len; i++)
    if (((KexecEntry *) catalog->pdata[i])->is_default)
      entry = catalog->pdata[i];
  if (*id != '\0')
    entry = find_id (catalog, id);
  if (entry != NULL)
    return kexec_entry_ref (entry);
  if (*id == '\0')
    g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_NO_SUCH_ENTRY,
                         "No default entry was found: " BOOT_PATH " holds no kernel that this "
                         "machine boots by itself; name an entry that \"kexecctl list\" shows");
  else
    g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_NO_SUCH_ENTRY,
                 "There is no entry \"%s\"; \"kexecctl list\" shows those that there are", id);
  return NULL;
}
