/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can be told of archives before they are unpacked: where they are, and how large. */
#pragma once

#include "image/input.h"
#include "image/magic.h"
#include "image/watch.h"

/**
 * kexec_initrd_scout_skip_zeros:
 * @watch: (nullable): asked every MiB, but told of no bytes
 * @offset: (inout): becomes that of what is no zero
 *
 * Zeros may stand between archives, as many as you like. Returns: %FALSE if the watch wants no
 * more.
 */
gboolean kexec_initrd_scout_skip_zeros (const KexecInput *input, const KexecWatch *watch,
                                        guint64 *offset);

/** Returns: what the kernel takes it for: cpio or a compression (and lz4 frames, which it should
 * not), or %KEXEC_MAGIC_UNKNOWN. */
KexecMagic kexec_initrd_scout_identify (const KexecInput *input, guint64 offset);

/**
 * kexec_initrd_scout_size:
 * @input: begins with a compressed member; more may follow
 * @watch: (nullable): asked every MiB, but told of no bytes
 *
 * Returns: what the member takes of @input, in bytes; 0 if that cannot be known without unpacking
 * it, or it is damaged, or has far more blocks than any tool makes.
 */
guint64 kexec_initrd_scout_size (const KexecInput *input, KexecMagic format,
                                 const KexecWatch *watch);

/**
 * kexec_initrd_scout_window:
 *
 * Returns: the window that it takes to unpack it, in bytes; %G_MAXUINT64 if the header does not
 * tell. An xz stream may ask for more in the middle: this is what its first block does.
 */
guint64 kexec_initrd_scout_window (const KexecInput *input, KexecMagic format);
