/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Unpacks one compressed member at a time, in constant memory, the way the kernel's own
 * decompressors do (Linux: lib/decompress*.c). What they refuse is refused here, or said.
 */
#pragma once

#include "image/input.h"
#include "image/magic.h"
#include "image/watch.h"

/* What a decompressor may use for its window, in bytes. With its tables and our buffers a check
   stays within 64 MiB. */
#define KEXEC_DECODE_WINDOW_MAX (48 * 1024 * 1024)

typedef enum {
  KEXEC_DECODE_DONE,        /* unpacked to the member's end; its checksums are right */
  KEXEC_DECODE_STOPPED,     /* the sink or the watch did not want more */
  KEXEC_DECODE_TRUNCATED,   /* the input ended before the member did */
  KEXEC_DECODE_DAMAGED,     /* the data make no sense, or a checksum is wrong */
  KEXEC_DECODE_UNREADABLE,  /* the file could not be read, or shrank */
  KEXEC_DECODE_TOO_LARGE,   /* its window is larger than KEXEC_DECODE_WINDOW_MAX */
  KEXEC_DECODE_UNAVAILABLE, /* this build has no library for the format */
  KEXEC_DECODE_EXCESSIVE,   /* it unpacks to more than any tool makes of such an input: a bomb */
  KEXEC_DECODE_NO_MEMORY,   /* this machine has too little memory */
} KexecDecodeResult;

typedef struct {
  guint64 consumed;      /* bytes of the input that the member took */
  guint64 produced;      /* bytes that it unpacked to */
  guint64 window;        /* for TOO_LARGE: the bytes that it asks for; else 0 */
  gboolean has_checksum; /* the format (or this file) carries one, and it was right: for DONE */
  const char *kernel_refuses; /* why a kernel's own decompressor does not take it, though it can be
                                 unpacked: a clause, "its xz check is not CRC32, …"; NULL: nothing
                                 is known against it */
} KexecDecoded;

/** Takes a piece of what was unpacked; never empty. Returns: %FALSE to stop. */
typedef gboolean (*KexecDecodeSink) (const guint8 *data, gsize size, gpointer user_data);

/** Whether this build can unpack @format: gzip, xz, lzma, zstd, lz4, lz4-frame, bzip2, lzo. */
gboolean kexec_decode_is_available (KexecMagic format);

/**
 * kexec_decode:
 * @input: begins with the member; more may follow
 * @format: what it is compressed with
 * @sink: (nullable): gets what is unpacked, in order; %NULL: unpack and throw away
 * @watch: (nullable)
 * @ret: (out): always set
 *
 * Unpacks one member: a gzip member, an xz or lzma stream, a zstd frame, a bzip2 stream, an lzop
 * file, an lz4 frame. An lz4 legacy stream ends at a size of zero or with the input (up to 3 bytes
 * that are left are not taken); whatever else follows it is damage, for kernels too. What follows
 * the member, zeros to fill up included, is the caller's. Refuses what unpacks to more than 16 MiB
 * and 100 times the size of @input: who unpacks many members has to bound their sum.
 */
KexecDecodeResult kexec_decode (const KexecInput *input, KexecMagic format, KexecDecodeSink sink,
                                gpointer user_data, const KexecWatch *watch, KexecDecoded *ret);

/** What happened, the end of a sentence: "is damaged", "ends too early", … */
const char *kexec_decode_describe (KexecDecodeResult result);
