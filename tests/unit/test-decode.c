/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every compression: what its own library packed comes out again, and nothing else passes. */
#include "image/codec/decode.h"

#include <lzma.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/unit/pack.h"

#define MIB (1024 * 1024)

static const KexecMagic formats[] = {
  KEXEC_MAGIC_GZIP, KEXEC_MAGIC_XZ,        KEXEC_MAGIC_LZMA,  KEXEC_MAGIC_ZSTD,
  KEXEC_MAGIC_LZ4,  KEXEC_MAGIC_LZ4_FRAME, KEXEC_MAGIC_BZIP2, KEXEC_MAGIC_LZO,
};

/* Neither lzma nor lz4's legacy format can tell that its data were changed. */
static gboolean
has_checksum (KexecMagic format)
{
  return format != KEXEC_MAGIC_LZMA && format != KEXEC_MAGIC_LZ4;
}

static gboolean
collect (const guint8 *data, gsize size, gpointer user_data)
{
  g_assert_cmpuint (size, >, 0);
  g_byte_array_append (user_data, data, (guint) size);
  return TRUE;
}

/* Decodes a copy of the exact size, so that a read beyond the end is seen. @out: nullable */
static KexecDecodeResult
decode (KexecMagic format, const guint8 *data, gsize size, GByteArray *out, KexecDecoded *decoded)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  const KexecInput input = kexec_input_from_bytes (bytes);
  KexecDecodeResult result =
    kexec_decode (&input, format, out != NULL ? collect : NULL, out, NULL, decoded);

  g_assert_cmpuint (decoded->consumed, <=, size);
  if (out != NULL)
    g_assert_cmpuint (decoded->produced, ==, out->len);
  return result;
}

static void
expect (KexecMagic format, const guint8 *data, gsize size, KexecDecodeResult expected)
{
  KexecDecoded decoded;

  g_assert_cmpint (decode (format, data, size, NULL, &decoded), ==, expected);
}

/* Words in no order: like a program, it can be packed, but not to nothing. */
static GByteArray *
make_sample (gsize size)
{
  static const char *const words[] = { "kernel ",
                                       "initrd\n",
                                       "\x7f"
                                       "ELF",
                                       "kexec-",
                                       "module.ko",
                                       "\xff\xff\xff\xff",
                                       "/usr/lib/",
                                       "a" };
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  GByteArray *sample = g_byte_array_sized_new ((guint) size + 16);

  while (sample->len < size) {
    const char *word = words[g_rand_int_range (rand, 0, G_N_ELEMENTS (words))];
    guint8 noise = (guint8) g_rand_int (rand);

    g_byte_array_append (sample, (const guint8 *) word, (guint) strlen (word));
    g_byte_array_append (sample, &noise, 1);
  }
  return g_byte_array_set_size (sample, (guint) size);
}

static GByteArray *
make_noise (gsize size)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);
  GByteArray *noise = g_byte_array_new ();

  for (gsize i = 0; i < size; i += 4) {
    guint32 word = g_rand_int (rand);

    g_byte_array_append (noise, (const guint8 *) &word, 4);
  }
  return g_byte_array_set_size (noise, (guint) size);
}

static void
round_trip (KexecMagic format, const GByteArray *sample)
{
  g_autoptr (GByteArray) packed = pack (format, sample->data, sample->len);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  guint length = packed->len;
  KexecDecoded decoded;

  /* What follows is not touched: the padding of lz4's legacy format, else the next archive. */
  if (format == KEXEC_MAGIC_LZ4)
    g_byte_array_append (packed, (const guint8 *) "\0\0\0\0\0", 5);
  else
    g_byte_array_append (packed, (const guint8 *) "070701", 6);
  g_assert_cmpint (decode (format, packed->data, packed->len, out, &decoded), ==,
                   KEXEC_DECODE_DONE);
  g_assert_cmpmem (out->data, out->len, sample->data, sample->len);
  g_assert_cmpuint (decoded.consumed, ==, length);
  g_assert_cmpuint (decoded.window, ==, 0);
  g_assert_cmpint (decoded.has_checksum, ==, has_checksum (format));
  g_assert_cmpint (decoded.kernel_refuses == NULL, ==, format != KEXEC_MAGIC_LZ4_FRAME);
}

