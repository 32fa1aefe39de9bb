/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes, taken for a compressed member. The first byte says for which. */
#include <unistd.h>

#include "image/kernel/unwrap.h"
#include "tests/fuzz/fuzz.h"

#define MIB (1024 * 1024)

static const KexecMagic formats[] = {
  KEXEC_MAGIC_GZIP, KEXEC_MAGIC_XZ,        KEXEC_MAGIC_LZMA,  KEXEC_MAGIC_ZSTD,
  KEXEC_MAGIC_LZ4,  KEXEC_MAGIC_LZ4_FRAME, KEXEC_MAGIC_BZIP2, KEXEC_MAGIC_LZO,
};

static gboolean
count (const guint8 *data, gsize size, gpointer user_data)
{
  guint64 *counted = user_data;

  g_assert_cmpuint (size, >, 0);
  *counted += size;
  return TRUE;
}

static KexecDecodeResult
decode (const KexecInput *input, KexecMagic format, KexecDecoded *decoded)
{
  guint64 counted = 0;
  KexecDecodeResult result = kexec_decode (input, format, count, &counted, NULL, decoded);

  g_assert_nonnull (kexec_decode_describe (result));
  g_assert_cmpuint (decoded->produced, ==, counted);
  g_assert_cmpuint (decoded->produced, <=, 16 * MIB + 100 * input->size);
  g_assert_cmpuint (decoded->consumed, <=, input->size);
  g_assert_cmpint (decoded->window > KEXEC_DECODE_WINDOW_MAX, ==, result == KEXEC_DECODE_TOO_LARGE);
  return result;
}

/* What was taken is the whole of it, and all of it. */
static void
check_extent (const KexecInput *input, KexecMagic format, const KexecDecoded *whole)
{
  KexecInput exact = kexec_input_slice (input, 0, whole->consumed);
  KexecInput less = kexec_input_slice (input, 0, whole->consumed - 1);
  KexecDecoded decoded;

  g_assert_cmpint (decode (&exact, format, &decoded), ==, KEXEC_DECODE_DONE);
  g_assert_cmpuint (decoded.consumed, ==, whole->consumed);
  g_assert_cmpuint (decoded.produced, ==, whole->produced);
  if (format != KEXEC_MAGIC_LZ4) /* which has no end mark */
    g_assert_cmpint (decode (&less, format, &decoded), ==, KEXEC_DECODE_TRUNCATED);
}

/* Only for zstd: the dictionaries that xz gets here are above the fuzzer's limit of memory. */
static void
check_unwrap (const KexecInput *input, KexecDecodeResult result, const KexecDecoded *whole)
{
  KexecDecoded decoded;
  int fd;
  KexecDecodeResult unwrapped = kexec_unwrap_decode (input, KEXEC_MAGIC_ZSTD, &fd, NULL, &decoded);

  g_assert_cmpint (fd >= 0, ==, unwrapped == KEXEC_DECODE_DONE);
  if (fd < 0)
    return;
  g_assert_cmpint (lseek (fd, 0, SEEK_END), ==, decoded.produced);
  g_assert_true (result == KEXEC_DECODE_TOO_LARGE || decoded.produced == whole->produced);
  close (fd);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  KexecMagic format;
  KexecInput input;
  KexecDecodeResult result;
  KexecDecoded decoded;

  if (size < 1)
    return 0;
  format = formats[data[0] % G_N_ELEMENTS (formats)];
  input = kexec_input_from_data (data + 1, size - 1);
  result = decode (&input, format, &decoded);
  if (result == KEXEC_DECODE_DONE)
    check_extent (&input, format, &decoded);
  if (format == KEXEC_MAGIC_ZSTD)
    check_unwrap (&input, result, &decoded);
  return 0;
}
