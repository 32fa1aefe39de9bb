/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Places, and the paths in them. */
#include "boot/place.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>

#include "boot/beneath.h"
#include "boot/fd.h"
#include "boot/place-mount.h"

KexecPlace *
kexec_place_new (KexecPlaceRoles roles, const char *path)
{
  KexecPlace *self = g_new0 (KexecPlace, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->roles = roles;
  self->path = g_strdup (path);
  self->device = g_strdup ("");
  self->fs_type = g_strdup ("");
  self->fs_uuid = g_strdup ("");
  self->fs_label = g_strdup ("");
  self->part_uuid = g_strdup ("");
  self->fs_path = g_strdup ("");
  self->options = g_strdup ("");
  self->refusal = g_strdup ("");
  self->distrust = g_strdup ("");
  return self;
}

KexecPlace *
kexec_place_ref (KexecPlace *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
kexec_place_unref (KexecPlace *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_free (self->path);
  g_free (self->device);
  g_free (self->fs_type);
  g_free (self->fs_uuid);
  g_free (self->fs_label);
  g_free (self->part_uuid);
  g_free (self->fs_path);
  g_free (self->options);
  g_free (self->refusal);
  g_free (self->distrust);
  g_free (self);
}

static gboolean
is_mount (int fd)
{
  struct statx stx;

  return statx (fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &stx) == 0 &&
         (stx.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

int
kexec_place_open (const KexecPlace *self, int root_fd, GError **error)
{
  kexec_autofd fd = kexec_beneath_open_in_root (root_fd, self->path, O_RDONLY | O_DIRECTORY,
                                                self->needs_mount ? NULL : error);

  /* By now somebody may have mounted what fstab lists. */
  if (!self->needs_mount || (fd >= 0 && is_mount (fd)))
    return kexec_fd_steal (&fd);
  if (*self->refusal == '\0')
    return kexec_place_mount (self, root_fd, error);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, self->refusal);
  return -1;
}

const char *
kexec_place_relative (const KexecPlace *self, const char *path)
{
  gsize length = strlen (self->path);

  if (self->path[length - 1] == '/') /* the root */
    return g_str_has_prefix (path, self->path) ? path + length : NULL;
  if (!g_str_has_prefix (path, self->path) || (path[length] != '/' && path[length] != '\0'))
    return NULL;
  return path + length + (path[length] == '/' ? 1 : 0);
}

char *
kexec_place_path (const KexecPlace *self, const char *relative)
{
  return g_build_filename (self->path, relative, NULL);
}
