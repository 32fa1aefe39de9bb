/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/store.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "image/error.h"

#define MAX_SIZE (256 * 1024) /* bytes: a command line and the facts about sixteen files */

static gboolean
set_errno (GError **error, const char *what, const char *name)
{
  int saved = errno;

  g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_IO_ERROR,
               "Cannot %s kexecd's file %s (%s); check the space and the mount options", what, name,
               g_strerror (saved));
  return FALSE;
}

static gboolean
write_all (int fd, const char *data, gsize length)
{
  while (length > 0) {
    gssize written = TEMP_FAILURE_RETRY (write (fd, data, length));

    if (written < 0)
      return FALSE;
    data += written;
    length -= written;
  }
  return TRUE;
}

gboolean
kexec_store_save (int dirfd, const char *name, GKeyFile *file, gboolean durable, GError **error)
{
  g_autofree char *temporary = g_strconcat (".", name, ".new", NULL);
  gsize length;
  g_autofree char *data = g_key_file_to_data (file, &length, NULL);
  int fd = openat (dirfd, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  gboolean written;

  if (fd < 0)
    return set_errno (error, "create", name);
  written = write_all (fd, data, length) && (!durable || fsync (fd) == 0);
  if (close (fd) != 0 || !written || renameat (dirfd, temporary, dirfd, name) != 0) {
    set_errno (error, "write", name);
    unlinkat (dirfd, temporary, 0);
    return FALSE;
  }
  if (durable && fsync (dirfd) != 0)
    return set_errno (error, "sync", name);
  return TRUE;
}

GKeyFile *
kexec_store_load (int dirfd, const char *name, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *data = g_malloc (MAX_SIZE);
  int fd = openat (dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  gsize length = 0;

  if (fd < 0) {
    int saved = errno;

    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (saved), "Cannot open %s (%s)", name,
                 g_strerror (saved));
    return NULL;
  }
  while (length < MAX_SIZE) {
    gssize got = TEMP_FAILURE_RETRY (read (fd, data + length, MAX_SIZE - length));

    if (got <= 0)
      break;
    length += got;
  }
  close (fd);
  if (!g_key_file_load_from_data (file, data, length, G_KEY_FILE_NONE, error))
    return NULL;
  return g_steal_pointer (&file);
}

gboolean
kexec_store_get_uid (GKeyFile *file, const char *group, guint32 *uid)
{
  g_autoptr (GError) error = NULL;
  guint64 value = g_key_file_get_uint64 (file, group, "Uid", &error);

  if (error != NULL || value >= G_MAXUINT32)
    return FALSE;
  *uid = (guint32) value;
  return TRUE;
}

gboolean
kexec_store_remove (int dirfd, const char *name, gboolean durable, GError **error)
{
  if (unlinkat (dirfd, name, 0) != 0 && errno != ENOENT)
    return set_errno (error, "remove", name);
  if (durable && fsync (dirfd) != 0)
    return set_errno (error, "sync", name);
  return TRUE;
}
