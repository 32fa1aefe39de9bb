/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* zstd frames (RFC 8878), with libzstd. */
/* For ZSTD_d_stableOutBuffer. Its number is settled, and a library that lacks it says so. */
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>
#include <zstd_errors.h>

#include "image/bytes.h"
#include "image/codec/codec.h"

/* Bits of the frame header descriptor (RFC 8878, 3.1.1.1.1). */
#define CHECKSUM       0x04
#define SINGLE_SEGMENT 0x20

typedef struct {
  ZSTD_DCtx *context;
} Zstd;

static guint64
read_little_endian (const guint8 *data, guint size)
{
  guint64 value = 0;

  for (guint i = size; i > 0; i--)
    value = value << 8 | data[i - 1];
  return value;
}

/* The bytes that the frame has to look back on (RFC 8878, 3.1.1.1.2 and 3.1.1.1.4): a descriptor,
   or else the size of what it holds. 0 if the header is cut off. */
static guint64
read_window (const guint8 *header, gsize available)
{
  static const guint8 dictionary_sizes[] = { 0, 1, 2, 4 };
  static const guint8 content_sizes[] = { 1, 2, 4, 8 };
  guint content = header[4] >> 6;
  guint dictionary = dictionary_sizes[header[4] & 3];
  guint size = content_sizes[content];

  if ((header[4] & SINGLE_SEGMENT) == 0) {
    guint64 base;

    if (available < 6)
      return 0;
    base = G_GUINT64_CONSTANT (1) << (10 + (header[5] >> 3));
    return base + base / 8 * (header[5] & 7);
  }
  if (available < 5 + dictionary + size)
    return 0;
  return read_little_endian (header + 5 + dictionary, size) + (content == 1 ? 256 : 0);
}

/* With the whole output at hand there is no window to keep: any size will do. */
static gboolean
use_output_as_window (ZSTD_DCtx *context)
{
  ZSTD_bounds bounds = ZSTD_dParam_getBounds (ZSTD_d_windowLogMax);

  return !ZSTD_isError (ZSTD_DCtx_setParameter (context, ZSTD_d_windowLogMax, bounds.upperBound)) &&
         !ZSTD_isError (ZSTD_DCtx_setParameter (context, ZSTD_d_stableOutBuffer, 1));
}

static gboolean
begin (gpointer state, KexecCodecIo *io)
{
  Zstd *self = state;
  guint64 window;

  if (io->available < 5)
    return kexec_codec_finish_early (io);
  /* The library takes frames to skip, and those of its first versions, too. */
  if (kexec_le32 (io->data) != ZSTD_MAGICNUMBER)
    return kexec_codec_finish (io, KEXEC_DECODE_DAMAGED);
  io->decoded->has_checksum = (io->data[4] & CHECKSUM) != 0;
  self->context = ZSTD_createDCtx ();
  if (self->context == NULL)
    return kexec_codec_finish (io, KEXEC_DECODE_NO_MEMORY);
  if (io->limits->memory != NULL && use_output_as_window (self->context))
    return TRUE;
  window = read_window (io->data, io->available);
  if (window <= io->limits->window)
    return TRUE;
  io->decoded->window = window;
  return kexec_codec_finish (io, KEXEC_DECODE_TOO_LARGE);
}

static gboolean
finish (KexecCodecIo *io, gsize result)
{
  switch (ZSTD_getErrorCode (result)) {
  case ZSTD_error_memory_allocation:
    return kexec_codec_finish (io, KEXEC_DECODE_NO_MEMORY);
  case ZSTD_error_dstSize_tooSmall: /* of the limits' memory */
    return kexec_codec_finish (io, KEXEC_DECODE_EXCESSIVE);
  default:
    return kexec_codec_finish (io, KEXEC_DECODE_DAMAGED);
  }
}

static gboolean
step (gpointer state, KexecCodecIo *io)
{
  Zstd *self = state;
  gboolean stays = io->limits->memory != NULL;
  gsize before = stays ? io->decoded->produced : 0;
  ZSTD_inBuffer in = { .src = io->data, .size = io->available };
  ZSTD_outBuffer out = {
    .dst = stays ? io->limits->memory : io->out,
    .size = stays ? io->limits->output : KEXEC_CODEC_PIECE,
    .pos = before,
  };
  gsize result = ZSTD_decompressStream (self->context, &out, &in);

  kexec_codec_skip (io, in.pos);
  if (ZSTD_isError (result))
    return finish (io, result);
  if (!kexec_codec_emit (io, (guint8 *) out.dst + before, out.pos - before))
    return FALSE;
  return result != 0 || kexec_codec_finish (io, KEXEC_DECODE_DONE);
}

static void
end (gpointer state)
{
  Zstd *self = state;

  ZSTD_freeDCtx (self->context);
}

const KexecCodec kexec_codec_zstd = {
  .state_size = sizeof (Zstd),
  .begin = begin,
  .step = step,
  .end = end,
};
