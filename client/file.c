/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "boot/fd.h"
#include "image/error.h"

/* The kernel reads no file for kexec that is larger (kernel_read_file, INT_MAX). */
#define MAX_SIZE (G_GUINT64_CONSTANT (2047) << 20)

#define CHUNK_SIZE (1 << 20)

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

/* Reads @fd to its end into @array. */
static gboolean
read_all (int fd, const char *path, GByteArray *array, GChecksum *checksum, GError **error)
{
  g_autofree guint8 *chunk = g_malloc (CHUNK_SIZE);

  for (;;) {
    ssize_t n = read (fd, chunk, CHUNK_SIZE);

    if (n == 0)
      return TRUE;
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return fail (error, "read", path, errno);
    if (array->len + (guint64) n > MAX_SIZE)
      return fail (error, "read", path, EFBIG);
    g_byte_array_append (array, chunk, (guint) n);
    g_checksum_update (checksum, chunk, n);
  }
}

GBytes *
kexec_file_read (const char *path, char **ret_sha256, GError **error)
{
  g_autoptr (GByteArray) array = g_byte_array_new ();
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  kexec_autofd fd = kexec_file_open (path, error);

  if (fd < 0 || !read_all (fd, path, array, checksum, error))
    return NULL;
  *ret_sha256 = g_strdup (g_checksum_get_string (checksum));
  return g_byte_array_free_to_bytes (g_steal_pointer (&array));
}
