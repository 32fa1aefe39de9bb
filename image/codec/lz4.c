/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The two formats of the lz4 tool: the legacy one ("lz4 -l"; LZ4 Frame Format Description, "Legacy
 * frame"), which is the one of kernels (Linux: lib/decompress_unlz4.c), and frames, with liblz4.
 */
#include <lz4.h>
#include <lz4frame.h>

#include "image/bytes.h"
#include "image/codec/codec.h"

#define LEGACY_MAGIC 0x184c2102
#define FRAME_MAGIC  0x184d2204

/* A legacy block unpacks to so much at most, and is no longer than that can become. */
#define BLOCK_MAX  (8 * 1024 * 1024)
#define PACKED_MAX LZ4_COMPRESSBOUND (BLOCK_MAX)

/* One byte of an lz4 block stands for 255 at most (LZ4 Block Format Description). */
#define RATIO_MAX 255

/* FLG bits of a frame's header. */
#define BLOCK_CHECKSUM   0x10
#define CONTENT_CHECKSUM 0x04

typedef struct {
  GByteArray *packed;   /* one block: as large as the largest so far */
  GByteArray *unpacked; /* … and what it may unpack to */
  gboolean has_blocks;
} Legacy;

static gboolean
begin_legacy (gpointer state, KexecCodecIo *io)
{
  Legacy *self = state;

  if (io->available < 4)
    return kexec_codec_finish_early (io);
  if (kexec_le32 (io->data) != LEGACY_MAGIC)
    return kexec_codec_finish (io, KEXEC_DECODE_DAMAGED);
  self->packed = g_byte_array_new ();
  self->unpacked = g_byte_array_new ();
  return TRUE;
}

/* The format has no end mark: the input ends, or zeros follow that fill up a segment. */
static gboolean
finish_legacy (Legacy *self, KexecCodecIo *io)
{
  if (!self->has_blocks || io->is_unreadable)
    return kexec_codec_finish_early (io);
  return kexec_codec_finish (io, KEXEC_DECODE_DONE);
}

static void
grow (GByteArray *buffer, guint size)
{
  if (buffer->len < size)
    g_byte_array_set_size (buffer, size);
}

static gboolean
step_legacy (gpointer state, KexecCodecIo *io)
{
  Legacy *self = state;
  guint32 size;
  int room, unpacked;

  if (!kexec_codec_fill (io, 4))
    return finish_legacy (self, io);
  size = kexec_le32 (io->data);
  if (size == 0)
    return finish_legacy (self, io);
  /* Anything else that follows, another archive for one, is a size to the kernel too. */
  if (size != LEGACY_MAGIC && size > PACKED_MAX)
    return kexec_codec_finish (io, KEXEC_DECODE_DAMAGED);
  kexec_codec_skip (io, 4);
  if (size == LEGACY_MAGIC)
    return kexec_codec_emit (io, NULL, 0); /* which asks the watch */
  room = (int) MIN (BLOCK_MAX, (guint64) size * RATIO_MAX);
  grow (self->packed, size);
  grow (self->unpacked, (guint) room);
  if (!kexec_codec_take (io, self->packed->data, size))
    return FALSE;
  unpacked = LZ4_decompress_safe ((const char *) self->packed->data, (char *) self->unpacked->data,
                                  (int) size, room);
  if (unpacked < 0)
    return kexec_codec_finish (io, KEXEC_DECODE_DAMAGED);
  self->has_blocks = TRUE;
  return kexec_codec_emit (io, self->unpacked->data, (gsize) unpacked);
}

static void
end_legacy (gpointer state)
{
  Legacy *self = state;

  g_clear_pointer (&self->packed, g_byte_array_unref);
  g_clear_pointer (&self->unpacked, g_byte_array_unref);
}

typedef struct {
  LZ4F_dctx *context;
} Frame;

static gboolean
begin_frame (gpointer state, KexecCodecIo *io)
{
  Frame *self = state;

  io->decoded->kernel_refuses = "of the lz4 formats kernels unpack the legacy one only";
  if (io->available < 5)
    return kexec_codec_finish_early (io);
  /* The library takes frames to skip, too. */
  if (kexec_le32 (io->data) != FRAME_MAGIC)
    return kexec_codec_finish (io, KEXEC_DECODE_DAMAGED);
  io->decoded->has_checksum = (io->data[4] & (BLOCK_CHECKSUM | CONTENT_CHECKSUM)) != 0;
  if (LZ4F_isError (LZ4F_createDecompressionContext (&self->context, LZ4F_VERSION)))
    return kexec_codec_finish (io, KEXEC_DECODE_NO_MEMORY);
  return TRUE;
}

static gboolean
step_frame (gpointer state, KexecCodecIo *io)
{
  Frame *self = state;
  gsize taken = io->available;
  gsize made = KEXEC_CODEC_PIECE;
  gsize result = LZ4F_decompress (self->context, io->out, &made, io->data, &taken, NULL);

  if (LZ4F_isError (result))
    return kexec_codec_finish (io, KEXEC_DECODE_DAMAGED);
  kexec_codec_skip (io, taken);
  if (!kexec_codec_emit (io, io->out, made))
    return FALSE;
  return result != 0 || kexec_codec_finish (io, KEXEC_DECODE_DONE);
}

static void
end_frame (gpointer state)
{
  Frame *self = state;

  LZ4F_freeDecompressionContext (self->context);
}

const KexecCodec kexec_codec_lz4 = {
  .state_size = sizeof (Legacy),
  .begin = begin_legacy,
  .step = step_legacy,
  .end = end_legacy,
};

const KexecCodec kexec_codec_lz4_frame = {
  .state_size = sizeof (Frame),
  .begin = begin_frame,
  .step = step_frame,
  .end = end_frame,
};
