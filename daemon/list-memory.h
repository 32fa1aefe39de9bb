/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The last answers to ListEntries, as long as nothing that they were made of has changed. */
#pragma once

#include "boot/dir-watch.h"

/* What is answered without the option "verbose", and with it; most values are shared. */
typedef struct {
  GVariant *brief;
  GVariant *verbose;
} KexecListReplies;

void kexec_list_replies_clear (KexecListReplies *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KexecListReplies, kexec_list_replies_clear)

typedef struct {
  KexecListReplies replies;
  KexecDirWatch *watch; /* on what they were made of; NULL: nothing is remembered */
} KexecListMemory;

/** @watch: (nullable) (transfer full): %NULL: nothing is remembered. */
void kexec_list_memory_keep (KexecListMemory *self, KexecDirWatch *watch,
                             const KexecListReplies *replies);

/** Returns: (transfer none) (nullable): the answers; %NULL if there are none, or they may be wrong.
 */
const KexecListReplies *kexec_list_memory_recall (KexecListMemory *self);

void kexec_list_memory_clear (KexecListMemory *self);
