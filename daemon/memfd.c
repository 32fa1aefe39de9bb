/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/memfd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "image/digest.h"
#include "image/error.h"

#define PIECE (1024 * 1024) /* bytes read at a time */

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U /* Linux 6.3 */
#endif

static gboolean
set_errno (GError **error, const char *what)
{
  int saved = errno;

  g_set_error (error, KEXEC_ERROR,
               saved == ENOMEM || saved == ENOSPC ? KEXEC_ERROR_OUT_OF_MEMORY
                                                  : KEXEC_ERROR_IO_ERROR,
               "Cannot %s (%s); the machine is as it was before", what, g_strerror (saved));
  return FALSE;
}

KexecMemfd *
kexec_memfd_new (const char *name, GError **error)
{
  /* vm.memfd_noexec=2 refuses memfds without MFD_NOEXEC_SEAL, older kernels those with it. */
  int fd = memfd_create (name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
  KexecMemfd *self;

  if (fd < 0 && errno == EINVAL)
    fd = memfd_create (name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) {
    set_errno (error, "make a sealed copy");
    return NULL;
  }
  self = g_new0 (KexecMemfd, 1);
  self->fd = fd;
  return self;
}

void
kexec_memfd_free (KexecMemfd *self)
{
  close (self->fd);
  g_free (self);
}

static gboolean
append (KexecMemfd *self, const char *data, gsize length, GError **error)
{
  while (length > 0) {
    gssize written = TEMP_FAILURE_RETRY (write (self->fd, data, length));

    if (written < 0)
      return set_errno (error, "keep a copy of the image in memory");
    self->size += written;
    data += written;
    length -= written;
  }
  return TRUE;
}

static gboolean
set_changed (GError **error, const char *name)
{
  g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_IO_ERROR,
               "%s changed while it was read; try again when it is whole", name);
  return FALSE;
}

gboolean
kexec_memfd_append (KexecMemfd *self, int fd, const char *name, guint64 size,
                    GCancellable *cancellable, KexecMemfdProgress progress, gpointer user_data,
                    GError **error)
{
  g_autofree char *piece = g_malloc (PIECE);
  guint64 done = 0;
  gssize got;

  while ((got = TEMP_FAILURE_RETRY (pread (fd, piece, PIECE, done))) > 0) {
    if (g_cancellable_set_error_if_cancelled (cancellable, error))
      return FALSE;
    if (done + got > size)
      return set_changed (error, name);
    if (!append (self, piece, got, error))
      return FALSE;
    done += got;
    if (progress != NULL)
      progress (done, user_data);
  }
  if (got < 0) {
    g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_IO_ERROR,
                 "Cannot read %s (%s); check the file and its disk", name, g_strerror (errno));
    return FALSE;
  }
  return done == size || set_changed (error, name);
}

gboolean
kexec_memfd_append_input (KexecMemfd *self, const KexecInput *input, const char *name,
                          GCancellable *cancellable, GError **error)
{
  g_autofree char *piece = g_malloc (PIECE);

  for (guint64 done = 0; done < input->size;) {
    gsize got = kexec_input_read (input, done, piece, PIECE);

    if (g_cancellable_set_error_if_cancelled (cancellable, error))
      return FALSE;
    if (got == 0)
      return set_changed (error, name);
    if (!append (self, piece, got, error))
      return FALSE;
    done += got;
  }
  return TRUE;
}

gboolean
kexec_memfd_pad (KexecMemfd *self, GError **error)
{
  static const char zeros[4 + 3];

  return self->size == 0 || append (self, zeros, 4 + (-self->size & 3), error);
}

gboolean
kexec_memfd_seal (KexecMemfd *self, GError **error)
{
  if (fcntl (self->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0)
    return set_errno (error, "seal the copy of the image");
  return TRUE;
}

char *
kexec_memfd_digest (int fd, guint64 offset, guint64 size, GCancellable *cancellable,
                    KexecMemfdProgress progress, gpointer user_data, GError **error)
{
  g_autoptr (KexecDigest) digest = kexec_digest_new (G_CHECKSUM_SHA256);
  g_autofree char *piece = g_malloc (PIECE);
  g_autofree char *sha256 = NULL;
  guint64 done = 0;

  while (done < size) {
    gssize got = TEMP_FAILURE_RETRY (pread (fd, piece, MIN (PIECE, size - done), offset + done));

    if (g_cancellable_set_error_if_cancelled (cancellable, error))
      return NULL;
    if (got <= 0) {
      g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_IO_ERROR,
                   "Cannot read the image again (%s); try again when it is whole",
                   got < 0 ? g_strerror (errno) : "it became shorter");
      return NULL;
    }
    kexec_digest_update (digest, piece, got);
    done += got;
    if (progress != NULL)
      progress (done, user_data);
  }
  sha256 = kexec_digest_finish (digest);
  if (sha256 == NULL)
    g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_IO_ERROR,
                         "OpenSSL cannot hash the image; look at its configuration");
  return g_steal_pointer (&sha256);
}
