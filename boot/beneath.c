/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* openat2(2) and reading, with errors that name the path. */
#include "boot/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "boot/fd.h"
#include "image/printable.h"

/* openat2() gives up with EAGAIN when something was renamed while it looked. */
#define ATTEMPTS 16

static int
open_at (int dirfd, const char *path, int flags, guint64 resolve)
{
  struct open_how how = {
    .flags = (guint64) (flags | O_CLOEXEC),
    .resolve = resolve | RESOLVE_NO_MAGICLINKS,
  };
  int fd = -1;

  if (!(flags & O_PATH))
    how.flags |= O_NOCTTY | O_NONBLOCK;
  for (int i = 0; i < ATTEMPTS; i++) {
    fd = (int) syscall (SYS_openat2, dirfd, path, &how, sizeof how);
    if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
      break;
  }
  return fd;
}

static void
set_error (GError **error, int code, const char *path)
{
  g_autofree char *shown = kexec_printable (path);

  if (code == EXDEV)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                 "%s leads out of the directory that it has to stay in", shown);
  else
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "Cannot open %s: %s", shown,
                 g_strerror (code));
}

static int
open_relative (int dirfd, const char *path, const char *name, int flags, guint64 resolve,
               GError **error)
{
  const char *relative = path + strspn (path, "/");
  int fd = open_at (dirfd, *relative != '\0' ? relative : ".", flags, resolve);

  if (fd < 0)
    set_error (error, errno, name);
  return fd;
}

int
kexec_beneath_open (int dirfd, const char *path, int flags, GError **error)
{
  return open_relative (dirfd, path, path, flags, RESOLVE_BENEATH, error);
}

int
kexec_beneath_open_as (int dirfd, const char *path, const char *name, int flags, GError **error)
{
  return open_relative (dirfd, path, name, flags, RESOLVE_BENEATH, error);
}

int
kexec_beneath_open_in_root (int root_fd, const char *path, int flags, GError **error)
{
  return open_relative (root_fd, path, path, flags, RESOLVE_IN_ROOT, error);
}

/* What a file is that should be a regular one. */
static const char *
describe_type (mode_t mode)
{
  switch (mode & S_IFMT) {
  case S_IFDIR:
    return "a directory";
  case S_IFIFO:
    return "a fifo";
  case S_IFSOCK:
    return "a socket";
  case S_IFBLK:
  case S_IFCHR:
    return "a device";
  default:
    return "of an unknown kind";
  }
}

static gboolean
check_regular (const char *path, const struct stat *st, GError **error)
{
  g_autofree char *shown = kexec_printable (path);

  if (S_ISREG (st->st_mode))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, "%s is %s, not a regular file",
               shown, describe_type (st->st_mode));
  return FALSE;
}

gboolean
kexec_beneath_check_regular (int fd, const char *name, GError **error)
{
  g_autofree char *shown = kexec_printable (name);
  struct stat st;

  if (fstat (fd, &st) < 0) {
    set_error (error, errno, name);
    return FALSE;
  }
  if (!check_regular (name, &st, error))
    return FALSE;
  if (st.st_size > 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s is empty", shown);
  return FALSE;
}

int
kexec_beneath_open_regular (int dirfd, const char *path, GError **error)
{
  kexec_autofd fd = kexec_beneath_open (dirfd, path, O_RDONLY, error);

  return fd >= 0 && kexec_beneath_check_regular (fd, path, error) ? kexec_fd_steal (&fd) : -1;
}

/* Reads at most @max bytes more than @contents holds. Returns: %FALSE with errno. */
static gboolean
read_up_to (int fd, GByteArray *contents, gsize max)
{
  while (contents->len < max) {
    guint8 buffer[4096];
    ssize_t n = read (fd, buffer, MIN (sizeof buffer, max - contents->len));

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return FALSE;
    if (n == 0)
      return TRUE;
    g_byte_array_append (contents, buffer, (guint) n);
  }
  return TRUE;
}

char *
kexec_beneath_read_fd (int fd, const char *path, gsize max, GError **error)
{
  g_autoptr (GByteArray) contents = g_byte_array_new ();
  g_autofree char *shown = kexec_printable (path);

  if (!read_up_to (fd, contents, max + 1)) {
    set_error (error, errno, path);
    return NULL;
  }
  if (contents->len > max) {
    g_autofree char *limit = kexec_printable_size (max);

    g_set_error (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE, "%s is larger than %s", shown,
                 limit);
    return NULL;
  }
  g_byte_array_append (contents, (const guint8 *) "", 1);
  if (strlen ((const char *) contents->data) + 1 < contents->len) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s is not a text file", shown);
    return NULL;
  }
  return (char *) g_byte_array_free (g_steal_pointer (&contents), FALSE);
}

char *
kexec_beneath_read (int root_fd, const char *path, gsize max, GError **error)
{
  kexec_autofd fd = kexec_beneath_open_in_root (root_fd, path, O_RDONLY, error);
  struct stat st;

  if (fd < 0)
    return NULL;
  if (fstat (fd, &st) < 0) {
    set_error (error, errno, path);
    return NULL;
  }
  if (!check_regular (path, &st, error))
    return NULL;
  return kexec_beneath_read_fd (fd, path, max, error);
}

gboolean
kexec_beneath_is_roots (int root_fd, const struct stat *st)
{
  struct stat root = { .st_uid = 0 };

  return !(st->st_mode & (S_IWGRP | S_IWOTH)) &&
         (st->st_uid == 0 || (fstat (root_fd, &root) == 0 && st->st_uid == root.st_uid));
}
