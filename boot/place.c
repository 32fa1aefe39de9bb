/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Places, and the paths in them. */
#include "boot/place.h"

#include <fcntl.h>
#include <string.h>

#include "boot/beneath.h"

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
  g_free (self->distrust);
  g_free (self);
}

int
kexec_place_open (const KexecPlace *self, int root_fd, GError **error)
{
  return kexec_beneath_open_in_root (root_fd, self->path, O_RDONLY | O_DIRECTORY, error);
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
