/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Archives whose size is told by their headers are read ahead by other threads, if they are large;
 * when the walk through the file comes to one, it is there already.
 */
#pragma once

#include "image/initrd/initrd-part.h"

typedef struct {
  const KexecInitrdFile *file;
  GQueue archives; /* in the order of the file */
  guint64 scouted; /* so far was looked for them */
} KexecInitrdAhead;

void kexec_initrd_ahead_init (KexecInitrdAhead *self, const KexecInitrdFile *file);

/** Waits for what is being read. */
void kexec_initrd_ahead_clear (KexecInitrdAhead *self);

/**
 * kexec_initrd_ahead_take:
 * @offset: of an archive; larger than the last time
 *
 * Has archives read that come later. Returns: (transfer full) (nullable): this one; %NULL if it was
 * not read ahead.
 */
KexecInitrdPart *kexec_initrd_ahead_take (KexecInitrdAhead *self, guint64 offset);
