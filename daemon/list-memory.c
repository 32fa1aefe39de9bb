/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/list-memory.h"

void
kexec_list_memory_keep (KexecListMemory *self, KexecDirWatch *watch, GVariant *reply)
{
  kexec_list_memory_clear (self);
  if (watch == NULL)
    return;
  self->watch = watch;
  self->reply = g_variant_ref (reply);
}

GVariant *
kexec_list_memory_recall (KexecListMemory *self)
{
  if (self->watch != NULL && !kexec_dir_watch_is_quiet (self->watch))
    kexec_list_memory_clear (self);
  return self->reply;
}

void
kexec_list_memory_clear (KexecListMemory *self)
{
  g_clear_pointer (&self->watch, kexec_dir_watch_free);
  g_clear_pointer (&self->reply, g_variant_unref);
}
