/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keeps what was parsed, and lets go of all of it at once. */
#include "boot/grub/script.h"

KexecGrubScript *
kexec_grub_script_new (void)
{
  KexecGrubScript *self = g_new0 (KexecGrubScript, 1);

  self->texts = g_string_chunk_new (4096);
  self->nodes = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
kexec_grub_script_free (KexecGrubScript *self)
{
  g_string_chunk_free (self->texts);
  g_ptr_array_unref (self->nodes);
  g_free (self);
}

gpointer
kexec_grub_script_node (KexecGrubScript *self, gsize size)
{
  gpointer node = g_malloc0 (size);

  g_ptr_array_add (self->nodes, node);
  return node;
}

const char *
kexec_grub_script_text (KexecGrubScript *self, const char *text)
{
  return g_string_chunk_insert (self->texts, text);
}

gboolean
kexec_grub_script_is_full (const KexecGrubScript *self)
{
  return self->nodes->len > KEXEC_GRUB_NODES_MAX;
}
