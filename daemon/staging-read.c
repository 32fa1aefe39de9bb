/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The first steps of a staging: files are opened and copied, and the copies hashed. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "boot/beneath.h"
#include "boot/trust.h"
#include "daemon/names.h"
#include "daemon/staging-private.h"

static void
on_copied (guint64 bytes, gpointer user_data)
{
  KexecStaging *self = user_data;

  kexec_staging_report (self, "copy", self->copied + bytes, FALSE);
}

/* The names of the roles in the record. */
static const char *const roles[] = {
  [KEXEC_STAGING_KERNEL] = "kernel",
  [KEXEC_STAGING_ADDON] = "addon",
  [KEXEC_STAGING_INITRD] = "initrd",
};

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
open_entry_file (KexecStaging *self, KexecTrust *trust, int boot_fd, KexecStagingSource *source,
                 GError **error)
{
  const char *relative = kexec_place_relative (self->entry->place, source->path);
  g_autofree char *reason = NULL;

  if (relative == NULL) {
    g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_INVALID_ARGUMENT,
                 "%s lies outside of %s; keep the files of an entry in one file system",
                 source->path, self->entry->place->path);
    return FALSE;
  }
  source->fd = kexec_beneath_open_regular (boot_fd, relative, error);
  if (source->fd < 0)
    return FALSE;
  if (self->may_be_untrusted ||
      kexec_trust_judge_fd (trust, self->entry->place, boot_fd, source->fd, source->path, &reason))
    return TRUE;
  g_set_error (error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED,
               "%s; loading it needs an administrator's authorization", reason);
  return FALSE;
}

static gboolean
open_entry (KexecStaging *self, GError **error)
{
  g_autoptr (KexecTrust) trust = kexec_trust_new (self->environment->root_fd);
  int boot_fd;
  gboolean ok;

  /* Where its files lie was not found, and a finding says so. */
  if (self->entry->place == NULL)
    return kexec_entry_check (self->findings, TRUE, error);
  boot_fd = kexec_place_open (self->entry->place, self->environment->root_fd, error);
  ok = boot_fd >= 0;
  for (guint i = 0; ok && i < self->sources->len; i++)
    ok = open_entry_file (self, trust, boot_fd,
                          &g_array_index (self->sources, KexecStagingSource, i), error);
  if (boot_fd >= 0)
    close (boot_fd);
  return ok;
}

/* Opens and looks at every file; fills the record's list of files and the total. */
gboolean
kexec_staging_open (KexecStaging *self, GError **error)
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
    KexecStagingSource *source = &g_array_index (self->sources, KexecStagingSource, i);
    const char *name = kexec_staging_name (self, i);
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
                     kexec_record_file_new (roles[source->role], source->path, &st));
    self->total += st.st_size;
    if (source->role == KEXEC_STAGING_INITRD)
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
  KexecStagingSource *source = &g_array_index (self->sources, KexecStagingSource, index);
  KexecRecordFile *file = self->record->files->pdata[index];
  const char *name = kexec_staging_name (self, index);
  struct stat st;

  source->copy_fd = memfd->fd;
  source->copy_offset = memfd->size;
  if (!kexec_memfd_append (memfd, source->fd, name, file->size, cancellable, on_copied, self,
                           error))
    return FALSE;
  if (fstat (source->fd, &st) != 0 || !kexec_record_file_matches (file, &st)) {
    g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_IO_ERROR,
                 "%s changed while it was read; try again when it is whole", name);
    return FALSE;
  }
  self->copied += file->size;
  return TRUE;
}

/* Returns: (transfer full): a sealed copy of one file, or %NULL. */
static KexecMemfd *
copy_whole (KexecStaging *self, guint index, const char *name, GCancellable *cancellable,
            GError **error)
{
  g_autoptr (KexecMemfd) copy = kexec_memfd_new (name, error);

  if (copy == NULL || !copy_source (self, index, copy, cancellable, error) ||
      !kexec_memfd_seal (copy, error))
    return NULL;
  return g_steal_pointer (&copy);
}

gboolean
kexec_staging_copy_kernel (KexecStaging *self, GCancellable *cancellable, GError **error)
{
  kexec_staging_report (self, "copy", 0, TRUE);
  self->kernel = copy_whole (self, 0, "kernel", cancellable, error);
  if (self->kernel == NULL)
    return FALSE;
  for (guint i = 1; i < self->sources->len; i++) {
    KexecStagingAddon addon = { 0 };

    if (g_array_index (self->sources, KexecStagingSource, i).role != KEXEC_STAGING_ADDON)
      continue;
    addon.copy = copy_whole (self, i, "addon", cancellable, error);
    if (addon.copy == NULL)
      return FALSE;
    g_array_append_val (self->addons, addon);
  }
  return TRUE;
}

