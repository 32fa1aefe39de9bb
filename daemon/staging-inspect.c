/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looks at the sealed copies: the kernel, its initrds, and whether they fit together. */
#include <fcntl.h>
#include <string.h>

#include "boot/beneath.h"
#include "boot/fd.h"
#include "boot/machine.h"
#include "boot/security.h"
#include "boot/trust.h"
#include "daemon/staging-private.h"
#include "image/cmdline.h"
#include "image/fit.h"

/* --- progress --- */

typedef struct {
  KexecStaging *staging;
  GCancellable *cancellable;
} Watched;

/* In any of the threads that check. */
static gboolean
proceed (guint64 bytes, gpointer user_data)
{
  Watched *watched = user_data;
  KexecStaging *self = watched->staging;
  guint64 done;

  g_mutex_lock (&self->report_lock);
  self->checked = MIN (self->checked + bytes, self->total);
  done = self->checked;
  g_mutex_unlock (&self->report_lock);
  kexec_staging_report (self, "check", done, FALSE);
  return !g_cancellable_is_cancelled (watched->cancellable);
}

/* --- the kernel --- */

static KexecInput
input_of (const KexecMemfd *copy)
{
  return kexec_input_from_fd (copy->fd, copy->size);
}

const KexecUkiProfile *
kexec_staging_profile (const KexecStaging *self)
{
  return self->facts->uki != NULL ? kexec_uki_find_profile (self->facts->uki, self->profile) : NULL;
}

GPtrArray *
kexec_staging_addons (const KexecStaging *self)
{
  GPtrArray *addons = g_ptr_array_new ();

  for (guint i = 0; i < self->addons->len; i++) {
    const KexecStagingAddon *addon = &g_array_index (self->addons, KexecStagingAddon, i);

    if (addon->applies)
      g_ptr_array_add (addons, addon->facts);
  }
  return addons;
}

static void
inspect_addons (KexecStaging *self)
{
  const KexecUkiProfile *profile = kexec_staging_profile (self);

  for (guint i = 0; i < self->addons->len; i++) {
    KexecStagingAddon *addon = &g_array_index (self->addons, KexecStagingAddon, i);
    const char *name = kexec_staging_display_name (self, i + 1); /* addons follow the kernel */
    KexecInput input = input_of (addon->copy);

    addon->facts = kexec_uki_addon_read (&input, name, self->verdict);
    addon->applies = addon->facts != NULL && profile != NULL &&
                     kexec_uki_addon_applies (addon->facts, self->facts->uki->architecture,
                                              profile->release, name, self->verdict);
  }
}

/* The catalog read an image's command line before anybody was asked, and this is what was granted.
 * A caller who gives none with a file wants the image's own. */
static gboolean
take_own_cmdline (KexecStaging *self, GError **error)
{
  const KexecUkiProfile *profile = kexec_staging_profile (self);
  g_autoptr (GPtrArray) addons = NULL;
  g_autofree char *own = NULL;

  if (profile == NULL)
    return TRUE;
  addons = kexec_staging_addons (self);
  own = kexec_uki_join_cmdline (profile->cmdline, addons);
  if (self->entry == NULL && *self->record->cmdline == '\0') {
    g_free (self->record->cmdline);
    self->record->cmdline = g_steal_pointer (&own);
  } else if (self->entry != NULL && profile->has_cmdline && !self->is_cmdline_replaced &&
             !g_str_equal (self->entry->cmdline, own)) {
    g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_IO_ERROR,
                 "%s got another command line while it was looked at; try again",
                 self->entry->kernel);
    return FALSE;
  }
  return TRUE;
}

/* A profile that is asked for and not there must not end in another boot than was meant. */
static void
check_profile (KexecStaging *self)
{
  const char *name = kexec_staging_display_name (self, 0);

  if (*self->profile == '\0' || self->facts->uki != NULL ||
      kexec_findings_blocker (self->verdict) != NULL)
    return;
  kexec_findings_add (self->verdict, KEXEC_FINDING_UKI_NO_SUCH_PROFILE, name, NULL,
                      "%s is no unified kernel image and has no profile '%s'; name none", name,
                      self->profile);
}

