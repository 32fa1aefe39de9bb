/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Input for the codecs, piece by piece, and the bounds of their output. */
#include "image/codec/codec.h"

#include <string.h>

/* How often the watch is asked: bytes of input, bytes of output. */
#define REPORT_INPUT  (1024 * 1024)
#define REPORT_OUTPUT (16 * 1024 * 1024)

gboolean
kexec_codec_finish (KexecCodecIo *io, KexecDecodeResult result)
{
  io->result = result;
  return FALSE;
}

gboolean
kexec_codec_finish_early (KexecCodecIo *io)
{
  return kexec_codec_finish (io,
                             io->is_unreadable ? KEXEC_DECODE_UNREADABLE : KEXEC_DECODE_TRUNCATED);
}

gboolean
kexec_codec_fill (KexecCodecIo *io, gsize need)
{
  while (io->available < need) {
    gsize n;

    if (io->available > 0)
      memmove (io->buffer, io->data, io->available);
    io->data = io->buffer;
    n = kexec_input_read (io->input, io->offset, io->buffer + io->available,
                          io->next_read - io->available);
    if (n == 0) {
      io->is_unreadable = io->offset < io->input->size;
      return FALSE;
    }
    io->offset += n;
    io->available += n;
    io->next_read = MIN (io->next_read * 2, KEXEC_CODEC_PIECE);
  }
  return TRUE;
}

void
kexec_codec_skip (KexecCodecIo *io, gsize size)
{
  io->data += size;
  io->available -= size;
  io->decoded->consumed += size;
  io->unreported += size;
}

gboolean
kexec_codec_take (KexecCodecIo *io, gpointer buffer, gsize size)
{
  guint8 *to = buffer;

  while (size > 0) {
    gsize n;

    if (!kexec_codec_fill (io, 1))
      return kexec_codec_finish_early (io);
    n = MIN (size, io->available);
    memcpy (to, io->data, n);
    kexec_codec_skip (io, n);
    to += n;
    size -= n;
  }
  return TRUE;
}

/* Asks the watch whether to go on. */
static gboolean
proceed (KexecCodecIo *io)
{
  guint64 bytes = io->unreported;

  io->unreported = 0;
  io->quiet = 0;
  return kexec_watch_proceed (io->watch, bytes) || kexec_codec_finish (io, KEXEC_DECODE_STOPPED);
}

gboolean
kexec_codec_emit (KexecCodecIo *io, const guint8 *data, gsize size)
{
  if (size > io->limits->output - io->decoded->produced)
    return kexec_codec_finish (io, KEXEC_DECODE_EXCESSIVE);
  io->decoded->produced += size;
  io->quiet += size;
  if (size > 0 && io->sink != NULL && !io->sink (data, size, io->user_data))
    return kexec_codec_finish (io, KEXEC_DECODE_STOPPED);
  if (io->unreported >= REPORT_INPUT || io->quiet >= REPORT_OUTPUT)
    return proceed (io);
  return TRUE;
}
