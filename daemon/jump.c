/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/jump.h"

#include <fcntl.h>
#include <unistd.h>

#include "boot/beneath.h"
#include "boot/mount-table.h"

#define SYNC_SEC 30

/* What is mounted from a device of ours. FUSE has devices, too, but its servers may not answer. */
static gboolean
is_on_device (const KexecMount *mount)
{
  return g_str_has_prefix (mount->source, "/dev/") && !g_str_has_prefix (mount->type, "fuse");
}

/* Returns: (element-type int): descriptors of where they are mounted, in the order of mounting. All
 * are opened before the first is frozen: what is frozen does not even take the time of a look. */
static GArray *
open_mounts (const KexecEnvironment *environment)
{
  g_autoptr (GPtrArray) mounts = kexec_mount_table_read (environment->root_fd);
  GArray *fds = g_array_new (FALSE, FALSE, sizeof (int));

  for (guint i = 0; i < mounts->len; i++) {
    const KexecMount *mount = mounts->pdata[i];
    int fd = is_on_device (mount)
               ? kexec_beneath_open_in_root (environment->root_fd, mount->target, O_RDONLY, NULL)
               : -1;

    if (fd >= 0)
      g_array_append_val (fds, fd);
  }
  return fds;
}

/* Leaves those that we froze ourselves, and so have to thaw: not one that is mounted in a second
 * place, nor one that somebody else froze. */
static void
freeze (const KexecEnvironment *environment, GArray *fds)
{
  for (guint i = fds->len; i > 0; i--) {
    int fd = g_array_index (fds, int, i - 1);

    if (environment->ops->freeze (fd) != 0) {
      close (fd);
      g_array_remove_index (fds, i - 1);
    }
  }
}

static void
thaw (const KexecEnvironment *environment, GArray *fds)
{
  for (guint i = 0; i < fds->len; i++) {
    int fd = g_array_index (fds, int, i);

    environment->ops->thaw (fd);
    close (fd);
  }
}

/* --- writing back what is not on a device of ours, too --- */

typedef struct {
  gatomicrefcount refs;
  void (*sync) (void);
  GMutex lock;
  GCond done_changed;
  gboolean done;
} Sync;

static void
sync_unref (Sync *self)
{
  if (g_atomic_ref_count_dec (&self->refs)) {
    g_mutex_clear (&self->lock);
    g_cond_clear (&self->done_changed);
    g_free (self);
  }
}

static gpointer
sync_thread (gpointer user_data)
{
  Sync *self = user_data;

  self->sync ();
  g_mutex_lock (&self->lock);
  self->done = TRUE;
  g_cond_signal (&self->done_changed);
  g_mutex_unlock (&self->lock);
  sync_unref (self);
  return NULL;
}

/* A server that does not answer would hold up for ever who has chosen not to wait. */
static void
sync_for_a_while (const KexecEnvironment *environment)
{
  gint64 until = g_get_monotonic_time () + SYNC_SEC * G_USEC_PER_SEC;
  Sync *self = g_new0 (Sync, 1);

  self->sync = environment->ops->sync;
  g_atomic_ref_count_init (&self->refs);
  g_atomic_ref_count_inc (&self->refs);
  g_mutex_init (&self->lock);
  g_cond_init (&self->done_changed);
  g_thread_unref (g_thread_new ("sync", sync_thread, self));
  g_mutex_lock (&self->lock);
  while (!self->done && g_cond_wait_until (&self->done_changed, &self->lock, until))
    ;
  g_mutex_unlock (&self->lock);
  sync_unref (self);
}

int
kexec_jump (const KexecEnvironment *environment)
{
  g_autoptr (GArray) fds = open_mounts (environment);
  int error_number;

  sync_for_a_while (environment);
  freeze (environment, fds);
  error_number = environment->ops->execute ();
  thaw (environment, fds);
  return error_number;
}
