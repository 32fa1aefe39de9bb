/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bzip2 streams, with libbz2, which holds every block and the whole against their CRCs. */
#include "image/codec/codec.h"

#include <bzlib.h>

static gboolean
begin (gpointer state, KexecCodecIo *io)
{
  io->decoded->has_checksum = TRUE;
  if (BZ2_bzDecompressInit (state, 0, 0) != BZ_OK)
    return kexec_codec_finish (io, KEXEC_DECODE_NO_MEMORY);
  return TRUE;
}

static gboolean
step (gpointer state, KexecCodecIo *io)
{
  bz_stream *stream = state;
  int result;

  stream->next_in = (char *) io->data;
  stream->avail_in = (unsigned int) io->available;
  stream->next_out = (char *) io->out;
  stream->avail_out = KEXEC_CODEC_PIECE;
  result = BZ2_bzDecompress (stream);
  kexec_codec_skip (io, io->available - stream->avail_in);
  if (!kexec_codec_emit (io, io->out, KEXEC_CODEC_PIECE - stream->avail_out))
    return FALSE;
  switch (result) {
  case BZ_OK:
    return TRUE;
  case BZ_STREAM_END:
    return kexec_codec_finish (io, KEXEC_DECODE_DONE);
  case BZ_MEM_ERROR:
    return kexec_codec_finish (io, KEXEC_DECODE_NO_MEMORY);
  default:
    return kexec_codec_finish (io, KEXEC_DECODE_DAMAGED);
  }
}

static void
end (gpointer state)
{
  BZ2_bzDecompressEnd (state);
}

const KexecCodec kexec_codec_bzip2 = {
  .state_size = sizeof (bz_stream),
  .begin = begin,
  .step = step,
  .end = end,
};
