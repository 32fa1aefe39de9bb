/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/staging.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "boot/beneath.h"
#include "boot/trust.h"
#include "daemon/clock.h"
#include "daemon/closer.h"
#include "daemon/memfd.h"
#include "daemon/names.h"
#include "daemon/preflight.h"
#include "daemon/store.h"
#include "image/cmdline.h"
#include "image/initrd.h"

#define PROGRESS_INTERVAL (G_USEC_PER_SEC / 5)
#define WATCHDOG_INTERVAL 1 /* seconds */

/* One file on its way into the kernel. */
typedef struct {
  char *path; /* below the root; "" for a caller's descriptor */
  int fd;     /* -1 until opened */
} Source;

/* Lives on in the worker when nobody waits any more, hence counted; everything but the watchdog's
 * part belongs to the worker while it runs. */
struct KexecStaging {
  gatomicrefcount ref_count;
  const KexecEnvironment *environment;
  KexecEntry *entry; /* NULL: a caller's files */
  gboolean may_be_untrusted;
  GArray *sources; /* Source, the kernel first */
  guint64 total;   /* bytes of all sources */
  KexecMemfd *kernel;
  KexecMemfd *initrd; /* NULL: none */
  KexecFindings *findings;
  KexecRecord *record;
  KexecRecord *previous;
  gint64 lifetime;
  gboolean load;

  KexecStagingProgress progress;
  gpointer progress_data;
  guint64 copied; /* bytes of the files before the current one */
  gint64 reported;

  /* The watchdog, in the main context. */
  GSource *watchdog;
  GCancellable *stop;
  gulong caller_left;
  gint64 seen_change;
  gint seen;  /* the last value of pulse */
  gint pulse; /* (atomic) goes up whenever the worker makes progress */
  gboolean stalled;
  gboolean abandoned; /* the worker may still be at it */
};

static void
source_clear (Source *source)
{
  g_free (source->path);
  kexec_closer_close (source->fd);
}

static KexecStaging *
staging_new (const KexecEnvironment *environment, const char *title, const char *cmdline)
{
  KexecStaging *self = g_new0 (KexecStaging, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->environment = environment;
  self->sources = g_array_new (FALSE, TRUE, sizeof (Source));
  g_array_set_clear_func (self->sources, (GDestroyNotify) source_clear);
  self->findings = kexec_findings_new ();
  self->record = kexec_record_new ();
  self->record->boot_id = g_strdup (environment->boot_id);
  self->record->title = g_strdup (title);
  self->record->cmdline = g_strdup (cmdline);
  return self;
}

static void
add_source (KexecStaging *self, const char *path, int fd)
{
  Source source = { .path = g_strdup (path), .fd = fd };

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
  kexec_findings_append (self->findings, entry->findings);
  add_source (self, entry->kernel, -1);
  for (guint i = 0; entry->initrds[i] != NULL; i++)
    add_source (self, entry->initrds[i], -1);
  return self;
}

void
kexec_staging_replace_cmdline (KexecStaging *self)
{
  for (guint i = self->findings->len; i-- > 0;) {
    const KexecFinding *finding = self->findings->pdata[i];

    if (kexec_finding_is_about_cmdline (finding->code))
      g_ptr_array_remove_index (self->findings, i);
  }
}

KexecStaging *
kexec_staging_new_files (const KexecEnvironment *environment, const int *fds, guint n_fds,
                         const char *title, const char *cmdline)
{
  KexecStaging *self = staging_new (environment, title, cmdline);

  self->may_be_untrusted = TRUE;
  self->record->id = g_strdup ("");
  self->record->source = g_strdup ("files");
  for (guint i = 0; i < n_fds; i++)
    add_source (self, "", fcntl (fds[i], F_DUPFD_CLOEXEC, 3));
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
  g_clear_pointer (&self->kernel, kexec_memfd_free);
  g_clear_pointer (&self->initrd, kexec_memfd_free);
  g_ptr_array_unref (self->findings);
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

static void
report_progress (KexecStaging *self, const char *phase, guint64 done, gboolean always)
{
  gint64 now = g_get_monotonic_time ();
  Report *report;

  g_atomic_int_inc (&self->pulse);
  if (!always && now - self->reported < PROGRESS_INTERVAL)
    return;
  self->reported = now;
  report = g_new0 (Report, 1);
  report->staging = staging_ref (self);
  report->phase = phase;
  report->done = done;
  g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, deliver_report, report,
                              (GDestroyNotify) report_free);
}

static void
on_copied (guint64 bytes, gpointer user_data)
{
  KexecStaging *self = user_data;

  report_progress (self, "copy", self->copied + bytes, FALSE);
}

/* --- the steps, in the worker --- */

static const char *
display_name (const KexecStaging *self, guint index)
{
  const Source *source = &g_array_index (self->sources, Source, index);

  if (*source->path != '\0')
    return source->path;
  return index == 0 ? self->record->title : "An initrd";
}

/* A descriptor that a caller passed can be anything. */
static gboolean
check_descriptor (int fd, const char *name, GError **error)
{
  int flags = fcntl (fd, F_GETFL);

  if (flags < 0 || (flags & O_PATH) != 0 || (flags & O_ACCMODE) == O_WRONLY) {
    g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_INVALID_ARGUMENT,
                 "%s was passed as a descriptor that cannot be read from; open it for reading",
                 name);
    return FALSE;
  }
  return TRUE;
}

