/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/environment.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/names.h"
#include "image/error.h"

static int
open_directory (const char *path, gboolean create, GError **error)
{
  int fd;

  if (create && g_mkdir_with_parents (path, 0700) != 0 && errno != EEXIST)
    fd = -1;
  else
    fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_IO_ERROR,
                 "Cannot open the directory %s (%s); kexecd needs it", path, g_strerror (errno));
  return fd;
}

/* Two daemons would each take the other's record for their own. D-Bus may start one while a service
 * manager's is on its way to the bus, and fails its callers if that one exits before; and what is
 * to stay takes over from one that D-Bus has started, when that exits. */
static gboolean
lock (int fd, gboolean stay, GError **error)
{
  gint64 until = g_get_monotonic_time () + KEXEC_LOCK_SEC * G_USEC_PER_SEC;

  do {
    if (flock (fd, stay ? LOCK_EX : LOCK_EX | LOCK_NB) == 0)
      return TRUE;
    g_usleep (G_USEC_PER_SEC / 20);
  } while (stay || g_get_monotonic_time () < until);
  g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_BUSY,
                       "kexecd is already running; only one can");
  return FALSE;
}

static gboolean
exists (const KexecEnvironment *self, const char *path)
{
  struct stat st;

  return fstatat (self->root_fd, path, &st, 0) == 0;
}

gboolean
kexec_environment_has_openrc (const KexecEnvironment *self)
{
  return exists (self, "run/openrc/softlevel") && !exists (self, "run/systemd/system");
}

KexecEnvironment *
kexec_environment_open (const char *root, const char *runtime_dir, const char *state_dir,
                        const KexecKernelOps *ops, gboolean stay, GError **error)
{
  g_autoptr (KexecEnvironment) self = g_new0 (KexecEnvironment, 1);

  self->ops = ops;
  self->root = g_strdup (root);
  self->idle_exit_sec = stay ? 0 : KEXEC_IDLE_EXIT_SEC;
  self->stall_sec = KEXEC_STALL_SEC;
  self->handover_sec = KEXEC_HANDOVER_SEC;
  self->root_fd = self->runtime_fd = self->state_fd = -1;
  self->root_fd = open_directory (root, FALSE, error);
  if (self->root_fd < 0)
    return NULL;
  if (runtime_dir != NULL) {
    self->runtime_fd = open_directory (runtime_dir, TRUE, error);
    if (self->runtime_fd < 0 || !lock (self->runtime_fd, stay, error))
      return NULL;
  }
  self->state_fd = open_directory (state_dir, TRUE, error);
  if (self->state_fd < 0)
    return NULL;
  self->boot_id = kexec_kernel_boot_id (self->root_fd);
  if (self->boot_id == NULL) {
    g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_IO_ERROR,
                         "Cannot read this boot's id; kexecd needs /proc");
    return NULL;
  }
  return g_steal_pointer (&self);
}

static void
close_if_open (int fd)
{
  if (fd >= 0)
    close (fd);
}

void
kexec_environment_free (KexecEnvironment *self)
{
  close_if_open (self->root_fd);
  close_if_open (self->runtime_fd);
  close_if_open (self->state_fd);
  g_free (self->boot_id);
  g_free (self->root);
  g_free (self);
}
