/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of codecs, and the loop that drives them. */
#include "image/codec/decode.h"

#include "config.h"
#include "image/codec/codec.h"

#define MIB (1024 * 1024)

static const KexecCodec *const codecs[KEXEC_N_MAGICS] = {
  [KEXEC_MAGIC_GZIP] = &kexec_codec_gzip,
#if HAVE_LZMA
  [KEXEC_MAGIC_XZ] = &kexec_codec_xz,       [KEXEC_MAGIC_LZMA] = &kexec_codec_lzma,
#endif
#if HAVE_ZSTD
  [KEXEC_MAGIC_ZSTD] = &kexec_codec_zstd,
#endif
#if HAVE_LZ4
  [KEXEC_MAGIC_LZ4] = &kexec_codec_lz4,     [KEXEC_MAGIC_LZ4_FRAME] = &kexec_codec_lz4_frame,
#endif
#if HAVE_BZIP2
  [KEXEC_MAGIC_BZIP2] = &kexec_codec_bzip2,
#endif
#if HAVE_LZO
  [KEXEC_MAGIC_LZO] = &kexec_codec_lzo,
#endif
};

static const char *const descriptions[] = {
  [KEXEC_DECODE_DONE] = "is whole",
  [KEXEC_DECODE_STOPPED] = "was not read to its end",
  [KEXEC_DECODE_TRUNCATED] = "ends too early",
  [KEXEC_DECODE_DAMAGED] = "is damaged",
  [KEXEC_DECODE_UNREADABLE] = "cannot be read, or changed while it was read",
  [KEXEC_DECODE_TOO_LARGE] = "needs more memory to unpack than a check may use",
  [KEXEC_DECODE_UNAVAILABLE] = "is compressed in a way that this build cannot unpack",
  [KEXEC_DECODE_EXCESSIVE] = "unpacks to far more than a file of its size holds",
  [KEXEC_DECODE_NO_MEMORY] = "cannot be unpacked for want of memory",
};

gboolean
kexec_decode_is_available (KexecMagic format)
{
  return format < KEXEC_N_MAGICS && codecs[format] != NULL;
}

const char *
kexec_decode_describe (KexecDecodeResult result)
{
  g_return_val_if_fail (result < G_N_ELEMENTS (descriptions), NULL);
  return descriptions[result];
}

/* Steps until the member is over, or nothing moves any more because the input has ended. */
static void
run (const KexecCodec *codec, gpointer state, KexecCodecIo *io)
{
  guint64 consumed, produced;

  kexec_codec_fill (io, KEXEC_CODEC_FIRST_PIECE);
  if (!codec->begin (state, io))
    return;
  do {
    consumed = io->decoded->consumed;
    produced = io->decoded->produced;
    kexec_codec_fill (io, 1);
    if (!codec->step (state, io))
      return;
  } while (io->decoded->consumed > consumed || io->decoded->produced > produced);
  kexec_codec_finish_early (io);
}

KexecDecodeResult
kexec_decode_within (const KexecInput *input, KexecMagic format, const KexecDecodeLimits *limits,
                     KexecDecodeSink sink, gpointer user_data, const KexecWatch *watch,
                     KexecDecoded *ret)
{
  g_autofree guint8 *buffer = NULL;
  g_autofree guint8 *out = NULL;
  g_autofree guint8 *state = NULL;
  const KexecCodec *codec;
  KexecCodecIo io;

  *ret = (KexecDecoded){ 0 };
  if (!kexec_decode_is_available (format))
    return KEXEC_DECODE_UNAVAILABLE;
  codec = codecs[format];
  buffer = g_malloc (KEXEC_CODEC_PIECE);
  out = g_malloc (KEXEC_CODEC_PIECE);
  state = g_malloc0 (codec->state_size);
  io = (KexecCodecIo){
    .data = buffer,
    .out = out,
    .limits = limits,
    .decoded = ret,
    .input = input,
    .buffer = buffer,
    .next_read = KEXEC_CODEC_FIRST_PIECE,
    .sink = sink,
    .user_data = user_data,
    .watch = watch,
  };
  run (codec, state, &io);
  codec->end (state);
  if (io.result == KEXEC_DECODE_DONE && !kexec_watch_proceed (watch, io.unreported))
    return KEXEC_DECODE_STOPPED;
  return io.result;
}

KexecDecodeResult
kexec_decode (const KexecInput *input, KexecMagic format, KexecDecodeSink sink, gpointer user_data,
              const KexecWatch *watch, KexecDecoded *ret)
{
  const KexecDecodeLimits limits = {
    .window = KEXEC_DECODE_WINDOW_MAX,
    .output = 16 * MIB + 100 * MIN (input->size, G_MAXUINT64 / 200),
  };

  return kexec_decode_within (input, format, &limits, sink, user_data, watch, ret);
}
