/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files of the lzop tool, unpacked with liblzo2. The format is described by nothing but lzop's own
 * source; what counts here is what Linux makes of it (lib/decompress_unlzo.c).
 */
#include <lzo/lzo1x.h>

#include <string.h>

#include "image/codec/codec.h"

/* Where the header's fields are; all numbers are big-endian. The name follows, then a checksum of
   what stands between the magic and it. */
#define VERSION_OFFSET     9
#define METHOD_OFFSET      15
#define FLAGS_OFFSET       17
#define NAME_LENGTH_OFFSET 33
#define NAME_OFFSET        34

/* Before this version fields were missing, which Linux counts on. */
#define VERSION_MIN 0x0940

/* The methods of the LZO1X family: one decompressor for all. */
#define METHOD_FIRST 1
#define METHOD_LAST  3

/* Linux has room for so much of a block. lzop writes no larger ones. */
#define BLOCK_MAX (256 * 1024)

enum {
  ADLER32_UNPACKED = 0x0001,
  ADLER32_PACKED = 0x0002,
  EXTRA_FIELD = 0x0040,
  CRC32_UNPACKED = 0x0100,
  CRC32_PACKED = 0x0200,
  FILTER = 0x0800,
  HEADER_CRC32 = 0x1000,
};

typedef struct {
  guint32 flags;
  guint8 packed[BLOCK_MAX];
  guint8 unpacked[BLOCK_MAX];
} Lzo;

/* The checksums of one block, as the file has them. */
typedef struct {
  guint32 adler32_unpacked;
  guint32 crc32_unpacked;
  guint32 adler32_packed;
  guint32 crc32_packed;
} Checksums;

static guint32
be32 (const guint8 *data)
{
  return (guint32) data[0] << 24 | (guint32) data[1] << 16 | (guint32) data[2] << 8 | data[3];
}

static gboolean
header_is_right (const guint8 *header, guint name_length)
{
  const guint8 *stored = header + NAME_OFFSET + name_length;
  guint32 flags = be32 (header + FLAGS_OFFSET);
  gsize size = stored - (header + VERSION_OFFSET);
  guint32 checksum = (flags & HEADER_CRC32) != 0 ? lzo_crc32 (0, header + VERSION_OFFSET, size)
                                                 : lzo_adler32 (1, header + VERSION_OFFSET, size);

  return (header[VERSION_OFFSET] << 8 | header[VERSION_OFFSET + 1]) >= VERSION_MIN &&
         header[METHOD_OFFSET] >= METHOD_FIRST && header[METHOD_OFFSET] <= METHOD_LAST &&
         (flags & (EXTRA_FIELD | FILTER)) == 0 && be32 (stored) == checksum;
}

static gboolean
begin (gpointer state, KexecCodecIo *io)
{
  Lzo *self = state;
  guint name_length;
  guint32 unpacked, packed;

  if (io->available < NAME_OFFSET)
    return kexec_codec_finish_early (io);
  if (memcmp (io->data, "\x89LZO\0\r\n\x1a\n", VERSION_OFFSET) != 0)
    return kexec_codec_finish (io, KEXEC_DECODE_DAMAGED);
  name_length = io->data[NAME_LENGTH_OFFSET];
  if (io->available < NAME_OFFSET + name_length + 4)
    return kexec_codec_finish_early (io);
  if (lzo_init () != LZO_E_OK || !header_is_right (io->data, name_length))
    return kexec_codec_finish (io, KEXEC_DECODE_DAMAGED);
  self->flags = be32 (io->data + FLAGS_OFFSET);
  kexec_codec_skip (io, NAME_OFFSET + name_length + 4);

  unpacked = self->flags & (ADLER32_UNPACKED | CRC32_UNPACKED);
  packed = self->flags & (ADLER32_PACKED | CRC32_PACKED);
  io->decoded->has_checksum = (unpacked | packed) != 0;
  /* Linux skips one checksum with every block, whatever the flags say. */
  if (packed != 0 || (unpacked != ADLER32_UNPACKED && unpacked != CRC32_UNPACKED))
    io->decoded->kernel_refuses = "its blocks do not have one checksum each, which kernels expect";
  return TRUE;
}

static gboolean
take_number (KexecCodecIo *io, guint32 *ret)
{
  guint8 bytes[4];

  if (!kexec_codec_take (io, bytes, sizeof bytes))
    return FALSE;
  *ret = be32 (bytes);
  return TRUE;
}

/* Takes the checksums that the flags promise. A block that is stored has none of its packed form.
 */
static gboolean
take_checksums (KexecCodecIo *io, guint32 flags, gboolean is_stored, Checksums *ret)
{
  return ((flags & ADLER32_UNPACKED) == 0 || take_number (io, &ret->adler32_unpacked)) &&
         ((flags & CRC32_UNPACKED) == 0 || take_number (io, &ret->crc32_unpacked)) &&
         ((flags & ADLER32_PACKED) == 0 || is_stored || take_number (io, &ret->adler32_packed)) &&
         ((flags & CRC32_PACKED) == 0 || is_stored || take_number (io, &ret->crc32_packed));
}

static gboolean
unpack (Lzo *self, guint32 packed_size, guint32 size, const Checksums *checksums)
{
  gboolean is_stored = packed_size == size;
  lzo_uint done = size;

  if (!is_stored && (self->flags & ADLER32_PACKED) != 0 &&
      lzo_adler32 (1, self->packed, packed_size) != checksums->adler32_packed)
    return FALSE;
  if (!is_stored && (self->flags & CRC32_PACKED) != 0 &&
      lzo_crc32 (0, self->packed, packed_size) != checksums->crc32_packed)
    return FALSE;
  if (is_stored)
    memcpy (self->unpacked, self->packed, size);
  else if (lzo1x_decompress_safe (self->packed, packed_size, self->unpacked, &done, NULL) !=
             LZO_E_OK ||
           done != size)
    return FALSE;
  return ((self->flags & ADLER32_UNPACKED) == 0 ||
          lzo_adler32 (1, self->unpacked, size) == checksums->adler32_unpacked) &&
         ((self->flags & CRC32_UNPACKED) == 0 ||
          lzo_crc32 (0, self->unpacked, size) == checksums->crc32_unpacked);
}

static gboolean
step (gpointer state, KexecCodecIo *io)
{
  Lzo *self = state;
  Checksums checksums = { 0 };
  guint32 size, packed_size;

  if (!take_number (io, &size))
    return FALSE;
  if (size == 0)
    return kexec_codec_finish (io, KEXEC_DECODE_DONE);
  if (!take_number (io, &packed_size))
    return FALSE;
  if (size > BLOCK_MAX || packed_size == 0 || packed_size > size)
    return kexec_codec_finish (io, KEXEC_DECODE_DAMAGED);
  if (!take_checksums (io, self->flags, packed_size == size, &checksums) ||
      !kexec_codec_take (io, self->packed, packed_size))
    return FALSE;
  if (!unpack (self, packed_size, size, &checksums))
    return kexec_codec_finish (io, KEXEC_DECODE_DAMAGED);
  return kexec_codec_emit (io, self->unpacked, size);
}

static void
end (gpointer state)
{
}

const KexecCodec kexec_codec_lzo = {
  .state_size = sizeof (Lzo),
  .begin = begin,
  .step = step,
  .end = end,
};