gboolean
kexec_staging_inspect_kernel (KexecStaging *self, GCancellable *cancellable, GError **error)
{
  const char *name = kexec_staging_display_name (self, 0);
  KexecInput input = input_of (self->kernel);
  Watched watched = { self, cancellable };
  const KexecWatch watch = { proceed, &watched };
  g_autoptr (KexecSecurity) security = kexec_security_read (self->environment->root_fd);
  const GPtrArray *signatures;
  KexecMachine machine;

  kexec_staging_report (self, "check", 0, TRUE);
  kexec_machine_read (self->environment->root_fd, &machine);
  self->facts = kexec_kernel_inspect (&input, name, &machine, self->profile, &watch, self->verdict);
  self->record->release = g_strdup (self->facts->release != NULL ? self->facts->release : "");
  check_profile (self);
  inspect_addons (self);
  signatures =
    self->facts->inner_signatures != NULL ? self->facts->inner_signatures : self->facts->signatures;
  kexec_signature_predict (signatures, &security->policy, name, self->verdict);
  return !g_cancellable_set_error_if_cancelled (cancellable, error) &&
         take_own_cmdline (self, error);
}

/* --- the initrds --- */

int
kexec_staging_open_config (const KexecStaging *self, const char *release)
{
  int root_fd = self->environment->root_fd;
  g_autofree char *name = g_strconcat ("config-", release, NULL);
  g_autofree char *path = NULL;
  g_autofree char *reason = NULL;
  kexec_autofd boot_fd = -1;
  kexec_autofd fd = -1;

  /* The release is what the image says, and it can say anything. */
  if (self->entry == NULL || *release == '\0' || strchr (release, '/') != NULL)
    return -1;
  boot_fd =
    kexec_beneath_open_in_root (root_fd, self->entry->boot_path, O_PATH | O_DIRECTORY, NULL);
  if (boot_fd >= 0)
    fd = kexec_beneath_open_regular (boot_fd, name, NULL);
  if (fd < 0 || !self->entry->is_trusted)
    return kexec_fd_steal (&fd);
  path = g_build_filename (self->entry->boot_path, name, NULL);
  return kexec_trust_judge_fd (root_fd, fd, path, &reason) ? kexec_fd_steal (&fd) : -1;
}

/* Returns: (transfer full) (nullable): the configuration in the file beside the kernel. */
static KexecKernelConfig *
read_config (const KexecStaging *self)
{
  kexec_autofd fd = kexec_staging_open_config (self, self->record->release);
  g_autofree char *text =
    fd >= 0 ? kexec_beneath_read_fd (fd, "config", KEXEC_KERNEL_CONFIG_MAX, NULL) : NULL;

  return text != NULL ? kexec_kernel_config_parse (text, strlen (text)) : NULL;
}

static void
check_fit (KexecStaging *self, const GPtrArray *initrds)
{
  g_autoptr (KexecKernelConfig) beside = NULL;
  const KexecKernelConfig *config = self->facts->config;
  KexecMachine machine;

  if (config == NULL)
    config = beside = read_config (self);
  kexec_machine_read (self->environment->root_fd, &machine);
  kexec_fit_check (self->facts, initrds, config, self->record->cmdline, &machine, self->verdict);
  kexec_cmdline_check (self->record->cmdline, self->facts->cmdline_limit,
                       kexec_staging_display_name (self, 0), self->verdict);
}

gboolean
kexec_staging_inspect_initrds (KexecStaging *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) initrds =
    g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_initrd_free);
  g_autofree KexecInitrdJob *jobs = g_new0 (KexecInitrdJob, self->initrds->len);
  Watched watched = { self, cancellable };
  const KexecWatch watch = { proceed, &watched };

  for (guint i = 0; i < self->initrds->len; i++) {
    const KexecStagingInitrd *initrd = &g_array_index (self->initrds, KexecStagingInitrd, i);
    KexecInput all = input_of (self->initrd);

    jobs[i].input = kexec_input_slice (&all, initrd->offset, initrd->size);
    jobs[i].subject = initrd->name;
  }
  kexec_initrds_inspect (jobs, self->initrds->len, &watch, self->verdict);
  for (guint i = 0; i < self->initrds->len; i++)
    g_ptr_array_add (initrds, jobs[i].initrd);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  check_fit (self, initrds);
  return TRUE;
}
