/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is particular to one compression: windows, checks, what kernels refuse, broken headers. */
#include "image/codec/decode.h"

#include <lz4frame.h>
#include <lzma.h>
#include <string.h>
#include <zlib.h>

#include "tests/unit/pack.h"

#define MIB (1024 * 1024)

static const char text[] = "hello kernel hello kernel hello kernel hello kernel hello kernel\n";

static KexecDecodeResult
decode (KexecMagic format, const GByteArray *packed, KexecDecoded *decoded)
{
  g_autoptr (GBytes) bytes = g_bytes_new (packed->data, packed->len);
  const KexecInput input = kexec_input_from_bytes (bytes);

  return kexec_decode (&input, format, NULL, NULL, NULL, decoded);
}

static void
expect (KexecMagic format, const GByteArray *packed, KexecDecodeResult expected)
{
  KexecDecoded decoded;

  g_assert_cmpint (decode (format, packed, &decoded), ==, expected);
}

/* It can be unpacked; @reason: a part of why kernels do not, NULL if they do. */
static void
expect_refused (KexecMagic format, const GByteArray *packed, const char *reason)
{
  KexecDecoded decoded;

  g_assert_cmpint (decode (format, packed, &decoded), ==, KEXEC_DECODE_DONE);
  if (reason == NULL)
    g_assert_null (decoded.kernel_refuses);
  else
    g_assert_nonnull (strstr (decoded.kernel_refuses, reason));
}

static GByteArray *
pack_text (KexecMagic format)
{
  return pack (format, (const guint8 *) text, sizeof text);
}

