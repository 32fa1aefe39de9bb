/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes a kernel out of what it is wrapped in, into a sealed memfd that the kernel can load. */
#pragma once

#include "image/codec/decode.h"

/* A kernel unpacks to so much at most, and to 16 times its own size and 16 MiB at most. */
#define KEXEC_UNWRAP_MAX (G_GUINT64_CONSTANT (512) << 20)

/**
 * kexec_unwrap_copy:
 *
 * Copies @input as it is (a section of a UKI). Returns: a sealed memfd, or -1: out of memory, the
 * file cannot be read, or the watch did not want more.
 */
int kexec_unwrap_copy (const KexecInput *input, const KexecWatch *watch);

/**
 * kexec_unwrap_decode:
 * @fd: (out): a sealed memfd with what was unpacked; -1 unless the result is DONE
 *
 * Unpacks one member as kexec_decode() does. A window larger than KEXEC_DECODE_WINDOW_MAX is no
 * obstacle, since what was unpacked is at hand.
 */
KexecDecodeResult kexec_unwrap_decode (const KexecInput *input, KexecMagic format, int *fd,
                                       const KexecWatch *watch, KexecDecoded *ret);

/**
 * kexec_unwrap_peek:
 * @head: (out caller-allocates): gets the first @size bytes of what kexec_unwrap_decode() unpacks
 *
 * Returns: how many there are, less than @size if it is shorter or cannot be unpacked so far.
 */
gsize kexec_unwrap_peek (const KexecInput *input, KexecMagic format, guint8 *head, gsize size);
