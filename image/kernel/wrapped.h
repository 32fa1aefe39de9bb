/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Kernels in other files: unpacks and inspects what is inside. Private to image/. */
#pragma once

#include "image/kernel/inspection.h"

/**
 * kexec_wrapped_unwrap:
 * @packed: where it is compressed, a part of @self's input
 *
 * Unpacks, inspects what comes out, and takes that as what is to be loaded, if it can be. Returns:
 * whether it can.
 */
gboolean kexec_wrapped_unwrap (const KexecInspection *self, const KexecInput *packed,
                               KexecMagic format);

/** Takes @fd, a sealed memfd with the kernel inside, as what is to be loaded; says so in a note. */
void kexec_wrapped_take (const KexecInspection *self, int fd);

/** Warns if @self is signed, and the kernel that was taken out of it is not. */
void kexec_wrapped_compare_signatures (const KexecInspection *self);