/* Makes room for one more initrd at the end of the copy. Returns: what to write it to, or %NULL. */
static KexecMemfd *
begin_initrd (KexecStaging *self, const char *name, guint64 size, GError **error)
{
  KexecStagingInitrd initrd = { .size = size };

  if (self->initrd == NULL)
    self->initrd = kexec_memfd_new ("initrd", error);
  if (self->initrd == NULL || !kexec_memfd_pad (self->initrd, error))
    return NULL;
  if (size > KEXEC_MAX_INITRD_SIZE - MIN (self->initrd->size, KEXEC_MAX_INITRD_SIZE)) {
    g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_INVALID_INITRD,
                 "The initrds have more than %" G_GUINT64_FORMAT
                 " MiB together, which is the most that is loaded; make them smaller",
                 KEXEC_MAX_INITRD_SIZE >> 20);
    return NULL;
  }
  initrd.name = g_strdup (name);
  initrd.offset = self->initrd->size;
  g_array_append_val (self->initrds, initrd);
  return self->initrd;
}

/* Returns: (transfer full): what to call a section of the kernel's file or of an addon. */
static char *
name_section (const KexecStaging *self, const KexecInput *section, const char *what)
{
  guint source = 0;

  for (guint i = 0; i < self->addons->len; i++)
    if (g_array_index (self->addons, KexecStagingAddon, i).copy->fd == section->fd)
      source = i + 1; /* addons follow the kernel */
  return g_strdup_printf ("%s: its %s", kexec_staging_name (self, source), what);
}

/* Appends sections of an image or addon; they are hashed with the file that they lie in. */
static gboolean
copy_sections (KexecStaging *self, const GArray *sections, const char *what,
               GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < sections->len; i++) {
    const KexecInput *section = &g_array_index (sections, KexecInput, i);
    g_autofree char *name = name_section (self, section, what);
    KexecMemfd *memfd = begin_initrd (self, name, section->size, error);

    if (memfd == NULL || !kexec_memfd_append_input (memfd, section, name, cancellable, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
copy_given_initrds (KexecStaging *self, GCancellable *cancellable, GError **error)
{
  for (guint i = 1; i < self->sources->len; i++) {
    const KexecRecordFile *file = self->record->files->pdata[i];
    KexecMemfd *memfd;

    if (g_array_index (self->sources, KexecStagingSource, i).role != KEXEC_STAGING_INITRD)
      continue;
    memfd = begin_initrd (self, kexec_staging_name (self, i), file->size, error);
    if (memfd == NULL || !copy_source (self, i, memfd, cancellable, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
kexec_staging_copy_initrds (KexecStaging *self, GCancellable *cancellable, GError **error)
{
  const KexecUkiProfile *profile = kexec_staging_profile (self);
  g_autoptr (GPtrArray) addons = kexec_staging_addons (self);
  g_autoptr (GArray) microcode = NULL;
  g_autoptr (GArray) initrds = NULL;

  if (profile != NULL) {
    microcode = kexec_uki_list_microcode (profile, addons);
    initrds = kexec_uki_list_initrds (profile, addons);
  }
  return (microcode == NULL || copy_sections (self, microcode, "microcode", cancellable, error)) &&
         copy_given_initrds (self, cancellable, error) &&
         (initrds == NULL || copy_sections (self, initrds, "initrd", cancellable, error)) &&
         (self->initrd == NULL || kexec_memfd_seal (self->initrd, error));
}

/* However long that takes, nothing hangs. */
static void
on_hashed (guint64 bytes, gpointer user_data)
{
  KexecStaging *self = user_data;

  g_atomic_int_inc (&self->pulse);
}

gboolean
kexec_staging_digest (KexecStaging *self, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < self->sources->len; i++) {
    const KexecStagingSource *source = &g_array_index (self->sources, KexecStagingSource, i);
    KexecRecordFile *file = self->record->files->pdata[i];

    file->sha256 = kexec_memfd_digest (source->copy_fd, source->copy_offset, file->size,
                                       cancellable, on_hashed, self, error);
    if (file->sha256 == NULL)
      return FALSE;
  }
  return TRUE;
}
