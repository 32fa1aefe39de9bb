/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an entry's commands load. */
#include "boot/grub/menu.h"

KexecGrubTarget *
kexec_grub_target_new (void)
{
  KexecGrubTarget *self = g_new0 (KexecGrubTarget, 1);

  self->cmdline = g_strdup ("");
  self->initrds = g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_grub_file_free);
  return self;
}

void
kexec_grub_target_free (KexecGrubTarget *self)
{
  g_clear_pointer (&self->kernel, kexec_grub_file_free);
  g_free (self->cmdline);
  g_ptr_array_unref (self->initrds);
  g_free (self->devicetree);
  g_free (self->doubt);
  g_free (self);
}

void
kexec_grub_target_reset (KexecGrubTarget *self, KexecGrubBoots boots)
{
  self->boots = boots;
  g_clear_pointer (&self->kernel, kexec_grub_file_free);
  g_free (self->cmdline);
  self->cmdline = g_strdup ("");
  g_ptr_array_set_size (self->initrds, 0);
  g_clear_pointer (&self->devicetree, g_free);
}

static KexecGrubFile *
copy_file (const KexecGrubFile *file)
{
  return file != NULL ? kexec_grub_file_new (file->device, file->path) : NULL;
}

KexecGrubTarget *
kexec_grub_target_copy (const KexecGrubTarget *self)
{
  KexecGrubTarget *copy = kexec_grub_target_new ();

  copy->boots = self->boots;
  copy->kernel = copy_file (self->kernel);
  g_free (copy->cmdline);
  copy->cmdline = g_strdup (self->cmdline);
  for (guint i = 0; i < self->initrds->len; i++)
    g_ptr_array_add (copy->initrds, copy_file (self->initrds->pdata[i]));
  copy->devicetree = g_strdup (self->devicetree);
  copy->doubt = g_strdup (self->doubt);
  return copy;
}

static gboolean
file_equal (const KexecGrubFile *a, const KexecGrubFile *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  return g_str_equal (a->device, b->device) && g_str_equal (a->path, b->path);
}

gboolean
kexec_grub_target_equal (const KexecGrubTarget *a, const KexecGrubTarget *b)
{
  if (a->boots != b->boots || !file_equal (a->kernel, b->kernel) ||
      !g_str_equal (a->cmdline, b->cmdline) || a->initrds->len != b->initrds->len ||
      g_strcmp0 (a->devicetree, b->devicetree) != 0)
    return FALSE;
  for (guint i = 0; i < a->initrds->len; i++)
    if (!file_equal (a->initrds->pdata[i], b->initrds->pdata[i]))
      return FALSE;
  return TRUE;
}