static gboolean
check_regular (const struct stat *st, const char *name, gboolean is_kernel, GError **error)
{
  guint64 cap = is_kernel ? KEXEC_MAX_KERNEL_SIZE : KEXEC_MAX_INITRD_SIZE;

  if (!S_ISREG (st->st_mode)) {
    g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_INVALID_ARGUMENT,
                 "%s is not a regular file; name the image itself", name);
    return FALSE;
  }
  if (st->st_size == 0) {
    g_set_error (error, KEXEC_ERROR,
                 is_kernel ? KEXEC_ERROR_INVALID_IMAGE : KEXEC_ERROR_INVALID_INITRD,
                 "%s is empty; install its package again", name);
    return FALSE;
  }
  if ((guint64) st->st_size > cap) {
    g_set_error (error, KEXEC_ERROR,
                 is_kernel ? KEXEC_ERROR_INVALID_IMAGE : KEXEC_ERROR_INVALID_INITRD,
                 "%s has %" G_GUINT64_FORMAT " MiB; at most %" G_GUINT64_FORMAT " MiB are loaded",
                 name, (guint64) st->st_size >> 20, cap >> 20);
    return FALSE;
  }
  return TRUE;
}

static gboolean
open_entry_file (KexecStaging *self, int boot_fd, Source *source, GError **error)
{
  const char *relative = source->path + strlen (self->entry->boot_path);
  g_autofree char *reason = NULL;

  source->fd = kexec_beneath_open_regular (boot_fd, relative, error);
  if (source->fd < 0)
    return FALSE;
  if (self->may_be_untrusted ||
      kexec_trust_judge_fd (self->environment->root_fd, source->fd, source->path, &reason))
    return TRUE;
  g_set_error (error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED,
               "%s; loading it needs an administrator's authorization", reason);
  return FALSE;
}

static gboolean
open_entry (KexecStaging *self, GError **error)
{
  int boot_fd = kexec_beneath_open_in_root (self->environment->root_fd, self->entry->boot_path,
                                            O_PATH | O_DIRECTORY, error);
  gboolean ok = boot_fd >= 0;

  for (guint i = 0; ok && i < self->sources->len; i++)
    ok = open_entry_file (self, boot_fd, &g_array_index (self->sources, Source, i), error);
  if (boot_fd >= 0)
    close (boot_fd);
  return ok;
}

/* Opens and looks at every file; fills the record's list of files and the total. */
static gboolean
open_sources (KexecStaging *self, GError **error)
{
  guint64 initrds = 0;

  if (self->entry != NULL && !open_entry (self, error)) {
    if (error != NULL && *error != NULL && (*error)->domain == G_IO_ERROR) {
      g_autoptr (GError) cause = g_steal_pointer (error);

      g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_IO_ERROR, cause->message);
    }
    return FALSE;
  }
  for (guint i = 0; i < self->sources->len; i++) {
    Source *source = &g_array_index (self->sources, Source, i);
    const char *name = display_name (self, i);
    struct stat st;

    if (!check_descriptor (source->fd, name, error))
      return FALSE;
    if (fstat (source->fd, &st) != 0) {
      g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_IO_ERROR, "Cannot look at %s (%s)", name,
                   g_strerror (errno));
      return FALSE;
    }
    if (!check_regular (&st, name, i == 0, error))
      return FALSE;
    g_ptr_array_add (self->record->files,
                     kexec_record_file_new (i == 0 ? "kernel" : "initrd", source->path, &st));
    self->total += st.st_size;
    if (i > 0)
      initrds += st.st_size + 3;
  }
  if (initrds > KEXEC_MAX_INITRD_SIZE) {
    g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_INVALID_INITRD,
                 "The initrds have %" G_GUINT64_FORMAT " MiB together; at most %" G_GUINT64_FORMAT
                 " MiB are loaded",
                 initrds >> 20, KEXEC_MAX_INITRD_SIZE >> 20);
    return FALSE;
  }
  return TRUE;
}

static gboolean
copy_source (KexecStaging *self, guint index, KexecMemfd *memfd, GCancellable *cancellable,
             GError **error)
{
  Source *source = &g_array_index (self->sources, Source, index);
  KexecRecordFile *file = self->record->files->pdata[index];
  const char *name = display_name (self, index);
  struct stat st;

  if (!kexec_memfd_append (memfd, source->fd, name, file->size, cancellable, on_copied, self,
                           &file->sha256, error))
    return FALSE;
  if (fstat (source->fd, &st) != 0 || !kexec_record_file_matches (file, &st)) {
    g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_IO_ERROR,
                 "%s changed while it was read; try again when it is whole", name);
    return FALSE;
  }
  self->copied += file->size;
  return TRUE;
}

