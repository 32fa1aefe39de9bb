/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looks files up, and kernels into. */
#include "boot/bls/file.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot/fd.h"
#include "boot/kernel-release.h"
#include "image/magic.h"
#include "image/uki/uki.h"

struct KexecBlsFiles {
  KexecScan *scan;
  GHashTable *files; /* "PLACE PATH" and whether it is a kernel → KexecBlsFile */
};

static void
free_file (KexecBlsFile *self)
{
  g_free (self->path);
  g_clear_error (&self->error);
  g_free (self->release);
  g_free (self);
}

KexecBlsFiles *
kexec_bls_files_new (KexecScan *scan)
{
  KexecBlsFiles *self = g_new0 (KexecBlsFiles, 1);

  self->scan = scan;
  self->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) free_file);
  return self;
}

void
kexec_bls_files_free (KexecBlsFiles *self)
{
  g_hash_table_unref (self->files);
  g_free (self);
}

static gboolean
looks_like_kernel (int fd)
{
  g_autofree guint8 *head = g_malloc (KEXEC_MAGIC_SIZE);
  ssize_t size = pread (fd, head, KEXEC_MAGIC_SIZE, 0);
  KexecMagic magic = size > 0 ? kexec_magic_identify (head, (gsize) size) : KEXEC_MAGIC_UNKNOWN;

  return magic != KEXEC_MAGIC_PE && kexec_magic_is_kernel (magic);
}

static void
look_into (KexecBlsFile *file, int fd, guint64 size)
{
  KexecInput input = kexec_input_from_fd (fd, size);

  g_autofree char *release = NULL;

  file->is_uki = kexec_uki_recognize (&input);
  if (!file->is_uki)
    release = kexec_kernel_release_read (fd);
  file->is_kernel = file->is_uki || release != NULL || looks_like_kernel (fd);
  if (release != NULL) {
    g_free (file->release);
    file->release = g_steal_pointer (&release);
  }
}

static KexecBlsFile *
look_up (KexecScan *scan, const KexecPlace *place, const char *path, gboolean is_kernel)
{
  const KexecFsHint hint = { .place = place };
  KexecBlsFile *file = g_new0 (KexecBlsFile, 1);
  kexec_autofd fd = -1;
  struct stat st;

  file->release = g_strdup ("");
  file->path = kexec_scan_locate (scan, &hint, path, &file->place);
  if (file->path == NULL)
    return file;
  fd = kexec_scan_open (scan, file->path, O_RDONLY, &file->error);
  if (fd < 0)
    return file;
  if (fstat (fd, &st) < 0 || !S_ISREG (st.st_mode) || st.st_size == 0)
    g_set_error (&file->error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE,
                 "%s is no regular file, or empty", file->path);
  else if (is_kernel)
    look_into (file, fd, (guint64) st.st_size);
  return file;
}

const KexecBlsFile *
kexec_bls_files_find (KexecBlsFiles *self, const KexecPlace *place, const char *path,
                      gboolean is_kernel)
{
  g_autofree char *key = g_strdup_printf ("%s %s %s", is_kernel ? "k" : "i", place->path, path);
  KexecBlsFile *file = g_hash_table_lookup (self->files, key);

  if (file != NULL)
    return file;
  file = look_up (self->scan, place, path, is_kernel);
  g_hash_table_insert (self->files, g_steal_pointer (&key), file);
  return file;
}