/* Sizes around those of the pieces and blocks; the last is for the blocks of lz4 -l. */
static void
test_round_trip (gconstpointer data)
{
  static const gsize sizes[] = { 0,        1,      100, 4096, 65536, 256 * 1024, 256 * 1024 + 1,
                                 MIB + 17, 9 * MIB };
  KexecMagic format = *(const KexecMagic *) data;
  guint n = G_N_ELEMENTS (sizes) - (format == KEXEC_MAGIC_LZ4 ? 0 : 1);

  for (guint i = 0; i < n; i++) {
    g_autoptr (GByteArray) sample = make_sample (sizes[i]);

    round_trip (format, sample);
  }
}

static void
test_noise (gconstpointer data)
{
  g_autoptr (GByteArray) noise = make_noise (MIB + 3);

  round_trip (*(const KexecMagic *) data, noise);
}

/* The tools' own files with the line "hello kernel" (gzip 1.12, xz 5.4, lzma 9.22 with and without
   a size, zstd 1.5, lz4 1.9, bzip2 1.0, lzop 1.04). */
static const struct {
  KexecMagic format;
  gsize size;
  const char *bytes;
} files[] = {
  { KEXEC_MAGIC_GZIP, 33,
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\x57\xc8\x4e\x2d\xca\x4b\xcd\xe1"
    "\x02\x00\x9c\xe9\x2e\xee\x0d\x00\x00\x00" },
  { KEXEC_MAGIC_XZ, 68,
    "\xfd\x37\x7a\x58\x5a\x00\x00\x01\x69\x22\xde\x36\x02\x00\x21\x01\x16\x00\x00\x00\x74\x2f\xe5"
    "\xa3\x01\x00\x0c\x68\x65\x6c\x6c\x6f\x20\x6b\x65\x72\x6e\x65\x6c\x0a\x00\x00\x00\x00\x9c\xe9"
    "\x2e\xee\x00\x01\x21\x0d\x75\xdc\xa8\xd2\x90\x42\x99\x0d\x01\x00\x00\x00\x00\x01\x59\x5a" },
  { KEXEC_MAGIC_LZMA, 36,
    "\x5d\x00\x00\x80\x00\xff\xff\xff\xff\xff\xff\xff\xff\x00\x34\x19\x49\xee\x8d\xe9\x14\x41\x3b"
    "\xdc\x1e\xe6\x0a\x58\x94\x18\x07\xff\xfd\xb1\x20\x00" },
  { KEXEC_MAGIC_LZMA, 31,
    "\x5d\x00\x00\x80\x00\x0d\x00\x00\x00\x00\x00\x00\x00\x00\x34\x19\x49\xee\x8d\xe9\x14\x41\x3b"
    "\xdc\x1e\xe6\x0a\x53\x0b\x51\x00" },
  { KEXEC_MAGIC_ZSTD, 26,
    "\x28\xb5\x2f\xfd\x04\x58\x69\x00\x00\x68\x65\x6c\x6c\x6f\x20\x6b\x65\x72\x6e\x65\x6c\x0a\xa2"
    "\xe1\x0f\x9e" },
  { KEXEC_MAGIC_LZ4, 22,
    "\x02\x21\x4c\x18\x0e\x00\x00\x00\xd0\x68\x65\x6c\x6c\x6f\x20\x6b\x65\x72\x6e\x65\x6c\x0a" },
  { KEXEC_MAGIC_LZ4_FRAME, 32,
    "\x04\x22\x4d\x18\x64\x40\xa7\x0d\x00\x00\x80\x68\x65\x6c\x6c\x6f\x20\x6b\x65\x72\x6e\x65\x6c"
    "\x0a\x00\x00\x00\x00\x4c\x15\x54\x49" },
  { KEXEC_MAGIC_BZIP2, 51,
    "\x42\x5a\x68\x39\x31\x41\x59\x26\x53\x59\x00\xab\x51\x9b\x00\x00\x02\xd1\x80\x00\x10\x40\x00"
    "\x02\x4d\x90\x00\x20\x00\x22\x01\x9a\x82\x0c\x98\x84\x0c\x4c\x83\xaa\xfc\x5d\xc9\x14\xe1\x42"
    "\x40\x02\xad\x46\x6c" },
  { KEXEC_MAGIC_LZO, 67,
    "\x89\x4c\x5a\x4f\x00\x0d\x0a\x1a\x0a\x10\x40\x20\xa0\x09\x40\x01\x05\x03\x00\x00\x0d\x00\x00"
    "\x81\xa4\x6b\x02\xd5\x28\x00\x00\x00\x00\x00\x35\xe5\x03\xff\x00\x00\x00\x0d\x00\x00\x00\x0d"
    "\x23\x22\x04\xc0\x68\x65\x6c\x6c\x6f\x20\x6b\x65\x72\x6e\x65\x6c\x0a\x00\x00\x00\x00" },
};

