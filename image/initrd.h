/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an initrd file is: the archive format it begins with. */
#pragma once

#include "image/finding.h"

typedef struct {
  const char *format; /* "cpio", "gzip", "xz", "zstd", "lz4", "lzma", "bzip2", or what else it is */
  guint64 size;       /* in bytes */
} KexecInitrd;

void kexec_initrd_free (KexecInitrd *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecInitrd, kexec_initrd_free)

/**
 * kexec_initrd_inspect:
 * @bytes: the whole file
 * @subject: what to call it in findings; "" if it has no name
 * @findings: where to add what was found; a blocker means that it is not an initrd
 *
 * Returns: the facts, as far as they could be read.
 */
KexecInitrd *kexec_initrd_inspect (GBytes *bytes, const char *subject, KexecFindings *findings);
