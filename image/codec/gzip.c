/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gzip members (RFC 1952), with zlib. */
#include "image/codec/codec.h"

#include <zlib.h>

/* FLG bits of fields that Linux does not skip: lib/decompress_inflate.c knows FNAME alone, and
   takes the others for compressed data. */
#define FLAG_HCRC    0x02
#define FLAG_EXTRA   0x04
#define FLAG_COMMENT 0x10

static gboolean
begin (gpointer state, KexecCodecIo *io)
{
  z_stream *stream = state;

  if (io->available > 3 && (io->data[3] & (FLAG_HCRC | FLAG_EXTRA | FLAG_COMMENT)) != 0)
    io->decoded->kernel_refuses = "its gzip header has fields that kernels do not know";
  /* zlib also checks CRC-32 and length behind the data, which kernels skip: damage that a kernel
     would boot into is better found here. */
  io->decoded->has_checksum = TRUE;
  if (inflateInit2 (stream, 16 + MAX_WBITS) != Z_OK)
    return kexec_codec_finish (io, KEXEC_DECODE_NO_MEMORY);
  return TRUE;
}

static gboolean
step (gpointer state, KexecCodecIo *io)
{
  z_stream *stream = state;
  int result;

  stream->next_in = (Bytef *) io->data;
  stream->avail_in = (uInt) io->available;
  stream->next_out = io->out;
  stream->avail_out = KEXEC_CODEC_PIECE;
  result = inflate (stream, Z_NO_FLUSH);
  kexec_codec_skip (io, io->available - stream->avail_in);
  if (!kexec_codec_emit (io, io->out, KEXEC_CODEC_PIECE - stream->avail_out))
    return FALSE;
  switch (result) {
  case Z_OK:
  case Z_BUF_ERROR:
    return TRUE;
  case Z_STREAM_END:
    return kexec_codec_finish (io, KEXEC_DECODE_DONE);
  case Z_MEM_ERROR:
    return kexec_codec_finish (io, KEXEC_DECODE_NO_MEMORY);
  default:
    return kexec_codec_finish (io, KEXEC_DECODE_DAMAGED);
  }
}

static void
end (gpointer state)
{
  inflateEnd (state);
}

const KexecCodec kexec_codec_gzip = {
  .state_size = sizeof (z_stream),
  .begin = begin,
  .step = step,
  .end = end,
};
