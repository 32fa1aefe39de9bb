/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The last answer to ListEntries, as long as nothing that it was made of has changed. */
#pragma once

#include "boot/dir-watch.h"

typedef struct {
  GVariant *reply;      /* NULL: nothing is remembered */
  KexecDirWatch *watch; /* on what it was made of */
} KexecListMemory;

/** @watch: (nullable) (transfer full): %NULL: nothing is remembered. */
void kexec_list_memory_keep (KexecListMemory *self, KexecDirWatch *watch, GVariant *reply);

/** Returns: (transfer none) (nullable): the answer; %NULL if there is none, or it may be wrong. */
GVariant *kexec_list_memory_recall (KexecListMemory *self);

void kexec_list_memory_clear (KexecListMemory *self);
