/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The last step of a staging: the sealed copies are loaded, with a record before and after. */
#include <errno.h>

#include "boot/config.h"
#include "daemon/clock.h"
#include "daemon/kexec-tools.h"
#include "daemon/names.h"
#include "daemon/staging-private.h"
#include "daemon/store.h"

/* The slot may have changed hands since the request was looked at. */
static gboolean
check_slot (KexecStaging *self, GError **error)
{
  if (self->previous != NULL || kexec_kernel_slot (self->environment->root_fd) != KEXEC_SLOT_FULL)
    return TRUE;
  g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_FOREIGN_IMAGE,
                       "Another program has loaded an image; let it go with 'kexecctl unstage'"
                       " first");
  return FALSE;
}

static int
kernel_fd_of (const KexecStaging *self)
{
  return self->facts->image_fd >= 0 ? self->facts->image_fd : self->kernel->fd;
}

static int
initrd_fd_of (const KexecStaging *self)
{
  return self->initrd != NULL ? self->initrd->fd : -1;
}

static gboolean
digest_matches (KexecStaging *self, guint index)
{
  KexecRecordFile *file = self->record->files->pdata[index];
  g_autofree char *sha256 =
    kexec_memfd_digest (g_array_index (self->sources, KexecStagingSource, index).fd, 0, file->size,
                        NULL, NULL, NULL, NULL);

  return sha256 != NULL && g_str_equal (sha256, file->sha256);
}

static gboolean
digests_match (KexecStaging *self)
{
  for (guint i = 0; i < self->sources->len; i++)
    if (!digest_matches (self, i))
      return FALSE;
  return TRUE;
}

/* IMA, LoadPin, IPE and SELinux judge the file, and a memfd has none of the labels they look for. A
 * trusted entry's own files, which root alone can change, are tried once; only one initrd fits, and
 * a kernel that had to be unwrapped is in no file. */
static int
load_originals (KexecStaging *self, int refusal)
{
  int kernel_fd = g_array_index (self->sources, KexecStagingSource, 0).fd;
  int initrd_fd = -1;
  int error_number;

  if (self->entry == NULL || !self->entry->is_trusted || self->facts->image_fd >= 0 ||
      self->sources->len > 2 || !digests_match (self))
    return refusal;
  if (self->sources->len == 2)
    initrd_fd = g_array_index (self->sources, KexecStagingSource, 1).fd;
  error_number = self->environment->ops->load (kernel_fd, initrd_fd, self->record->cmdline);
  if (error_number == 0 && !digests_match (self)) {
    self->environment->ops->unload ();
    return EIO;
  }
  return error_number;
}

static gboolean
is_policy_refusal (int error_number, const KexecKernelFacts *facts)
{
  return error_number == EACCES ||
         (error_number == EPERM && facts->has_capability && !facts->load_disabled &&
          facts->load_limit != 0 &&
          (facts->lockdown == NULL || g_str_equal (facts->lockdown, "none")));
}

/* kexec_file_load(2) */
static gboolean
load_by_file (KexecStaging *self, GError **error)
{
  const KexecEnvironment *environment = self->environment;
  g_autoptr (KexecKernelFacts) facts = kexec_kernel_facts_read (environment->root_fd);
  int error_number =
    environment->ops->load (kernel_fd_of (self), initrd_fd_of (self), self->record->cmdline);

  if (is_policy_refusal (error_number, facts))
    error_number = load_originals (self, error_number);
  if (error_number == 0)
    return TRUE;
  kexec_kernel_load_error (error_number, facts, error);
  return FALSE;
}

/* A program that failed, or was ended, may have loaded its image before. What a kexec would boot
 * cannot be told then, and so there shall be nothing to boot. Returns: (nullable): what became of
 * what was there. */
static const char *
empty_slot (KexecStaging *self)
{
  gboolean is_empty = kexec_kernel_slot (self->environment->root_fd) == KEXEC_SLOT_EMPTY;

  if (is_empty && self->previous == NULL)
    return NULL;
  g_clear_pointer (&self->previous, kexec_record_free);
  if (is_empty || self->environment->ops->unload () == 0)
    return "nothing is staged now";
  return "what is loaded now cannot be told, nor let go; try 'kexecctl unstage' before any reboot";
}

/* kexec_load(2) */
static gboolean
load_by_tools (KexecStaging *self, GError **error)
{
  g_autoptr (GError) cause = NULL;
  gboolean has_run;
  const char *state;

  if (kexec_tools_load (self->environment, kernel_fd_of (self), initrd_fd_of (self),
                        self->record->cmdline, &has_run, &cause))
    return TRUE;
  state = has_run ? empty_slot (self) : NULL;
  if (state != NULL)
    g_set_error (error, cause->domain, cause->code, "%s; %s", cause->message, state);
  else
    g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

/* By what the administrator chose. */
static gboolean
load (KexecStaging *self, GError **error)
{
  if (g_str_equal (self->record->load_method, KEXEC_LOAD_METHOD_TOOLS))
    return load_by_tools (self, error);
  return load_by_file (self, error);
}

static void
choose_method (KexecStaging *self)
{
  g_autoptr (KexecConfig) config = kexec_config_load (self->environment->root_fd);

  g_free (self->record->load_method);
  self->record->load_method =
    g_strdup (config->load_by_kexec_tools ? KEXEC_LOAD_METHOD_TOOLS : KEXEC_LOAD_METHOD_FILE);
}

/* Puts the record back to what the slot still holds. */
static void
restore_record (KexecStaging *self)
{
  int runtime_fd = self->environment->runtime_fd;

  if (self->previous != NULL && kexec_kernel_slot (self->environment->root_fd) == KEXEC_SLOT_FULL)
    kexec_record_save (self->previous, runtime_fd, NULL);
  else
    kexec_store_remove (runtime_fd, KEXEC_FILE_STAGED, FALSE, NULL);
}

gboolean
kexec_staging_load (KexecStaging *self, GError **error)
{
  KexecRecord *record = self->record;
  int runtime_fd = self->environment->runtime_fd;

  if (!check_slot (self, error))
    return FALSE;
  choose_method (self);
  record->stage_id = g_uuid_string_random ();
  record->loading = TRUE;
  record->replaces = self->previous != NULL;
  record->staged_at = g_get_real_time ();
  kexec_record_set_expiry (record,
                           self->lifetime != 0 ? kexec_clock_boottime () + self->lifetime : 0);
  g_variant_unref (record->findings);
  record->findings = g_variant_ref_sink (kexec_findings_to_variant (self->findings));
  if (!kexec_record_save (record, runtime_fd, error))
    return FALSE;

  kexec_staging_report (self, "load", 0, TRUE);
  if (!load (self, error)) {
    restore_record (self);
    return FALSE;
  }
  record->loading = FALSE;
  record->staged_at = g_get_real_time ();
  if (!kexec_record_save (record, runtime_fd, error)) {
    /* Without a record the image would be nobody's. */
    self->environment->ops->unload ();
    kexec_store_remove (runtime_fd, KEXEC_FILE_STAGED, FALSE, NULL);
    return FALSE;
  }
  return TRUE;
}
