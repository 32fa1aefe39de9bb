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
#include "image/magic.h"

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
  const KexecUki *uki = self->facts != NULL ? self->facts->uki : NULL;

  return uki != NULL ? kexec_uki_find_profile (uki, self->profile) : NULL;
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
    const char *name = kexec_staging_name (self, i + 1); /* addons follow the kernel */
    KexecInput input = input_of (addon->copy);

    addon->facts = kexec_uki_addon_read (&input, name, self->verdict);
    addon->applies = addon->facts != NULL && profile != NULL &&
                     kexec_uki_addon_applies (addon->facts, self->facts->uki, profile);
  }
}

/* Returns: (transfer full) (nullable): what a unified kernel image and its addons say. */
static char *
join_own_cmdline (const KexecStaging *self)
{
  const KexecUkiProfile *profile = kexec_staging_profile (self);
  g_autoptr (GPtrArray) addons = NULL;

  if (profile == NULL)
    return NULL;
  addons = kexec_staging_addons (self);
  return kexec_uki_join_cmdline (profile->cmdline, addons);
}

/* The catalog read an image's command line before anybody was asked, and this is what was granted.
 * A caller who gives none with a file wants the image's own. */
static gboolean
take_own_cmdline (KexecStaging *self, GError **error)
{
  g_autofree char *own = join_own_cmdline (self);

  if (own == NULL)
    return TRUE;
  if (self->entry == NULL && *self->record->cmdline == '\0') {
    g_free (self->record->cmdline);
    self->record->cmdline = g_steal_pointer (&own);
  } else if (self->entry != NULL && self->entry->own_cmdline != NULL &&
             !self->is_cmdline_replaced && !g_str_equal (self->entry->own_cmdline, own)) {
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
  const char *name = kexec_staging_name (self, 0);

  if (*self->profile == '\0' || self->facts->uki != NULL ||
      kexec_findings_blocker (self->verdict) != NULL)
    return;
  kexec_findings_add (self->verdict, KEXEC_FINDING_UKI_NO_SUCH_PROFILE, name, NULL,
                      "%s is no unified kernel image and has no profile '%s'; name none", name,
                      self->profile);
}

/* One look at the kernel, which may be in a thread of its own. */
typedef struct {
  KexecInput input;
  const char *name;
  const char *profile;
  const KexecWatch *watch;
  KexecMachine machine;
  KexecFindings *findings;
  KexecKernel *kernel;
} Look;

static gpointer
look_at_kernel (gpointer data)
{
  Look *look = data;

  look->kernel = kexec_kernel_inspect (&look->input, look->name, &look->machine, look->profile,
                                       look->watch, look->findings);
  return NULL;
}

/* Takes what the look found, and what follows from it. */
static gboolean
conclude_kernel (KexecStaging *self, const Look *look, GError **error)
{
  g_autoptr (KexecSecurity) security = kexec_security_read (self->environment->root_fd);
  KexecKernel *kernel = look->kernel;

  self->facts = kernel;
  self->record->release = g_strdup (kernel->release != NULL ? kernel->release : "");
  kexec_findings_append (self->verdict, look->findings);
  check_profile (self);
  inspect_addons (self);
  kexec_signature_predict (kernel->inner_signatures != NULL ? kernel->inner_signatures
                                                            : kernel->signatures,
                           &security->policy, look->name, self->verdict);
  return take_own_cmdline (self, error);
}

/* --- the initrds --- */

int
kexec_staging_open_config (const KexecStaging *self, const char *release)
{
  int root_fd = self->environment->root_fd;
  g_autofree char *name = g_strconcat ("config-", release, NULL);
  g_autofree char *dir = NULL;
  g_autofree char *path = NULL;
  g_autoptr (KexecTrust) trust = NULL;
  kexec_autofd boot_fd = -1;
  kexec_autofd fd = -1;

  /* The release is what the image says, and it can say anything. */
  if (self->entry == NULL || self->entry->place == NULL || *release == '\0' ||
      strchr (release, '/') != NULL)
    return -1;
  dir = g_path_get_dirname (self->entry->kernel);
  path = g_build_filename (dir, name, NULL);
  boot_fd = kexec_place_open (self->entry->place, root_fd, NULL);
  if (boot_fd >= 0)
    fd =
      kexec_beneath_open_regular (boot_fd, kexec_place_relative (self->entry->place, path), NULL);
  if (fd < 0 || !self->entry->is_trusted)
    return kexec_fd_steal (&fd);
  trust = kexec_trust_new (root_fd);
  return kexec_trust_judge_fd (trust, self->entry->place, boot_fd, fd, path, NULL)
           ? kexec_fd_steal (&fd)
           : -1;
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
check_fit (KexecStaging *self, const GPtrArray *initrds, const KexecMachine *machine)
{
  g_autoptr (KexecKernelConfig) beside = NULL;
  const KexecKernelConfig *config = self->facts->config;
  g_autofree char *own = join_own_cmdline (self);

  if (config == NULL)
    config = beside = read_config (self);
  kexec_fit_check (self->facts, initrds, config, self->record->cmdline, machine, self->verdict);
  kexec_cmdline_check (self->record->cmdline, self->facts->cmdline_limit, own,
                       kexec_staging_name (self, 0), self->verdict);
}

/* Returns: (transfer full) (element-type KexecInitrd): what was copied, in loading order. */
static GPtrArray *
inspect_initrds (const KexecStaging *self, const KexecWatch *watch, KexecFindings *findings)
{
  GPtrArray *initrds = g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_initrd_free);
  g_autofree KexecInitrdJob *jobs = g_new0 (KexecInitrdJob, self->initrds->len);

  for (guint i = 0; i < self->initrds->len; i++) {
    const KexecStagingInitrd *initrd = &g_array_index (self->initrds, KexecStagingInitrd, i);
    KexecInput all = input_of (self->initrd);

    jobs[i].input = kexec_input_slice (&all, initrd->offset, initrd->size);
    jobs[i].subject = initrd->name;
  }
  kexec_initrds_inspect (jobs, self->initrds->len, watch, findings);
  for (guint i = 0; i < self->initrds->len; i++)
    g_ptr_array_add (initrds, jobs[i].initrd);
  return initrds;
}

/* --- both --- */

static gboolean
is_bzimage (const KexecInput *input)
{
  g_autofree guint8 *head = g_malloc (KEXEC_MAGIC_SIZE);

  return kexec_magic_identify (head, kexec_input_read (input, 0, head, KEXEC_MAGIC_SIZE)) ==
         KEXEC_MAGIC_BZIMAGE;
}

/* Without a CPU's help hashing takes as long as all the rest, and it needs nothing but the copies:
 * it is done in a thread of its own. */
typedef struct {
  KexecStaging *staging;
  GCancellable *cancellable;
  GError *error;
} Digesting;

static gpointer
digest (gpointer data)
{
  Digesting *digesting = data;

  kexec_staging_digest (digesting->staging, digesting->cancellable, &digesting->error);
  return NULL;
}

/* Returns: (transfer full) (nullable): the initrds; what is wrong with them is among @findings. */
static GPtrArray *
digest_and_inspect (KexecStaging *self, const KexecWatch *watch, GCancellable *cancellable,
                    KexecFindings *findings, GError **error)
{
  Digesting digesting = { self, cancellable, NULL };
  GThread *thread = NULL;
  g_autoptr (GPtrArray) initrds = NULL;

  /* Of what is only checked nobody keeps a record. */
  if (self->load)
    thread = g_thread_try_new ("digest", digest, &digesting, NULL);
  if (self->load && thread == NULL)
    digest (&digesting);
  initrds = inspect_initrds (self, watch, findings);
  if (thread != NULL)
    g_thread_join (thread);
  if (digesting.error == NULL)
    return g_steal_pointer (&initrds);
  g_propagate_error (error, digesting.error);
  return NULL;
}

/* A bzImage is looked at while its initrds are. Other kernels have to be known first: they may
 * bring initrds of their own. */
static GPtrArray *
inspect_all (KexecStaging *self, Look *look, GCancellable *cancellable, KexecFindings *findings,
             GError **error)
{
  g_autoptr (GPtrArray) initrds = NULL;
  GThread *thread = NULL;
  gboolean ok;

  /* Where no thread can be had, one after the other does as well. */
  if (is_bzimage (&look->input))
    thread = g_thread_try_new ("kernel", look_at_kernel, look, NULL);
  if (thread == NULL)
    look_at_kernel (look);
  ok = (thread != NULL || conclude_kernel (self, look, error)) &&
       kexec_staging_copy_initrds (self, cancellable, error);
  if (ok) {
    initrds = digest_and_inspect (self, look->watch, cancellable, findings, error);
    ok = initrds != NULL;
  }
  if (thread != NULL) {
    g_thread_join (thread);
    ok = conclude_kernel (self, look, ok ? error : NULL) && ok;
  }
  return ok ? g_steal_pointer (&initrds) : NULL;
}

gboolean
kexec_staging_inspect (KexecStaging *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (KexecFindings) of_kernel = kexec_findings_new ();
  g_autoptr (KexecFindings) of_initrds = kexec_findings_new ();
  g_autoptr (GPtrArray) initrds = NULL;
  Watched watched = { self, cancellable };
  const KexecWatch watch = { proceed, &watched };
  Look look = {
    .input = input_of (self->kernel),
    .name = kexec_staging_name (self, 0),
    .profile = self->profile,
    .watch = &watch,
    .findings = of_kernel,
  };

  kexec_staging_report (self, "check", 0, TRUE);
  kexec_machine_read (self->environment->root_fd, &look.machine);
  initrds = inspect_all (self, &look, cancellable, of_initrds, error);
  if (initrds == NULL || g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  kexec_findings_append (self->verdict, of_initrds);
  check_fit (self, initrds, &look.machine);
  return TRUE;
}
