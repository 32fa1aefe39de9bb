/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The first steps of a staging: files are opened, copied, hashed and inspected. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "boot/beneath.h"
#include "boot/trust.h"
#include "daemon/names.h"
#include "daemon/preflight.h"
#include "daemon/staging-private.h"
#include "image/cmdline.h"
#include "image/initrd.h"

static void
on_copied (guint64 bytes, gpointer user_data)
{
  KexecStaging *self = user_data;

  kexec_staging_report (self, "copy", self->copied + bytes, FALSE);
}

static const char *
display_name (const KexecStaging *self, guint index)
{
  const KexecStagingSource *source = &g_array_index (self->sources, KexecStagingSource, index);

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
open_entry_file (KexecStaging *self, int boot_fd, KexecStagingSource *source, GError **error)
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
    ok =
      open_entry_file (self, boot_fd, &g_array_index (self->sources, KexecStagingSource, i), error);
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
  KexecStagingSource *source = &g_array_index (self->sources, KexecStagingSource, index);
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

gboolean
kexec_staging_copy (KexecStaging *self, GCancellable *cancellable, GError **error)
{
  kexec_staging_report (self, "copy", 0, TRUE);
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
  KexecInput all = kexec_input_from_fd (self->initrd->fd, self->initrd->size);
  guint64 offset = 0;

  for (guint i = 1; i < self->sources->len; i++) {
    KexecRecordFile *file = self->record->files->pdata[i];
    KexecInput part;
    g_autoptr (KexecInitrd) initrd = NULL;

    offset = (offset + 3) & ~G_GUINT64_CONSTANT (3);
    part = kexec_input_slice (&all, offset, file->size);
    initrd = kexec_initrd_inspect (&part, display_name (self, i), NULL, self->findings);
    offset += file->size;
  }
  return TRUE;
}

gboolean
kexec_staging_inspect (KexecStaging *self, GError **error)
{
  const char *name = display_name (self, 0);
  KexecInput input = kexec_input_from_fd (self->kernel->fd, self->kernel->size);
  KexecMachine machine = { 0 };
  g_autoptr (KexecKernel) kernel = NULL;
  struct utsname name_of_machine;

  kexec_staging_report (self, "check", 0, TRUE);
  uname (&name_of_machine); /* cannot fail */
  machine.architecture = name_of_machine.machine;
  kernel = kexec_kernel_inspect (&input, name, &machine, NULL, NULL, self->findings);
  self->record->release = g_strdup (kernel->release != NULL ? kernel->release : "");
  if (self->initrd != NULL && !inspect_initrds (self, error))
    return FALSE;
  kexec_cmdline_check (self->record->cmdline, kernel->cmdline_limit, name, self->findings);
  kexec_preflight_signature (self->environment, kernel, name, self->findings);
  return TRUE;
}
