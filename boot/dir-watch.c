/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* inotify(7) on the directories, and the poll that /proc/self/mountinfo offers. */
#include "boot/dir-watch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot/beneath.h"
#include "boot/fd.h"

#define EVENTS                                                                                     \
  (IN_ATTRIB | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MODIFY | IN_MOVED_FROM | IN_MOVED_TO |  \
   IN_MOVE_SELF | IN_ONLYDIR)

/* Times of change are as exact as the kernel's tick; whole seconds on some file systems. */
#define SETTLE_USEC (2 * G_USEC_PER_SEC)

/* Nobody's boot files lie in more directories. */
#define DIRECTORIES_MAX 256

struct KexecDirWatch {
  int root_fd;
  int fd;        /* inotify; -1: nothing can be known */
  int mounts_fd; /* /proc/self/mountinfo; -1: not watched */
  gint64 since;
  GHashTable *seen; /* directories, "device:inode" */
  gboolean has_changed;
};

/* Watches an opened directory, once. */
static void
watch_directory (KexecDirWatch *self, int fd)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autofree char *file = NULL;
  struct stat st;

  if (fstat (fd, &st) != 0)
    return;
  file = g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, (guint64) st.st_dev,
                          (guint64) st.st_ino);
  if (!g_hash_table_add (self->seen, g_steal_pointer (&file)))
    return;
  if (g_hash_table_size (self->seen) > DIRECTORIES_MAX ||
      inotify_add_watch (self->fd, path, EVENTS) < 0)
    self->has_changed = TRUE; /* nobody would tell */
}

/* Returns: a descriptor of the directory above @path, or of the nearest above that that is there.
 */
static int
open_above (const KexecDirWatch *self, const char *path)
{
  g_autofree char *dir = g_path_get_dirname (path);

  for (;;) {
    int fd = kexec_beneath_open_in_root (self->root_fd, dir, O_PATH | O_DIRECTORY, NULL);
    char *above;

    if (fd >= 0 || strcmp (dir, "/") == 0)
      return fd;
    above = g_path_get_dirname (dir);
    g_free (dir);
    dir = above;
  }
}

/* What the path leads to can be in another directory than the path itself. */
static void
watch_target (KexecDirWatch *self, int fd)
{
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
  char target[PATH_MAX];
  ssize_t length = readlink (link, target, sizeof target - 1);
  char *slash;
  kexec_autofd dir_fd = -1;

  if (length <= 0)
    return;
  target[length] = '\0';
  slash = strrchr (target, '/');
  if (slash == NULL)
    return;
  slash[slash == target ? 1 : 0] = '\0';
  dir_fd = open (target, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (dir_fd >= 0)
    watch_directory (self, dir_fd);
}

static gint64
change_usec (const struct stat *st)
{
  return (gint64) st->st_ctim.tv_sec * G_USEC_PER_SEC + st->st_ctim.tv_nsec / 1000;
}

static void
watch_path (KexecDirWatch *self, const char *path)
{
  kexec_autofd above_fd = open_above (self, path);
  kexec_autofd fd = kexec_beneath_open_in_root (self->root_fd, path, O_PATH, NULL);
  struct stat st;

  if (above_fd >= 0)
    watch_directory (self, above_fd);
  if (fd < 0 || fstat (fd, &st) != 0)
    return;
  if (S_ISDIR (st.st_mode))
    watch_directory (self, fd);
  else
    watch_target (self, fd);
  if (self->since != 0 && change_usec (&st) > self->since - SETTLE_USEC)
    self->has_changed = TRUE;
}

KexecDirWatch *
kexec_dir_watch_new (int root_fd, const GPtrArray *paths, gint64 since)
{
  KexecDirWatch *self = g_new0 (KexecDirWatch, 1);

  self->root_fd = root_fd;
  self->since = since;
  self->fd = inotify_init1 (IN_NONBLOCK | IN_CLOEXEC);
  self->mounts_fd = open ("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
  self->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->has_changed = self->fd < 0;
  for (guint i = 0; !self->has_changed && i < paths->len; i++)
    watch_path (self, paths->pdata[i]);
  return self;
}

void
kexec_dir_watch_free (KexecDirWatch *self)
{
  kexec_fd_clear (&self->fd);
  kexec_fd_clear (&self->mounts_fd);
  g_hash_table_unref (self->seen);
  g_free (self);
}

/* Takes all events there are. */
static gboolean
read_events (KexecDirWatch *self)
{
  char buffer[4096] __attribute__ ((aligned (__alignof__(struct inotify_event))));
  gboolean any = FALSE;
  ssize_t n;

  while (self->fd >= 0 && ((n = read (self->fd, buffer, sizeof buffer)) > 0 || errno == EINTR))
    any |= n > 0;
  return any;
}

/* The kernel raises POLLPRI once for each reader after mounts have changed (proc(5)). */
static gboolean
have_mounts_changed (KexecDirWatch *self)
{
  struct pollfd pollfd = { .fd = self->mounts_fd, .events = POLLPRI };

  return self->mounts_fd >= 0 && poll (&pollfd, 1, 0) > 0 && (pollfd.revents & POLLPRI);
}

gboolean
kexec_dir_watch_take (KexecDirWatch *self)
{
  gboolean events = read_events (self);
  gboolean mounts = have_mounts_changed (self);

  return events || mounts;
}

gboolean
kexec_dir_watch_is_quiet (KexecDirWatch *self)
{
  self->has_changed = self->has_changed || kexec_dir_watch_take (self);
  return !self->has_changed;
}

int
kexec_dir_watch_fd (const KexecDirWatch *self)
{
  return self->fd;
}
