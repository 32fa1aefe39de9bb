/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/pack.h"

#include <bzlib.h>
#include <lz4.h>
#include <lz4frame.h>
#include <lzma.h>
#include <lzo/lzo1x.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#define LEGACY_BLOCK (8 * 1024 * 1024)
#define LZO_BLOCK    (256 * 1024)

static GByteArray *
room_for (gsize size)
{
  return g_byte_array_set_size (g_byte_array_new (), (guint) size);
}

static GByteArray *
pack_gzip (const guint8 *data, gsize size)
{
  z_stream stream = { .next_in = (Bytef *) data, .avail_in = (uInt) size };
  GByteArray *packed;

  g_assert_cmpint (deflateInit2 (&stream, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), ==,
                   Z_OK);
  packed = room_for (deflateBound (&stream, size));
  stream.next_out = packed->data;
  stream.avail_out = packed->len;
  g_assert_cmpint (deflate (&stream, Z_FINISH), ==, Z_STREAM_END);
  deflateEnd (&stream);
  return g_byte_array_set_size (packed, (guint) stream.total_out);
}

GByteArray *
pack_xz (const guint8 *data, gsize size, int check, guint32 dictionary, guint64 filter)
{
  GByteArray *packed = room_for (lzma_stream_buffer_bound (size));
  lzma_options_delta delta = { .type = LZMA_DELTA_TYPE_BYTE, .dist = 4 };
  lzma_options_lzma options;
  lzma_filter filters[3] = { { 0 } };
  guint n = 0;
  size_t done = 0;

  g_assert_false (lzma_lzma_preset (&options, 0));
  options.dict_size = dictionary;
  if (filter != 0)
    filters[n++] = (lzma_filter){ filter, filter == LZMA_FILTER_DELTA ? &delta : NULL };
  filters[n++] = (lzma_filter){ LZMA_FILTER_LZMA2, &options };
  filters[n] = (lzma_filter){ LZMA_VLI_UNKNOWN, NULL };
  g_assert_cmpint (lzma_stream_buffer_encode (filters, (lzma_check) check, NULL, data, size,
                                              packed->data, &done, packed->len),
                   ==, LZMA_OK);
  return g_byte_array_set_size (packed, (guint) done);
}

static GByteArray *
pack_xz_default (const guint8 *data, gsize size)
{
  return pack_xz (data, size, LZMA_CHECK_CRC32, 1024 * 1024, 0);
}

static GByteArray *
pack_lzma (const guint8 *data, gsize size)
{
  GByteArray *packed = room_for (size + size / 4 + 1024);
  lzma_stream stream = LZMA_STREAM_INIT;
  lzma_options_lzma options;

  g_assert_false (lzma_lzma_preset (&options, 1));
  g_assert_cmpint (lzma_alone_encoder (&stream, &options), ==, LZMA_OK);
  stream.next_in = data;
  stream.avail_in = size;
  stream.next_out = packed->data;
  stream.avail_out = packed->len;
  g_assert_cmpint (lzma_code (&stream, LZMA_FINISH), ==, LZMA_STREAM_END);
  lzma_end (&stream);
  return g_byte_array_set_size (packed, (guint) stream.total_out);
}

GByteArray *
pack_zstd (const guint8 *data, gsize size, int window_log, gboolean content_size)
{
  GByteArray *packed = room_for (ZSTD_compressBound (size));
  ZSTD_CCtx *context = ZSTD_createCCtx ();
  ZSTD_inBuffer in = { .src = data, .size = size };
  ZSTD_outBuffer out = { .dst = packed->data, .size = packed->len };

  ZSTD_CCtx_setParameter (context, ZSTD_c_checksumFlag, 1);
  ZSTD_CCtx_setParameter (context, ZSTD_c_windowLog, window_log);
  if (content_size)
    ZSTD_CCtx_setPledgedSrcSize (context, size);
  else /* what is written before the end of the input cannot know the size */
    g_assert_false (ZSTD_isError (ZSTD_compressStream2 (context, &out, &in, ZSTD_e_continue)) ||
                    ZSTD_isError (ZSTD_compressStream2 (context, &out, &in, ZSTD_e_flush)));
  g_assert_cmpuint (ZSTD_compressStream2 (context, &out, &in, ZSTD_e_end), ==, 0);
  ZSTD_freeCCtx (context);
  return g_byte_array_set_size (packed, (guint) out.pos);
}

static GByteArray *
pack_zstd_default (const guint8 *data, gsize size)
{
  return pack_zstd (data, size, 0, TRUE);
}

static void
append_le32 (GByteArray *packed, guint32 value)
{
  value = GUINT32_TO_LE (value);
  g_byte_array_append (packed, (const guint8 *) &value, sizeof value);
}

static void
append_be32 (GByteArray *packed, guint32 value)
{
  value = GUINT32_TO_BE (value);
  g_byte_array_append (packed, (const guint8 *) &value, sizeof value);
}

