/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Kernels that unpack themselves hide a compressed one somewhere behind their own code. */
#pragma once

#include "image/kernel/inspection.h"

/**
 * kexec_embedded_read:
 * @limit: how far into the file it can begin, in bytes
 *
 * Looks for the first place where a compressed kernel begins, and reads its release, version and
 * configuration. A format without a pointer to the payload has to be searched: only a payload that
 * unpacks to its end and has a Linux in it counts.
 *
 * Returns: whether there is one.
 */
gboolean kexec_embedded_read (const KexecInspection *self, guint64 limit);