static void
test_tools (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autoptr (GByteArray) out = g_byte_array_new ();
    const guint8 *bytes = (const guint8 *) files[i].bytes;
    KexecDecoded decoded;

    g_test_message ("%s", kexec_magic_name (files[i].format));
    g_assert_cmpint (kexec_magic_identify (bytes, files[i].size), ==, files[i].format);
    g_assert_cmpint (decode (files[i].format, bytes, files[i].size, out, &decoded), ==,
                     KEXEC_DECODE_DONE);
    g_assert_cmpmem (out->data, out->len, "hello kernel\n", 13);
    g_assert_cmpuint (decoded.consumed, ==, files[i].size);
    g_assert_cmpint (decoded.has_checksum, ==, has_checksum (files[i].format));
  }
}

/* A member that is cut anywhere, its ends most of all, ends too early. (What is left of an lz4
   legacy stream between two blocks would be whole; here there is one block.) */
static void
test_cut (gconstpointer data)
{
  KexecMagic format = *(const KexecMagic *) data;
  g_autoptr (GByteArray) sample = make_sample (3000);
  g_autoptr (GByteArray) packed = pack (format, sample->data, sample->len);
  KexecDecoded decoded;

  for (guint size = 0; size < packed->len; size += size < 64 || size + 64 > packed->len ? 1 : 7)
    expect (format, packed->data, size, KEXEC_DECODE_TRUNCATED);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    for (guint size = 0; files[i].format == format && size < files[i].size; size++)
      g_assert_cmpint (decode (format, (const guint8 *) files[i].bytes, size, NULL, &decoded), ==,
                       KEXEC_DECODE_TRUNCATED);
}

/* Whatever bit is flipped, it is seen; or it is one that does not matter to what comes out. Of each
   byte one is, in turn; the fuzzers do the rest. */
static void
test_flipped (gconstpointer data)
{
  KexecMagic format = *(const KexecMagic *) data;
  g_autoptr (GByteArray) sample = make_sample (600);
  g_autoptr (GByteArray) packed = pack (format, sample->data, sample->len);
  guint harmless = 0;

  for (guint bit = 0; bit < packed->len * 8; bit += bit % 8 == 7 ? 1 : 9) {
    g_autoptr (GByteArray) out = g_byte_array_new ();
    KexecDecoded decoded;

    packed->data[bit / 8] ^= 1 << bit % 8;
    if (decode (format, packed->data, packed->len, out, &decoded) == KEXEC_DECODE_DONE) {
      harmless++;
      if (has_checksum (format))
        g_assert_cmpmem (out->data, out->len, sample->data, sample->len);
    }
    packed->data[bit / 8] ^= 1 << bit % 8;
  }
  /* A time, a name, an operating system. */
  if (has_checksum (format))
    g_assert_cmpuint (harmless, <, 10);
}

static void
test_bomb (gconstpointer data)
{
  KexecMagic format = *(const KexecMagic *) data;
  g_autofree guint8 *zeros = g_malloc0 (48 * MIB);
  g_autoptr (GByteArray) packed = pack (format, zeros, 48 * MIB);
  KexecDecoded decoded;

  g_assert_cmpint (decode (format, packed->data, packed->len, NULL, &decoded), ==,
                   KEXEC_DECODE_EXCESSIVE);
  g_assert_cmpuint (decoded.produced, <=, 16 * MIB + 100 * packed->len);
  /* The same is nothing strange in a larger file. */
  g_byte_array_set_size (packed, MIB);
  memset (packed->data + MIB / 2, 0, MIB / 2);
  g_assert_cmpint (decode (format, packed->data, packed->len, NULL, &decoded), ==,
                   KEXEC_DECODE_DONE);
  g_assert_cmpuint (decoded.produced, ==, 48 * MIB);
}

