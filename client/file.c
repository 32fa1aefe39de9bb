/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "boot/fd.h"
#include "image/digest.h"
#include "image/error.h"

#define CHUNK_SIZE (256 * 1024)

struct KexecFileHash {
  int fd;
  char *path;
  struct stat before;
  KexecDigest *digest;
  GThread *thread;
};

static gboolean
fail (GError **error, const char *verb, const char *path, int code)
{
  g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_IO_ERROR, "Cannot %s %s: %s", verb, path,
               g_strerror (code));
  return FALSE;
}

static gboolean
check_regular (int fd, const char *path, GError **error)
{
  struct stat st;

  if (fstat (fd, &st) < 0)
    return fail (error, "look at", path, errno);
  if (S_ISREG (st.st_mode))
    return TRUE;
  g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_IO_ERROR,
               "%s is %s, not a regular file; name a kernel or an initrd", path,
               S_ISDIR (st.st_mode) ? "a directory" : "a device, fifo or socket");
  return FALSE;
}

int
kexec_file_open (const char *path, GError **error)
{
  kexec_autofd fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

  if (fd < 0) {
    fail (error, "open", path, errno);
    return -1;
  }
  return check_regular (fd, path, error) ? kexec_fd_steal (&fd) : -1;
}

/* Hashes the file to its end, or to where it ended at the start. Returns: NULL, or an errno. */
static gpointer
hash (gpointer data)
{
  KexecFileHash *self = data;
  g_autofree guint8 *chunk = g_malloc (CHUNK_SIZE);
  off_t offset = 0;

  while (offset < self->before.st_size) {
    ssize_t n = pread (self->fd, chunk, CHUNK_SIZE, offset);

    if (n == 0)
      break;
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return GINT_TO_POINTER (errno);
    kexec_digest_update (self->digest, chunk, n);
    offset += n;
  }
  return NULL;
}

static void
hash_free (KexecFileHash *self)
{
  kexec_digest_free (self->digest);
  g_free (self->path);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecFileHash, hash_free)

KexecFileHash *
kexec_file_hash_start (int fd, const char *path, guint64 *ret_size, GError **error)
{
  struct stat before;
  KexecFileHash *self;

  if (fstat (fd, &before) < 0) {
    fail (error, "look at", path, errno);
    return NULL;
  }
  if ((guint64) before.st_size > KEXEC_FILE_MAX) {
    fail (error, "read", path, EFBIG);
    return NULL;
  }
  self = g_new0 (KexecFileHash, 1);
  self->fd = fd;
  self->path = g_strdup (path);
  self->before = before;
  self->digest = kexec_digest_new (G_CHECKSUM_SHA256);
  self->thread = g_thread_new ("hash", hash, self);
  *ret_size = (guint64) before.st_size;
  return self;
}

static gboolean
is_unchanged (const struct stat *before, const struct stat *after)
{
  return after->st_size == before->st_size && after->st_mtim.tv_sec == before->st_mtim.tv_sec &&
         after->st_mtim.tv_nsec == before->st_mtim.tv_nsec;
}

char *
kexec_file_hash_finish (KexecFileHash *file, GError **error)
{
  g_autoptr (KexecFileHash) self = file;
  int code = GPOINTER_TO_INT (g_thread_join (self->thread));
  struct stat after;
  char *sha256;

  if (code != 0 || (fstat (self->fd, &after) < 0 && (code = errno) != 0)) {
    fail (error, "read", self->path, code);
    return NULL;
  }
  if (!is_unchanged (&self->before, &after)) {
    g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_IO_ERROR,
                 "%s changed while it was read; try again when it is written", self->path);
    return NULL;
  }
  sha256 = kexec_digest_finish (self->digest);
  if (sha256 == NULL)
    g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_FAILED,
                 "OpenSSL cannot hash %s; look at its configuration", self->path);
  return sha256;
}
