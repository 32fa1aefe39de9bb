/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compresses with the libraries that made the real files, in every format that image/ unpacks. */
#pragma once

#include "image/magic.h"

/** Returns: (transfer full): one member, as the format's tool makes it by default (xz: as kernels
 * take it, with CRC32). */
GByteArray *pack (KexecMagic format, const guint8 *data, gsize size);

/** xz with a check (LZMA_CHECK_*), a dictionary in bytes and a filter before LZMA2, 0 for none. */
GByteArray *pack_xz (const guint8 *data, gsize size, int check, guint32 dictionary, guint64 filter);

/** zstd with a window of 2 to the power of @window_log; @content_size: say how much is in it. */
GByteArray *pack_zstd (const guint8 *data, gsize size, int window_log, gboolean content_size);

/** lzop with these flags (its F_* bits). */
GByteArray *pack_lzo (const guint8 *data, gsize size, guint32 flags);