/* Lets @left pieces pass. */
static gboolean
stop_sink (const guint8 *data, gsize size, gpointer user_data)
{
  guint *left = user_data;

  return (*left)-- > 0;
}

static void
test_stopped_by_sink (gconstpointer data)
{
  KexecMagic format = *(const KexecMagic *) data;
  g_autoptr (GByteArray) sample = make_sample (format == KEXEC_MAGIC_LZ4 ? 9 * MIB : MIB);
  g_autoptr (GByteArray) packed = pack (format, sample->data, sample->len);
  const KexecInput input = kexec_input_from_data (packed->data, packed->len);
  KexecDecoded decoded;
  guint left = 0;

  g_assert_cmpint (kexec_decode (&input, format, stop_sink, &left, NULL, &decoded), ==,
                   KEXEC_DECODE_STOPPED);
  left = 1;
  g_assert_cmpint (kexec_decode (&input, format, stop_sink, &left, NULL, &decoded), ==,
                   KEXEC_DECODE_STOPPED);
}

typedef struct {
  guint calls;
  guint stop_after; /* calls; 0: never */
  guint64 bytes;
} Watched;

static gboolean
proceed (guint64 bytes, gpointer user_data)
{
  Watched *watched = user_data;

  watched->bytes += bytes;
  watched->calls++;
  return watched->calls != watched->stop_after;
}

static void
test_watched (gconstpointer data)
{
  KexecMagic format = *(const KexecMagic *) data;
  /* An lz4 legacy block is 8 MiB. */
  guint mebibytes = format == KEXEC_MAGIC_LZ4 ? 17 : 4;
  g_autoptr (GByteArray) noise = make_noise (mebibytes * MIB);
  g_autoptr (GByteArray) packed = pack (format, noise->data, noise->len);
  const KexecInput input = kexec_input_from_data (packed->data, packed->len);
  Watched watched = { 0 };
  const KexecWatch watch = { .proceed = proceed, .user_data = &watched };
  KexecDecoded decoded;
  guint calls;

  g_assert_cmpint (kexec_decode (&input, format, NULL, NULL, &watch, &decoded), ==,
                   KEXEC_DECODE_DONE);
  g_assert_cmpuint (watched.bytes, ==, packed->len);
  g_assert_cmpuint (watched.calls, >=, 3);
  g_assert_cmpuint (watched.calls, <=, mebibytes + 1);

  calls = watched.calls;
  for (guint i = 1; i <= calls; i += calls - 1) { /* the first, the last */
    watched = (Watched){ .stop_after = i };
    g_assert_cmpint (kexec_decode (&input, format, NULL, NULL, &watch, &decoded), ==,
                     KEXEC_DECODE_STOPPED);
    g_assert_cmpuint (watched.calls, ==, i);
  }
}

/* Little input that makes much output does not keep anybody waiting either. */
static void
test_watched_output (void)
{
  g_autofree guint8 *zeros = g_malloc0 (40 * MIB);
  g_autoptr (GByteArray) packed = pack (KEXEC_MAGIC_ZSTD, zeros, 40 * MIB);
  Watched watched = { .stop_after = 2 };
  const KexecWatch watch = { .proceed = proceed, .user_data = &watched };
  KexecDecoded decoded;
  KexecInput input;

  g_byte_array_set_size (packed, MIB / 2);
  input = kexec_input_from_data (packed->data, packed->len);
  g_assert_cmpint (kexec_decode (&input, KEXEC_MAGIC_ZSTD, NULL, NULL, &watch, &decoded), ==,
                   KEXEC_DECODE_STOPPED);
  g_assert_cmpuint (decoded.produced, <=, 33 * MIB);
}