static GByteArray *
pack_lz4 (const guint8 *data, gsize size)
{
  GByteArray *packed = g_byte_array_new ();
  g_autofree char *block = g_malloc (LZ4_COMPRESSBOUND (LEGACY_BLOCK));

  append_le32 (packed, 0x184c2102);
  do {
    int n = (int) MIN (size, LEGACY_BLOCK);
    int length =
      LZ4_compress_default ((const char *) data, block, n, LZ4_COMPRESSBOUND (LEGACY_BLOCK));

    append_le32 (packed, (guint32) length);
    g_byte_array_append (packed, (const guint8 *) block, (guint) length);
    data += n;
    size -= n;
  } while (size > 0);
  return packed;
}

static GByteArray *
pack_lz4_frame (const guint8 *data, gsize size)
{
  const LZ4F_preferences_t preferences = {
    .frameInfo = { .blockSizeID = LZ4F_max4MB, .contentChecksumFlag = 1 },
  };
  GByteArray *packed = room_for (LZ4F_compressFrameBound (size, &preferences));
  gsize done = LZ4F_compressFrame (packed->data, packed->len, data, size, &preferences);

  g_assert_false (LZ4F_isError (done));
  return g_byte_array_set_size (packed, (guint) done);
}

static GByteArray *
pack_bzip2 (const guint8 *data, gsize size)
{
  GByteArray *packed = room_for (size + size / 50 + 1024);
  unsigned int done = packed->len;

  g_assert_cmpint (BZ2_bzBuffToBuffCompress ((char *) packed->data, &done, (char *) data,
                                             (unsigned) size, 9, 0, 0),
                   ==, BZ_OK);
  return g_byte_array_set_size (packed, done);
}

static void
append_lzo_block (GByteArray *packed, const guint8 *data, guint size, guint32 flags)
{
  g_autofree guint8 *memory = g_malloc (LZO1X_1_MEM_COMPRESS);
  g_autofree guint8 *block = g_malloc (LZO_BLOCK * 2);
  lzo_uint length = LZO_BLOCK * 2;

  g_assert_cmpint (lzo1x_1_compress (data, size, block, &length, memory), ==, LZO_E_OK);
  append_be32 (packed, size);
  append_be32 (packed, (guint32) MIN (length, size));
  if ((flags & 0x0001) != 0)
    append_be32 (packed, lzo_adler32 (1, data, size));
  if ((flags & 0x0100) != 0)
    append_be32 (packed, lzo_crc32 (0, data, size));
  if ((flags & 0x0002) != 0 && length < size)
    append_be32 (packed, lzo_adler32 (1, block, length));
  if ((flags & 0x0200) != 0 && length < size)
    append_be32 (packed, lzo_crc32 (0, block, length));
  if (length < size)
    g_byte_array_append (packed, block, (guint) length);
  else
    g_byte_array_append (packed, data, size);
}

GByteArray *
pack_lzo (const guint8 *data, gsize size, guint32 flags)
{
  static const guint8 header[] = { 0x89, 'L',  'Z',  'O',  0, '\r', '\n', 0x1a, '\n',
                                   0x10, 0x40, 0x20, 0xa0, 9, 0x40, 1,    5 };
  GByteArray *packed = g_byte_array_new ();

  g_assert_cmpint (lzo_init (), ==, LZO_E_OK);
  g_byte_array_append (packed, header, sizeof header);
  append_be32 (packed, flags);
  append_be32 (packed, 0100644); /* mode */
  append_be32 (packed, 0);       /* time, low and high */
  append_be32 (packed, 0);
  g_byte_array_append (packed, (const guint8 *) "\6initrd", 7);
  append_be32 (packed, (flags & 0x1000) != 0 ? lzo_crc32 (0, packed->data + 9, packed->len - 9)
                                             : lzo_adler32 (1, packed->data + 9, packed->len - 9));
  for (gsize offset = 0; offset < size; offset += LZO_BLOCK)
    append_lzo_block (packed, data + offset, (guint) MIN (LZO_BLOCK, size - offset), flags);
  append_be32 (packed, 0);
  return packed;
}

static GByteArray *
pack_lzo_default (const guint8 *data, gsize size)
{
  return pack_lzo (data, size, 0x0001);
}

GByteArray *
pack (KexecMagic format, const guint8 *data, gsize size)
{
  static GByteArray *(*const packers[KEXEC_N_MAGICS]) (const guint8 *data, gsize size) = {
    [KEXEC_MAGIC_GZIP] = pack_gzip,   [KEXEC_MAGIC_XZ] = pack_xz_default,
    [KEXEC_MAGIC_LZMA] = pack_lzma,   [KEXEC_MAGIC_ZSTD] = pack_zstd_default,
    [KEXEC_MAGIC_LZ4] = pack_lz4,     [KEXEC_MAGIC_LZ4_FRAME] = pack_lz4_frame,
    [KEXEC_MAGIC_BZIP2] = pack_bzip2, [KEXEC_MAGIC_LZO] = pack_lzo_default,
  };

  g_assert_nonnull (packers[format]);
  return packers[format](data, size);
}
