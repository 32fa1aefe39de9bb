/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xz streams and the older lzma files ("lzma alone"), with liblzma. */
#include "image/codec/codec.h"

#include <lzma.h>
#include <stdlib.h>

#include "image/bytes.h"

/* liblzma needs this and no more beside the dictionary (its own estimates stay below 1 MiB). */
#define TABLES (2 * 1024 * 1024)

/* Filter IDs of the .xz format (The .xz File Format, 5.3). Between them are the filters for machine
   code that Linux has, each architecture's own first. */
#define FILTER_X86   0x04
#define FILTER_RISCV 0x0b

/* Whether Linux could unpack this chain (lib/xz/xz_dec_stream.c, dec_block_header): LZMA2, or one
   filter for machine code before it, without an offset. */
static gboolean
kernel_has_filters (const lzma_filter *filters)
{
  if (filters[0].id == LZMA_FILTER_LZMA2)
    return TRUE;
  return filters[0].id >= FILTER_X86 && filters[0].id <= FILTER_RISCV &&
         filters[0].options == NULL && filters[1].id == LZMA_FILTER_LZMA2;
}

/* Looks at the header of the first block. All blocks that one run of xz writes are alike. */
static void
look_at_filters (KexecCodecIo *io, lzma_check check)
{
  lzma_filter filters[LZMA_FILTERS_MAX + 1];
  lzma_block block = { .check = check, .filters = filters };
  const guint8 *header = io->data + LZMA_STREAM_HEADER_SIZE;
  gsize size = io->available - LZMA_STREAM_HEADER_SIZE;

  if (size == 0 || header[0] == 0 || size < lzma_block_header_size_decode (header[0]))
    return;
  block.header_size = lzma_block_header_size_decode (header[0]);
  if (lzma_block_header_decode (&block, NULL, header) != LZMA_OK)
    return;
  if (!kernel_has_filters (filters))
    io->decoded->kernel_refuses = "it is compressed with xz filters that kernels do not have";
  for (guint i = 0; filters[i].id != LZMA_VLI_UNKNOWN; i++)
    free (filters[i].options);
}

static void
look_at_header (KexecCodecIo *io)
{
  lzma_stream_flags flags;

  if (io->available < LZMA_STREAM_HEADER_SIZE ||
      lzma_stream_header_decode (&flags, io->data) != LZMA_OK)
    return;
  io->decoded->has_checksum =
    flags.check != LZMA_CHECK_NONE && lzma_check_is_supported (flags.check);
  look_at_filters (io, flags.check);
  /* xz's own default, CRC64, was left out of Linux's copy (lib/xz/xz_dec_stream.c). */
  if (flags.check != LZMA_CHECK_NONE && flags.check != LZMA_CHECK_CRC32)
    io->decoded->kernel_refuses = "its xz check is not CRC32, the only one that kernels know";
}

static gboolean
begin_xz (gpointer state, KexecCodecIo *io)
{
  lzma_stream *stream = state;

  *stream = (lzma_stream) LZMA_STREAM_INIT;
  look_at_header (io);
  if (lzma_stream_decoder (stream, io->limits->window + TABLES, 0) != LZMA_OK)
    return kexec_codec_finish (io, KEXEC_DECODE_NO_MEMORY);
  return TRUE;
}

static gboolean
begin_lzma (gpointer state, KexecCodecIo *io)
{
  lzma_stream *stream = state;

  *stream = (lzma_stream) LZMA_STREAM_INIT;
  /* The format has no magic number. Linux goes by the usual properties and an even dictionary
     (lib/decompress.c). */
  if (io->available >= 2 && (io->data[0] != 0x5d || io->data[1] != 0))
    return kexec_codec_finish (io, KEXEC_DECODE_DAMAGED);
  if (lzma_alone_decoder (stream, io->limits->window + TABLES) != LZMA_OK)
    return kexec_codec_finish (io, KEXEC_DECODE_NO_MEMORY);
  return TRUE;
}

static gboolean
finish (lzma_stream *stream, KexecCodecIo *io, lzma_ret result)
{
  switch (result) {
  case LZMA_STREAM_END:
    return kexec_codec_finish (io, KEXEC_DECODE_DONE);
  case LZMA_MEMLIMIT_ERROR:
    io->decoded->window = lzma_memusage (stream);
    return kexec_codec_finish (io, KEXEC_DECODE_TOO_LARGE);
  case LZMA_MEM_ERROR:
    return kexec_codec_finish (io, KEXEC_DECODE_NO_MEMORY);
  default:
    return kexec_codec_finish (io, KEXEC_DECODE_DAMAGED);
  }
}

static gboolean
step (gpointer state, KexecCodecIo *io)
{
  lzma_stream *stream = state;
  lzma_ret result;

  stream->next_in = io->data;
  stream->avail_in = io->available;
  stream->next_out = io->out;
  stream->avail_out = KEXEC_CODEC_PIECE;
  result = lzma_code (stream, LZMA_RUN);
  kexec_codec_skip (io, io->available - stream->avail_in);
  if (!kexec_codec_emit (io, io->out, KEXEC_CODEC_PIECE - stream->avail_out))
    return FALSE;
  if (result == LZMA_OK || result == LZMA_BUF_ERROR)
    return TRUE;
  return finish (stream, io, result);
}

static void
end (gpointer state)
{
  lzma_end (state);
}

const KexecCodec kexec_codec_xz = {
  .state_size = sizeof (lzma_stream),
  .begin = begin_xz,
  .step = step,
  .end = end,
};

const KexecCodec kexec_codec_lzma = {
  .state_size = sizeof (lzma_stream),
  .begin = begin_lzma,
  .step = step,
  .end = end,
};
