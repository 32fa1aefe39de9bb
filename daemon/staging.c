/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/staging.h"

#include <fcntl.h>

#include "boot/fd.h"
#include "boot/hardware.h"
#include "boot/machine.h"
#include "boot/root-device.h"
#include "boot/scan.h"
#include "boot/security.h"
#include "daemon/clock.h"
#include "daemon/closer.h"
#include "daemon/preflight.h"
#include "daemon/staging-private.h"

#define PROGRESS_INTERVAL (G_USEC_PER_SEC / 5)
#define WATCHDOG_INTERVAL 1 /* seconds */

static void
source_clear (KexecStagingSource *source)
{
  g_free (source->path);
  g_free (source->name);
  kexec_closer_close (source->fd);
}

static void
addon_clear (KexecStagingAddon *addon)
{
  g_clear_pointer (&addon->facts, kexec_uki_addon_free);
  g_clear_pointer (&addon->copy, kexec_memfd_free);
}

static void
initrd_clear (KexecStagingInitrd *initrd)
{
  g_free (initrd->name);
}

static KexecStaging *
staging_new (const KexecEnvironment *environment, const char *title, const char *cmdline)
{
  KexecStaging *self = g_new0 (KexecStaging, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->environment = environment;
  self->sources = g_array_new (FALSE, TRUE, sizeof (KexecStagingSource));
  g_array_set_clear_func (self->sources, (GDestroyNotify) source_clear);
  self->addons = g_array_new (FALSE, TRUE, sizeof (KexecStagingAddon));
  g_array_set_clear_func (self->addons, (GDestroyNotify) addon_clear);
  self->initrds = g_array_new (FALSE, TRUE, sizeof (KexecStagingInitrd));
  g_array_set_clear_func (self->initrds, (GDestroyNotify) initrd_clear);
  g_mutex_init (&self->report_lock);
  self->findings = kexec_findings_new ();
  self->verdict = kexec_findings_new ();
  self->record = kexec_record_new ();
  self->record->boot_id = g_strdup (environment->boot_id);
  self->record->title = g_strdup (title);
  self->record->cmdline = g_strdup (cmdline);
  return self;
}

static void
add_source (KexecStaging *self, KexecStagingRole role, const char *path, const char *name, int fd)
{
  KexecStagingSource source = {
    .role = role,
    .path = g_strdup (path),
    .name = g_strdup (name),
    .fd = fd,
    .copy_fd = -1,
  };

  g_array_append_val (self->sources, source);
}

KexecStaging *
kexec_staging_new_entry (const KexecEnvironment *environment, KexecEntry *entry,
                         const char *cmdline, gboolean may_be_untrusted)
{
  KexecStaging *self = staging_new (environment, entry->title, cmdline);

  self->entry = kexec_entry_ref (entry);
  self->may_be_untrusted = may_be_untrusted;
  self->record->id = g_strdup (entry->id);
  self->record->source = g_strdup (entry->source);
  self->record->is_private = entry->place != NULL && entry->place->needs_mount;
  kexec_findings_append (self->findings, entry->findings);
  self->profile = g_strdup (entry->profile);
  add_source (self, KEXEC_STAGING_KERNEL, entry->kernel, entry->kernel, -1);
  for (guint i = 0; entry->addons[i] != NULL; i++)
    add_source (self, KEXEC_STAGING_ADDON, entry->addons[i], entry->addons[i], -1);
  for (guint i = 0; entry->initrds[i] != NULL; i++)
    add_source (self, KEXEC_STAGING_INITRD, entry->initrds[i], entry->initrds[i], -1);
  return self;
}

void
kexec_staging_replace_cmdline (KexecStaging *self)
{
  self->is_cmdline_replaced = TRUE;
  kexec_findings_drop_cmdline (self->findings);
}

KexecStaging *
kexec_staging_new_files (const KexecEnvironment *environment, const int *fds, guint n_fds,
                         const char *profile, const char *title, const char *cmdline)
{
  KexecStaging *self = staging_new (environment, title, cmdline);

  self->profile = g_strdup (profile);
  self->may_be_untrusted = TRUE;
  self->record->id = g_strdup ("");
  self->record->source = g_strdup ("files");
  add_source (self, KEXEC_STAGING_KERNEL, "", title, fcntl (fds[0], F_DUPFD_CLOEXEC, 3));
  for (guint i = 1; i < n_fds; i++) {
    g_autofree char *name = n_fds > 2 ? g_strdup_printf ("Initrd %u", i) : g_strdup ("The initrd");

    add_source (self, KEXEC_STAGING_INITRD, "", name, fcntl (fds[i], F_DUPFD_CLOEXEC, 3));
  }
  return self;
}

static KexecStaging *
staging_ref (KexecStaging *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
kexec_staging_unref (KexecStaging *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_pointer (&self->entry, kexec_entry_unref);
  g_array_unref (self->sources);
  g_free (self->profile);
  g_array_unref (self->addons);
  g_array_unref (self->initrds);
  g_clear_pointer (&self->facts, kexec_kernel_free);
  g_clear_pointer (&self->verdicts, kexec_verdicts_unref);
  g_mutex_clear (&self->report_lock);
  g_clear_pointer (&self->kernel, kexec_memfd_free);
  g_clear_pointer (&self->initrd, kexec_memfd_free);
  g_ptr_array_unref (self->findings);
  g_ptr_array_unref (self->verdict);
  g_clear_pointer (&self->record, kexec_record_free);
  g_clear_pointer (&self->previous, kexec_record_free);
  g_free (self);
}

void
kexec_staging_set_owner (KexecStaging *self, guint32 uid, KexecAction action, gint64 lifetime)
{
  self->record->uid = uid;
  self->record->action = action;
  self->lifetime = lifetime;
}

void
kexec_staging_set_replaces (KexecStaging *self)
{
  /* A copy, through the file: the worker must not share the record with the main context. */
  self->previous = kexec_record_load (self->environment->runtime_fd, self->environment->boot_id);
}

void
kexec_staging_set_progress (KexecStaging *self, KexecStagingProgress progress, gpointer user_data)
{
  self->progress = progress;
  self->progress_data = user_data;
}

void
kexec_staging_set_verdicts (KexecStaging *self, KexecVerdicts *verdicts)
{
  self->verdicts = kexec_verdicts_ref (verdicts);
}

KexecFindings *
kexec_staging_findings (KexecStaging *self)
{
  return self->abandoned ? NULL : self->findings;
}

KexecRecord *
kexec_staging_steal_record (KexecStaging *self)
{
  return g_steal_pointer (&self->record);
}

/* --- progress: from the worker to the main context --- */

typedef struct {
  KexecStaging *staging;
  const char *phase;
  guint64 done;
} Report;

static void
report_free (Report *report)
{
  kexec_staging_unref (report->staging);
  g_free (report);
}

static gboolean
deliver_report (gpointer user_data)
{
  Report *report = user_data;
  KexecStaging *self = report->staging;

  /* Once the work has ended nobody listens. */
  if (self->watchdog != NULL && self->progress != NULL)
    self->progress (report->phase, report->done, self->total, self->progress_data);
  return G_SOURCE_REMOVE;
}

void
kexec_staging_report (KexecStaging *self, const char *phase, guint64 done, gboolean always)
{
  gint64 now = g_get_monotonic_time ();
  Report *report;
  gboolean is_due;

  g_atomic_int_inc (&self->pulse);
  g_mutex_lock (&self->report_lock);
  is_due = always || now - self->reported >= PROGRESS_INTERVAL;
  if (is_due)
    self->reported = now;
  g_mutex_unlock (&self->report_lock);
  if (!is_due)
    return;
  report = g_new0 (Report, 1);
  report->staging = staging_ref (self);
  report->phase = phase;
  report->done = done;
  /* Not g_main_context_invoke(), which may run it in this thread. */
  g_idle_add_full (G_PRIORITY_DEFAULT, deliver_report, report, (GDestroyNotify) report_free);
}

/* --- the worker --- */

/* What a verdict depends on besides the files that are loaded. */
static GVariant *
circumstances (const KexecStaging *self)
{
  g_autoptr (KexecSecurity) security = kexec_security_read (self->environment->root_fd);
  g_autofree char *policy = kexec_security_to_string (security);
  kexec_autofd config_fd = kexec_staging_open_config (self, self->entry->version);
  struct stat config = { 0 };
  KexecMachine machine;

  kexec_machine_read (self->environment->root_fd, &machine);
  if (config_fd >= 0)
    fstat (config_fd, &config);
  return g_variant_new ("(ssstttt)", policy, self->profile, self->record->cmdline, machine.memory,
                        (guint64) config.st_ino, (guint64) config.st_ctim.tv_sec,
                        (guint64) config.st_ctim.tv_nsec);
}

/* Only what was good all through: what was not may have been a passing want of memory. */
static gboolean
is_worth_remembering (const KexecStaging *self)
{
  for (guint i = 0; i < self->verdict->len; i++) {
    const KexecFinding *finding = self->verdict->pdata[i];

    if (finding->code == KEXEC_FINDING_KERNEL_NOT_VERIFIED ||
        finding->code == KEXEC_FINDING_INITRD_NOT_VERIFIED)
      return FALSE;
  }
  return kexec_findings_blocker (self->verdict) == NULL;
}

static gboolean
examine (KexecStaging *self, GCancellable *cancellable, GError **error)
{
  return kexec_staging_copy_kernel (self, cancellable, error) &&
         kexec_staging_inspect (self, cancellable, error);
}

/* A check of files that have not changed is answered from memory; a load never is. */
static gboolean
examine_or_remember (KexecStaging *self, GCancellable *cancellable, GError **error)
{
  g_autofree char *key = self->entry != NULL && self->verdicts != NULL
                           ? kexec_verdicts_key (self->record->files, circumstances (self))
                           : NULL;

  if (key != NULL && !self->load && kexec_verdicts_find (self->verdicts, key, self->findings))
    return TRUE;
  if (!examine (self, cancellable, error))
    return FALSE;
  if (key != NULL && is_worth_remembering (self))
    kexec_verdicts_add (self->verdicts, key, self->verdict);
  kexec_findings_append (self->findings, self->verdict);
  return TRUE;
}

/* The listing has looked for the root device of the entry's own command line, not for another's. */
static void
check_root_device (KexecStaging *self)
{
  int root_fd = self->environment->root_fd;

  if (self->entry != NULL && !g_str_equal (self->record->cmdline, self->entry->cmdline))
    kexec_root_device_check (root_fd, kexec_scan_is_live (root_fd), self->record->cmdline,
                             self->findings);
}

/* What the caller has not changed is not his mistake. */
static gboolean
check_findings (const KexecStaging *self, GError **error)
{
  gboolean is_as_found =
    self->entry != NULL && g_str_equal (self->record->cmdline, self->entry->cmdline);

  return kexec_entry_check (self->findings, is_as_found, error);
}

static gboolean
work (KexecStaging *self, GTask *task, GError **error)
{
  GCancellable *cancellable = g_task_get_cancellable (task);

  kexec_preflight_obstacles (self->environment, self->findings);
  kexec_hardware_check (self->environment->root_fd, self->findings);
  check_root_device (self);
  if (!kexec_staging_open (self, error))
    return FALSE;
  kexec_preflight_memory (self->environment, self->total, self->findings);
  if (!check_findings (self, error))
    return FALSE;
  if (!examine_or_remember (self, cancellable, error) || !check_findings (self, error))
    return FALSE;
  if (!self->load)
    return TRUE;
  /* From here on the machine changes: the work runs to its end, whoever leaves. */
  if (!g_task_set_return_on_cancel (task, FALSE))
    return FALSE;
  g_task_set_check_cancellable (task, FALSE);
  return kexec_staging_load (self, error);
}

static void
worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (work (task_data, task, &error))
    g_task_return_boolean (task, TRUE);
  else if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_error_if_cancelled (task);
}

/* --- the watchdog, in the main context --- */

static gboolean
on_watchdog (gpointer user_data)
{
  KexecStaging *self = user_data;
  gint pulse = g_atomic_int_get (&self->pulse);
  gint64 now = g_get_monotonic_time ();

  if (pulse != self->seen) {
    self->seen = pulse;
    self->seen_change = now;
  } else if (now - self->seen_change > self->environment->stall_sec * G_USEC_PER_SEC) {
    self->stalled = TRUE;
    g_cancellable_cancel (self->stop);
  }
  return G_SOURCE_CONTINUE;
}

static void
on_caller_left (GCancellable *caller, gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

void
kexec_staging_run_async (KexecStaging *self, gboolean do_load, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  self->load = do_load;
  self->stop = g_cancellable_new ();
  if (cancellable != NULL)
    self->caller_left = g_cancellable_connect (cancellable, G_CALLBACK (on_caller_left),
                                               g_object_ref (self->stop), g_object_unref);
  self->seen_change = g_get_monotonic_time ();
  self->watchdog = g_timeout_source_new_seconds (WATCHDOG_INTERVAL);
  g_source_set_callback (self->watchdog, on_watchdog, self, NULL);
  g_source_attach (self->watchdog, NULL);

  task = g_task_new (NULL, self->stop, callback, user_data);
  g_task_set_task_data (task, staging_ref (self), (GDestroyNotify) kexec_staging_unref);
  g_task_set_return_on_cancel (task, TRUE);
  g_object_set_data (G_OBJECT (task), "caller", cancellable);
  g_task_run_in_thread (task, worker);
}

gboolean
kexec_staging_run_finish (KexecStaging *self, GAsyncResult *result, GError **error)
{
  g_autoptr (GError) cause = NULL;
  gboolean ok = g_task_propagate_boolean (G_TASK (result), &cause);

  kexec_clock_clear_timer (&self->watchdog);
  g_cancellable_disconnect (g_object_get_data (G_OBJECT (result), "caller"), self->caller_left);
  g_clear_object (&self->stop);
  if (ok)
    return TRUE;
  self->abandoned = g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  if (self->stalled && g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_IO_ERROR,
                 "A file gave no data for %u seconds; check the file system that it is on",
                 self->environment->stall_sec);
  else
    g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}
