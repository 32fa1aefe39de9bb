/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a format has to offer to decode.c, and what it works with: the input at hand and a way for
 * the output. For the codecs and for unwrap.c only.
 */
#pragma once

#include "image/codec/decode.h"

/* So many bytes are read at once, and handed to the sink at once by those that unpack in streams.
   The first read is shorter: a file of many short members is not read again and again. */
#define KEXEC_CODEC_PIECE       (256 * 1024)
#define KEXEC_CODEC_FIRST_PIECE (4 * 1024)

/* How much one member may take. */
typedef struct {
  guint64 window; /* bytes of memory for the window */
  guint64 output; /* bytes that it unpacks to */
  guint8 *memory; /* (nullable): @output bytes of it, where the output stays. A format that looks
                     back no further than that needs no window of its own; only zstd uses this */
} KexecDecodeLimits;

/* One member while it is unpacked. */
typedef struct {
  const guint8 *data; /* the input at hand that was not taken yet */
  gsize available;    /* bytes of it; 0 at the end of the input */
  guint8 *out;        /* room for output, KEXEC_CODEC_PIECE bytes */
  const KexecDecodeLimits *limits;
  KexecDecoded *decoded; /* @consumed and @produced are kept here; the codec sets the rest */
  KexecDecodeResult result;

  /* for io.c */
  const KexecInput *input;
  guint8 *buffer;
  gsize next_read; /* bytes to read the next time */
  guint64 offset;  /* in the input, of what is read next */
  gboolean is_unreadable;
  KexecDecodeSink sink;
  gpointer user_data;
  const KexecWatch *watch;
  guint64 unreported; /* bytes taken since the watch was told */
  guint64 quiet;      /* bytes unpacked since */
} KexecCodecIo;

typedef struct {
  gsize state_size; /* of what the functions keep; zeroed at first */

  /** Looks at the header, of which there are KEXEC_CODEC_FIRST_PIECE bytes at hand, or all.
   * Returns: %FALSE, after kexec_codec_finish(), if it cannot be unpacked. */
  gboolean (*begin) (gpointer state, KexecCodecIo *io);
  /** Takes some input and emits some output. There is input at hand unless it has ended. Returns:
   * %FALSE, after kexec_codec_finish(), when the member is over; %TRUE with neither taken nor
   * emitted: the input ended too early. */
  gboolean (*step) (gpointer state, KexecCodecIo *io);
  /** Frees; also after a begin() that failed. */
  void (*end) (gpointer state);
} KexecCodec;

extern const KexecCodec kexec_codec_gzip;
extern const KexecCodec kexec_codec_xz;
extern const KexecCodec kexec_codec_lzma;
extern const KexecCodec kexec_codec_zstd;
extern const KexecCodec kexec_codec_lz4;
extern const KexecCodec kexec_codec_lz4_frame;
extern const KexecCodec kexec_codec_bzip2;
extern const KexecCodec kexec_codec_lzo;

/** kexec_decode() with other limits. */
KexecDecodeResult kexec_decode_within (const KexecInput *input, KexecMagic format,
                                       const KexecDecodeLimits *limits, KexecDecodeSink sink,
                                       gpointer user_data, const KexecWatch *watch,
                                       KexecDecoded *ret);

/** Sets what the member ends with. Returns: %FALSE */
gboolean kexec_codec_finish (KexecCodecIo *io, KexecDecodeResult result);

/** As kexec_codec_finish(), where the input ended before the member. */
gboolean kexec_codec_finish_early (KexecCodecIo *io);

/** Reads on until @need bytes are at hand, at most KEXEC_CODEC_FIRST_PIECE. Returns: whether they
 * are; if not, what is at hand is all that there is. */
gboolean kexec_codec_fill (KexecCodecIo *io, gsize need);

/** Takes @size bytes of those at hand. */
void kexec_codec_skip (KexecCodecIo *io, gsize size);

/** Takes @size bytes into @buffer. Returns: %FALSE, after finishing, if there are fewer. */
gboolean kexec_codec_take (KexecCodecIo *io, gpointer buffer, gsize size);

/** Hands over @size bytes, which may be 0. Returns: %FALSE, after finishing, if they are too many,
 * or if nobody wants more. */
gboolean kexec_codec_emit (KexecCodecIo *io, const guint8 *data, gsize size);
