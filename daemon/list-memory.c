/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/list-memory.h"

void
kexec_list_replies_clear (KexecListReplies *self)
{
  g_clear_pointer (&self->brief, g_variant_unref);
  g_clear_pointer (&self->verbose, g_variant_unref);
}

void
kexec_list_memory_keep (KexecListMemory *self, KexecDirWatch *watch,
                        const KexecListReplies *replies)
{
  kexec_list_memory_clear (self);
  if (watch == NULL)
    return;
  self->watch = watch;
  self->replies.brief = g_variant_ref (replies->brief);
  self->replies.verbose = g_variant_ref (replies->verbose);
}

const KexecListReplies *
kexec_list_memory_recall (KexecListMemory *self)
{
  if (self->watch != NULL && !kexec_dir_watch_is_quiet (self->watch))
    kexec_list_memory_clear (self);
  return self->watch != NULL ? &self->replies : NULL;
}

void
kexec_list_memory_clear (KexecListMemory *self)
{
  g_clear_pointer (&self->watch, kexec_dir_watch_free);
  kexec_list_replies_clear (&self->replies);
}