static GByteArray *
pack_gzip_header (gz_header *header)
{
  z_stream stream = { .next_in = (Bytef *) text, .avail_in = sizeof text };
  GByteArray *packed = g_byte_array_set_size (g_byte_array_new (), 1000);

  deflateInit2 (&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  deflateSetHeader (&stream, header);
  stream.next_out = packed->data;
  stream.avail_out = packed->len;
  g_assert_cmpint (deflate (&stream, Z_FINISH), ==, Z_STREAM_END);
  deflateEnd (&stream);
  return g_byte_array_set_size (packed, (guint) stream.total_out);
}

static void
test_gzip_header (void)
{
  gz_header name = { .name = (Bytef *) "initrd" };
  gz_header comment = { .comment = (Bytef *) "made here" };
  gz_header extra = { .extra = (Bytef *) "xx\0\0", .extra_len = 4 };
  gz_header checked = { .hcrc = 1 };
  g_autoptr (GByteArray) with_name = pack_gzip_header (&name);
  g_autoptr (GByteArray) with_comment = pack_gzip_header (&comment);
  g_autoptr (GByteArray) with_extra = pack_gzip_header (&extra);
  g_autoptr (GByteArray) with_check = pack_gzip_header (&checked);

  expect_refused (KEXEC_MAGIC_GZIP, with_name, NULL);
  expect_refused (KEXEC_MAGIC_GZIP, with_comment, "fields");
  expect_refused (KEXEC_MAGIC_GZIP, with_extra, "fields");
  expect_refused (KEXEC_MAGIC_GZIP, with_check, "fields");
}

/* The magic number of old pack(1), which kernels recognize and do not unpack. */
static void
test_gzip_old_magic (void)
{
  g_autoptr (GByteArray) packed = pack_text (KEXEC_MAGIC_GZIP);

  packed->data[1] = 0x9e;
  expect (KEXEC_MAGIC_GZIP, packed, KEXEC_DECODE_DAMAGED);
}

static void
test_xz_check (void)
{
  static const struct {
    int check;
    const char *reason;
  } checks[] = {
    { LZMA_CHECK_NONE, NULL },
    { LZMA_CHECK_CRC32, NULL },
    { LZMA_CHECK_CRC64, "not CRC32" },
    { LZMA_CHECK_SHA256, "not CRC32" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (checks); i++) {
    g_autoptr (GByteArray) packed =
      pack_xz ((const guint8 *) text, sizeof text, checks[i].check, MIB, 0);
    KexecDecoded decoded;

    expect_refused (KEXEC_MAGIC_XZ, packed, checks[i].reason);
    decode (KEXEC_MAGIC_XZ, packed, &decoded);
    g_assert_cmpint (decoded.has_checksum, ==, checks[i].check != LZMA_CHECK_NONE);
  }
}

static void
test_xz_filter (void)
{
  static const struct {
    guint64 filter;
    const char *reason;
  } filters[] = {
    { LZMA_FILTER_X86, NULL },
    { LZMA_FILTER_ARM, NULL },
    { LZMA_FILTER_DELTA, "filters" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (filters); i++) {
    g_autoptr (GByteArray) packed =
      pack_xz ((const guint8 *) text, sizeof text, LZMA_CHECK_CRC32, MIB, filters[i].filter);

    expect_refused (KEXEC_MAGIC_XZ, packed, filters[i].reason);
  }
}

/* Nothing is said of the filters of a block that is not there, or damaged. */
static void
test_xz_no_block (void)
{
  g_autoptr (GByteArray) empty = pack (KEXEC_MAGIC_XZ, NULL, 0);
  g_autoptr (GByteArray) damaged = pack_text (KEXEC_MAGIC_XZ);

  expect_refused (KEXEC_MAGIC_XZ, empty, NULL);
  damaged->data[13] ^= 1;
  expect (KEXEC_MAGIC_XZ, damaged, KEXEC_DECODE_DAMAGED);
  g_byte_array_set_size (damaged, 14);
  expect (KEXEC_MAGIC_XZ, damaged, KEXEC_DECODE_TRUNCATED);
}

static void
expect_too_large (KexecMagic format, const GByteArray *packed, guint64 least, guint64 most)
{
  KexecDecoded decoded;

  g_assert_cmpint (decode (format, packed, &decoded), ==, KEXEC_DECODE_TOO_LARGE);
  g_assert_cmpuint (decoded.window, >=, least);
  g_assert_cmpuint (decoded.window, <=, most);
  g_assert_cmpuint (decoded.produced, ==, 0);
}

static void
test_xz_dictionary (void)
{
  g_autoptr (GByteArray) most =
    pack_xz ((const guint8 *) text, sizeof text, LZMA_CHECK_CRC32, KEXEC_DECODE_WINDOW_MAX, 0);
  g_autoptr (GByteArray) large =
    pack_xz ((const guint8 *) text, sizeof text, LZMA_CHECK_CRC32, 64 * MIB, 0);

  expect_refused (KEXEC_MAGIC_XZ, most, NULL);
  expect_too_large (KEXEC_MAGIC_XZ, large, 64 * MIB, 65 * MIB);
}

static void
test_lzma_dictionary (void)
{
  g_autoptr (GByteArray) packed = pack_text (KEXEC_MAGIC_LZMA);

  packed->data[4] = 0x03; /* bits 24 to 31 of its size */
  expect_refused (KEXEC_MAGIC_LZMA, packed, NULL);
  packed->data[4] = 0x04;
  expect_too_large (KEXEC_MAGIC_LZMA, packed, 64 * MIB, 66 * MIB);
  packed->data[4] = 0xff;
  expect_too_large (KEXEC_MAGIC_LZMA, packed, 4080 * (guint64) MIB, 4100 * (guint64) MIB);
}

static void
test_zstd_window (void)
{
  g_autoptr (GByteArray) large = pack_zstd ((const guint8 *) text, sizeof text, 27, FALSE);

  expect_too_large (KEXEC_MAGIC_ZSTD, large, 128 * MIB, 128 * MIB);
  large->data[5] = (25 - 10) << 3; /* the window descriptor: exponent and eighths */
  expect_refused (KEXEC_MAGIC_ZSTD, large, NULL);
  large->data[5] |= 4;
  expect_refused (KEXEC_MAGIC_ZSTD, large, NULL);
  large->data[5] |= 5;
  expect_too_large (KEXEC_MAGIC_ZSTD, large, 52 * MIB, 52 * MIB);
  large->data[5] = 0xff;
  expect_too_large (KEXEC_MAGIC_ZSTD, large, G_GUINT64_CONSTANT (15) << 38,
                    G_GUINT64_CONSTANT (15) << 38);
}

/* The window of a frame in one segment is what it says to hold. */
static void
test_zstd_content_size (void)
{
  static const struct {
    gsize size;
    const char *header;
    guint64 window;
    KexecDecodeResult result;
  } headers[] = {
    { 6, "\x28\xb5\x2f\xfd\x20\xff", 0, KEXEC_DECODE_TRUNCATED },
    { 7, "\x28\xb5\x2f\xfd\x60\xff\xff", 0, KEXEC_DECODE_TRUNCATED },
    { 9, "\x28\xb5\x2f\xfd\xa0\x00\x00\x00\x03", 0, KEXEC_DECODE_TRUNCATED },
    { 9, "\x28\xb5\x2f\xfd\xa0\x01\x00\x00\x03", 0x3000001, KEXEC_DECODE_TOO_LARGE },
    { 8, "\x28\xb5\x2f\xfd\xa0\x01\x00\x00", 0, KEXEC_DECODE_TRUNCATED },
    { 13, "\x28\xb5\x2f\xfd\xe0\x01\x02\x03\x04\x05\x06\x07\x08", 0x0807060504030201,
      KEXEC_DECODE_TOO_LARGE },
    /* with a dictionary, which nobody has */
    { 11, "\x28\xb5\x2f\xfd\xa1\x99\x00\x01\x00\x00\x00", 0, KEXEC_DECODE_DAMAGED },
    { 13, "\x28\xb5\x2f\xfd\xa3\x99\x99\x99\x99\x00\x00\x00\xff", 0xff000000,
      KEXEC_DECODE_TOO_LARGE },
    { 5, "\x28\xb5\x2f\xfd\x00", 0, KEXEC_DECODE_TRUNCATED },
    { 6, "\x28\xb5\x2f\xfd\x08\x00", 0, KEXEC_DECODE_DAMAGED }, /* a reserved bit */
  };

  for (guint i = 0; i < G_N_ELEMENTS (headers); i++) {
    g_autoptr (GByteArray) bytes = g_byte_array_new ();
    KexecDecoded decoded;

    g_test_message ("%u", i);
    g_byte_array_append (bytes, (const guint8 *) headers[i].header, (guint) headers[i].size);
    g_assert_cmpint (decode (KEXEC_MAGIC_ZSTD, bytes, &decoded), ==, headers[i].result);
    g_assert_cmpuint (decoded.window, ==, headers[i].window);
  }
}

/* No kernel takes them, wherever they stand. */
static void
test_skippable (void)
{
  g_autoptr (GByteArray) packed = g_byte_array_new ();
  g_autoptr (GByteArray) zstd = pack_text (KEXEC_MAGIC_ZSTD);
  KexecDecoded decoded;

  g_byte_array_append (packed, (const guint8 *) "\x50\x2a\x4d\x18\1\0\0\0x", 9);
  g_byte_array_append (packed, zstd->data, zstd->len);
  expect (KEXEC_MAGIC_ZSTD, packed, KEXEC_DECODE_DAMAGED);
  expect (KEXEC_MAGIC_LZ4_FRAME, packed, KEXEC_DECODE_DAMAGED);

  g_byte_array_append (zstd, packed->data, 9);
  g_assert_cmpint (decode (KEXEC_MAGIC_ZSTD, zstd, &decoded), ==, KEXEC_DECODE_DONE);
  g_assert_cmpuint (decoded.consumed, ==, zstd->len - 9);
}

/* A legacy stream: its magic number and @rest. */
static GByteArray *
make_lz4 (gsize size, const char *rest)
{
  GByteArray *stream = g_byte_array_new ();

  g_byte_array_append (stream, (const guint8 *) "\x02\x21\x4c\x18", 4);
  return g_byte_array_append (stream, (const guint8 *) rest, (guint) size);
}

static void
test_lz4_legacy (void)
{
  static const struct {
    const char *rest;
    gsize size;
    KexecDecodeResult result;
    guint consumed;
  } streams[] = {
    { "", 0, KEXEC_DECODE_TRUNCATED, 0 },
    { "\0\0\0\0", 4, KEXEC_DECODE_TRUNCATED, 4 }, /* no block */
    { "\2\0\0\0\x10X", 6, KEXEC_DECODE_DONE, 10 },
    { "\2\0\0\0\x10X\0\0\0", 9, KEXEC_DECODE_DONE, 10 },
    { "\2\0\0\0\x10X\0\0\0\0\0", 11, KEXEC_DECODE_DONE, 10 },
    /* the magic number once more: another stream that goes on with the same */
    { "\2\0\0\0\x10X\x02\x21\x4c\x18\2\0\0\0\x10Y", 16, KEXEC_DECODE_DONE, 20 },
    { "\x02\x21\x4c\x18\2\0\0\0\x10Y", 10, KEXEC_DECODE_DONE, 14 },
    /* an archive that follows at once is taken for a block, and is too large for one */
    { "\2\0\0\0\x10X070701", 12, KEXEC_DECODE_DAMAGED, 10 },
    { "\2\0\0\0\x10X\x28\xb5\x2f\xfd", 10, KEXEC_DECODE_DAMAGED, 10 },
    { "\x90\x80\x80\0", 4, KEXEC_DECODE_TRUNCATED, 8 }, /* as large as a block can be */
    { "\x91\x80\x80\0", 4, KEXEC_DECODE_DAMAGED, 4 },
    { "\1\0\0\0\xf0", 5, KEXEC_DECODE_DAMAGED, 9 }, /* more to copy than there is */
    { "\1\0\0\0\0", 5, KEXEC_DECODE_DONE, 9 },      /* a block of nothing */
  };

  for (guint i = 0; i < G_N_ELEMENTS (streams); i++) {
    g_autoptr (GByteArray) stream = make_lz4 (streams[i].size, streams[i].rest);
    KexecDecoded decoded;

    g_test_message ("%u", i);
    g_assert_cmpint (decode (KEXEC_MAGIC_LZ4, stream, &decoded), ==, streams[i].result);
    if (streams[i].consumed > 0)
      g_assert_cmpuint (decoded.consumed, ==, streams[i].consumed);
  }
}

static GByteArray *
pack_lz4_frame_with (gboolean block_checksum, gboolean content_checksum, guint dictionary)
{
  const LZ4F_preferences_t preferences = {
    .frameInfo = { .blockChecksumFlag = block_checksum,
                   .contentChecksumFlag = content_checksum,
                   .dictID = dictionary },
  };
  GByteArray *packed = g_byte_array_set_size (g_byte_array_new (), 1000);
  gsize done = LZ4F_compressFrame (packed->data, packed->len, text, sizeof text, &preferences);

  return g_byte_array_set_size (packed, (guint) done);
}

static void
test_lz4_frame_checksums (void)
{
  for (guint i = 0; i < 4; i++) {
    g_autoptr (GByteArray) packed = pack_lz4_frame_with (i & 1, (i & 2) != 0, 0);
    KexecDecoded decoded;

    expect_refused (KEXEC_MAGIC_LZ4_FRAME, packed, "legacy");
    decode (KEXEC_MAGIC_LZ4_FRAME, packed, &decoded);
    g_assert_cmpint (decoded.has_checksum, ==, i != 0);
  }
}

enum {
  ADLER32_UNPACKED = 0x0001,
  ADLER32_PACKED = 0x0002,
  CRC32_UNPACKED = 0x0100,
  CRC32_PACKED = 0x0200,
  HEADER_CRC32 = 0x1000,
};

static void
test_lzo_checksums (void)
{
  static const struct {
    guint32 flags;
    gboolean is_refused;
  } variants[] = {
    { 0, TRUE },
    { ADLER32_UNPACKED, FALSE },
    { CRC32_UNPACKED, FALSE },
    { CRC32_UNPACKED | HEADER_CRC32, FALSE },
    { ADLER32_PACKED, TRUE },
    { CRC32_PACKED, TRUE },
    { ADLER32_UNPACKED | CRC32_UNPACKED, TRUE },
    { ADLER32_UNPACKED | ADLER32_PACKED, TRUE },
    { ADLER32_UNPACKED | ADLER32_PACKED | CRC32_UNPACKED | CRC32_PACKED, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (variants); i++) {
    guint32 flags = variants[i].flags;
    g_autoptr (GByteArray) packed = pack_lzo ((const guint8 *) text, sizeof text, flags);
    KexecDecoded decoded;

    g_test_message ("%x", flags);
    expect_refused (KEXEC_MAGIC_LZO, packed, variants[i].is_refused ? "checksum" : NULL);
    decode (KEXEC_MAGIC_LZO, packed, &decoded);
    g_assert_cmpint (decoded.has_checksum, ==, (flags & ~HEADER_CRC32) != 0);
    g_assert_cmpuint (decoded.produced, ==, sizeof text);
    if (!decoded.has_checksum)
      continue;
    /* Every checksum is looked at: 34 + 6 + 4 bytes of header, two sizes, then they come. */
    for (guint at = 52; at < packed->len - 4; at++) {
      packed->data[at] ^= 0x40;
      expect (KEXEC_MAGIC_LZO, packed, KEXEC_DECODE_DAMAGED);
      packed->data[at] ^= 0x40;
    }
  }
}

/* Bytes of the header that are wrong, under a checksum that is right. */
static void
test_lzo_header (void)
{
  static const struct {
    guint offset;
    guint8 value;
    KexecDecodeResult result;
  } headers[] = {
    { 3, 'o', KEXEC_DECODE_DAMAGED },
    { 9, 0x08, KEXEC_DECODE_DAMAGED }, /* version: before 0.940 */
    { 9, 0x09, KEXEC_DECODE_DONE },
    { 15, 0, KEXEC_DECODE_DAMAGED }, /* method */
    { 15, 3, KEXEC_DECODE_DONE },
    { 15, 4, KEXEC_DECODE_DAMAGED },
    { 19, 0x08, KEXEC_DECODE_DAMAGED }, /* flags: a filter, a field of which nobody knows */
    { 20, 0x41, KEXEC_DECODE_DAMAGED },
    { 30, 0xff, KEXEC_DECODE_DONE }, /* time */
  };

  for (guint i = 0; i < G_N_ELEMENTS (headers); i++) {
    g_autoptr (GByteArray) packed = pack_lzo ((const guint8 *) text, sizeof text, ADLER32_UNPACKED);
    guint32 checksum;

    g_test_message ("%u", i);
    packed->data[headers[i].offset] = headers[i].value;
    checksum = GUINT32_TO_BE (adler32 (1, packed->data + 9, 31));
    memcpy (packed->data + 40, &checksum, 4);
    expect (KEXEC_MAGIC_LZO, packed, headers[i].result);
  }
}

static void
test_lzo_sizes (void)
{
  static const struct {
    guint offset; /* of the block's size, or its packed size */
    guint32 value;
    KexecDecodeResult result;
  } sizes[] = {
    { 44, 256 * 1024 + 1, KEXEC_DECODE_DAMAGED },
    { 44, 0xffffffff, KEXEC_DECODE_DAMAGED },
    { 44, 256 * 1024, KEXEC_DECODE_DAMAGED }, /* not what comes out */
    { 44, 10, KEXEC_DECODE_DAMAGED },
    { 44, 0, KEXEC_DECODE_DONE }, /* the end */
    { 48, 0, KEXEC_DECODE_DAMAGED },
    { 48, sizeof text + 1, KEXEC_DECODE_DAMAGED },
    { 48, sizeof text, KEXEC_DECODE_TRUNCATED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (GByteArray) packed = pack_lzo ((const guint8 *) text, sizeof text, ADLER32_UNPACKED);
    guint32 value = GUINT32_TO_BE (sizes[i].value);

    g_test_message ("%u", i);
    memcpy (packed->data + sizes[i].offset, &value, 4);
    expect (KEXEC_MAGIC_LZO, packed, sizes[i].result);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/decode-formats/gzip-header", test_gzip_header);
  g_test_add_func ("/decode-formats/gzip-old-magic", test_gzip_old_magic);
  g_test_add_func ("/decode-formats/xz-check", test_xz_check);
  g_test_add_func ("/decode-formats/xz-filter", test_xz_filter);
  g_test_add_func ("/decode-formats/xz-no-block", test_xz_no_block);
  g_test_add_func ("/decode-formats/xz-dictionary", test_xz_dictionary);
  g_test_add_func ("/decode-formats/lzma-dictionary", test_lzma_dictionary);
  g_test_add_func ("/decode-formats/zstd-window", test_zstd_window);
  g_test_add_func ("/decode-formats/zstd-content-size", test_zstd_content_size);
  g_test_add_func ("/decode-formats/skippable", test_skippable);
  g_test_add_func ("/decode-formats/lz4-legacy", test_lz4_legacy);
  g_test_add_func ("/decode-formats/lz4-frame-checksums", test_lz4_frame_checksums);
  g_test_add_func ("/decode-formats/lzo-checksums", test_lzo_checksums);
  g_test_add_func ("/decode-formats/lzo-header", test_lzo_header);
  g_test_add_func ("/decode-formats/lzo-sizes", test_lzo_sizes);
  return g_test_run ();
}