/* A file that is shorter than it was is not said to be damaged. */
static void
test_shrunk (gconstpointer data)
{
  KexecMagic format = *(const KexecMagic *) data;
  g_autoptr (GByteArray) sample = make_sample (600 * 1024);
  g_autoptr (GByteArray) packed = pack (format, sample->data, sample->len);
  const guint sizes[] = { 0, 1, 8, 40, 5000, packed->len / 2, packed->len - 1 };
  int fd = memfd_create ("shrunk", MFD_CLOEXEC);
  const KexecInput input = kexec_input_from_fd (fd, packed->len);
  KexecDecoded decoded;

  g_assert_cmpint (write (fd, packed->data, packed->len), ==, packed->len);
  g_assert_cmpint (kexec_decode (&input, format, NULL, NULL, NULL, &decoded), ==,
                   KEXEC_DECODE_DONE);
  for (guint i = G_N_ELEMENTS (sizes); i > 0; i--) {
    g_assert_cmpint (ftruncate (fd, sizes[i - 1]), ==, 0);
    g_assert_cmpint (kexec_decode (&input, format, NULL, NULL, NULL, &decoded), ==,
                     KEXEC_DECODE_UNREADABLE);
  }
  close (fd);
}

/* Between two blocks of an lz4 legacy stream only the size of the file tells. */
static void
test_shrunk_between_blocks (void)
{
  const guint8 *bytes = (const guint8 *) files[5].bytes;
  int fd = memfd_create ("shrunk", MFD_CLOEXEC);
  const KexecInput input = kexec_input_from_fd (fd, 1000);
  KexecDecoded decoded;

  g_assert_cmpint (files[5].format, ==, KEXEC_MAGIC_LZ4);
  g_assert_cmpint (write (fd, bytes, files[5].size), ==, files[5].size);
  g_assert_cmpint (kexec_decode (&input, KEXEC_MAGIC_LZ4, NULL, NULL, NULL, &decoded), ==,
                   KEXEC_DECODE_UNREADABLE);
  close (fd);
}

static void
test_formats (void)
{
  KexecDecoded decoded;

  for (KexecMagic format = 0; format < KEXEC_N_MAGICS; format++) {
    gboolean is_codec = FALSE;

    for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
      is_codec = is_codec || formats[i] == format;
    g_assert_cmpint (kexec_decode_is_available (format), ==, is_codec);
    if (is_codec)
      continue;
    decoded.consumed = 1;
    g_assert_cmpint (decode (format, (const guint8 *) "x", 1, NULL, &decoded), ==,
                     KEXEC_DECODE_UNAVAILABLE);
    g_assert_cmpuint (decoded.consumed, ==, 0);
  }
  g_assert_false (kexec_decode_is_available (KEXEC_N_MAGICS));
}

static void
test_descriptions (void)
{
  for (KexecDecodeResult i = KEXEC_DECODE_DONE; i <= KEXEC_DECODE_NO_MEMORY; i++) {
    g_assert_nonnull (kexec_decode_describe (i));
    for (KexecDecodeResult j = KEXEC_DECODE_DONE; j < i; j++)
      g_assert_cmpstr (kexec_decode_describe (i), !=, kexec_decode_describe (j));
  }
}

/* Each format's bytes, taken for each other format's. Some are shorter than a header. */
static void
test_other_format (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    for (guint j = 0; j < G_N_ELEMENTS (files); j++) {
      KexecDecoded decoded;
      KexecDecodeResult result =
        decode (formats[i], (const guint8 *) files[j].bytes, files[j].size, NULL, &decoded);

      if (formats[i] == files[j].format)
        g_assert_cmpint (result, ==, KEXEC_DECODE_DONE);
      else
        g_assert_true (result == KEXEC_DECODE_DAMAGED || result == KEXEC_DECODE_TRUNCATED);
    }
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    GTestDataFunc test;
  } tests[] = {
    { "round-trip", test_round_trip },
    { "noise", test_noise },
    { "cut", test_cut },
    { "flipped", test_flipped },
    { "bomb", test_bomb },
    { "stopped-by-sink", test_stopped_by_sink },
    { "watched", test_watched },
    { "shrunk", test_shrunk },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    for (guint j = 0; j < G_N_ELEMENTS (formats); j++) {
      g_autofree char *path =
        g_strdup_printf ("/decode/%s/%s", tests[i].name, kexec_magic_name (formats[j]));

      g_test_add_data_func (path, &formats[j], tests[i].test);
    }
  g_test_add_func ("/decode/tools", test_tools);
  g_test_add_func ("/decode/watched-output", test_watched_output);
  g_test_add_func ("/decode/shrunk-between-blocks", test_shrunk_between_blocks);
  g_test_add_func ("/decode/formats", test_formats);
  g_test_add_func ("/decode/descriptions", test_descriptions);
  g_test_add_func ("/decode/other-format", test_other_format);
  return g_test_run ();
}