static gboolean
copy_sources (KexecStaging *self, GCancellable *cancellable, GError **error)
{
  report_progress (self, "copy", 0, TRUE);
  self->kernel = kexec_memfd_new ("kernel", error);
  if (self->kernel == NULL || !copy_source (self, 0, self->kernel, cancellable, error) ||
      !kexec_memfd_seal (self->kernel, error))
    return FALSE;
  if (self->sources->len == 1)
    return TRUE;
  self->initrd = kexec_memfd_new ("initrd", error);
  if (self->initrd == NULL)
    return FALSE;
  for (guint i = 1; i < self->sources->len; i++)
    if (!kexec_memfd_pad (self->initrd, error) ||
        !copy_source (self, i, self->initrd, cancellable, error))
      return FALSE;
  return kexec_memfd_seal (self->initrd, error);
}

static gboolean
inspect_initrds (KexecStaging *self, GError **error)
{
  g_autoptr (GBytes) all = kexec_memfd_map (self->initrd, error);
  gsize offset = 0;

  if (all == NULL)
    return FALSE;
  for (guint i = 1; i < self->sources->len; i++) {
    KexecRecordFile *file = self->record->files->pdata[i];
    g_autoptr (GBytes) part = NULL;
    g_autoptr (KexecInitrd) initrd = NULL;

    offset = (offset + 3) & ~(gsize) 3;
    part = g_bytes_new_from_bytes (all, offset, file->size);
    initrd = kexec_initrd_inspect (part, display_name (self, i), self->findings);
    offset += file->size;
  }
  return TRUE;
}

static gboolean
inspect (KexecStaging *self, GError **error)
{
  const char *name = display_name (self, 0);
  g_autoptr (GBytes) bytes = kexec_memfd_map (self->kernel, error);
  g_autoptr (KexecKernel) kernel = NULL;
  struct utsname machine;

  report_progress (self, "check", 0, TRUE);
  if (bytes == NULL)
    return FALSE;
  uname (&machine); /* cannot fail */
  kernel = kexec_kernel_inspect (bytes, name, machine.machine, self->findings);
  self->record->release = g_strdup (kernel->release != NULL ? kernel->release : "");
  if (self->initrd != NULL && !inspect_initrds (self, error))
    return FALSE;
  kexec_cmdline_check (self->record->cmdline, kernel->cmdline_limit, name, self->findings);
  kexec_preflight_signature (self->environment, kernel, name, self->findings);
  return TRUE;
}

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
load_sealed (KexecStaging *self)
{
  return self->environment->ops->load (
    self->kernel->fd, self->initrd != NULL ? self->initrd->fd : -1, self->record->cmdline);
}

static gboolean
digest_matches (KexecStaging *self, guint index)
{
  KexecRecordFile *file = self->record->files->pdata[index];
  g_autofree char *sha256 =
    kexec_memfd_digest (g_array_index (self->sources, Source, index).fd, file->size, NULL);

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
 * trusted entry's own files, which root alone can change, are tried once; only one initrd fits. */
static int
load_originals (KexecStaging *self, int refusal)
{
  int kernel_fd = g_array_index (self->sources, Source, 0).fd;
  int initrd_fd = -1;
  int error_number;

  if (self->entry == NULL || !self->entry->is_trusted || self->sources->len > 2 ||
      !digests_match (self))
    return refusal;
  if (self->sources->len == 2)
    initrd_fd = g_array_index (self->sources, Source, 1).fd;
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

static gboolean
load (KexecStaging *self, GError **error)
{
  g_autoptr (KexecKernelFacts) facts = kexec_kernel_facts_read (self->environment->root_fd);
  KexecRecord *record = self->record;
  int runtime_fd = self->environment->runtime_fd;
  int error_number;

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

  report_progress (self, "load", 0, TRUE);
  error_number = load_sealed (self);
  if (is_policy_refusal (error_number, facts))
    error_number = load_originals (self, error_number);
  if (error_number != 0) {
    restore_record (self);
    kexec_kernel_load_error (error_number, facts, error);
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

static gboolean
work (KexecStaging *self, GTask *task, GError **error)
{
  GCancellable *cancellable = g_task_get_cancellable (task);

  kexec_preflight_obstacles (self->environment, self->findings);
  if (!open_sources (self, error))
    return FALSE;
  kexec_preflight_memory (self->environment, self->total, self->findings);
  if (!kexec_findings_check (self->findings, error))
    return FALSE;
  if (!copy_sources (self, cancellable, error) || !inspect (self, error) ||
      !kexec_findings_check (self->findings, error))
    return FALSE;
  if (!self->load)
    return TRUE;
  /* From here on the machine changes: the work runs to its end, whoever leaves. */
  if (!g_task_set_return_on_cancel (task, FALSE))
    return FALSE;
  g_task_set_check_cancellable (task, FALSE);
  return check_slot (self, error) && load (self, error);
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
