/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What comes out of a wrapping: the right bytes, which nobody can change any more. */
#include "image/kernel/unwrap.h"

#include <fcntl.h>
#include <lzma.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/unit/pack.h"

#define MIB (1024 * 1024)

/* A kernel of sorts: not a single run of the same byte, but easily packed. */
static GByteArray *
make_kernel (gsize size)
{
  GByteArray *kernel = g_byte_array_set_size (g_byte_array_new (), (guint) size);

  for (gsize i = 0; i < size; i++)
    kernel->data[i] = (guint8) (i * 7 + i / 251 % 3);
  return kernel;
}

static void
expect_sealed (int fd)
{
  g_assert_cmpint (fcntl (fd, F_GET_SEALS) &
                     (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE),
                   ==, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
  g_assert_cmpint (fcntl (fd, F_GETFD) & FD_CLOEXEC, ==, FD_CLOEXEC);
  g_assert_cmpint (pwrite (fd, "x", 1, 0), ==, -1);
  g_assert_cmpint (ftruncate (fd, 0), ==, -1);
}

/* Takes @fd. */
static void
expect_kernel (int fd, const GByteArray *kernel)
{
  g_autofree guint8 *data = g_malloc (kernel->len + 1);

  expect_sealed (fd);
  g_assert_cmpint (pread (fd, data, kernel->len + 1, 0), ==, kernel->len);
  g_assert_cmpmem (data, kernel->len, kernel->data, kernel->len);
  close (fd);
}

static KexecDecodeResult
unwrap (KexecMagic format, const GByteArray *packed, int *fd)
{
  const KexecInput input = kexec_input_from_data (packed->data, packed->len);
  KexecDecoded decoded;

  return kexec_unwrap_decode (&input, format, fd, NULL, &decoded);
}

static void
test_formats (void)
{
  static const KexecMagic formats[] = {
    KEXEC_MAGIC_GZIP, KEXEC_MAGIC_XZ,        KEXEC_MAGIC_LZMA,  KEXEC_MAGIC_ZSTD,
    KEXEC_MAGIC_LZ4,  KEXEC_MAGIC_LZ4_FRAME, KEXEC_MAGIC_BZIP2, KEXEC_MAGIC_LZO,
  };
  g_autoptr (GByteArray) kernel = make_kernel (3 * MIB + 5);

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autoptr (GByteArray) packed = pack (formats[i], kernel->data, kernel->len);
    int fd;

    g_assert_cmpint (unwrap (formats[i], packed, &fd), ==, KEXEC_DECODE_DONE);
    expect_kernel (fd, kernel);
  }
}

static void
test_facts (void)
{
  g_autoptr (GByteArray) kernel = make_kernel (MIB);
  g_autoptr (GByteArray) packed = pack (KEXEC_MAGIC_GZIP, kernel->data, kernel->len);
  guint length = packed->len;
  KexecDecoded decoded;
  KexecInput input;
  int fd;

  g_byte_array_append (packed, (const guint8 *) "more", 4);
  input = kexec_input_from_data (packed->data, packed->len);
  g_assert_cmpint (kexec_unwrap_decode (&input, KEXEC_MAGIC_GZIP, &fd, NULL, &decoded), ==,
                   KEXEC_DECODE_DONE);
  g_assert_cmpuint (decoded.consumed, ==, length);
  g_assert_cmpuint (decoded.produced, ==, MIB);
  g_assert_true (decoded.has_checksum);
  expect_kernel (fd, kernel);
}

/* "zstd --ultra -22" and "xz -9" ask for more than a check may use. */
static void
test_large_window (void)
{
  g_autoptr (GByteArray) kernel = make_kernel (3 * MIB + 5);
  g_autoptr (GByteArray) zstd = pack_zstd (kernel->data, kernel->len, 27, FALSE);
  g_autoptr (GByteArray) xz =
    pack_xz (kernel->data, kernel->len, LZMA_CHECK_CRC32, 64 * MIB, LZMA_FILTER_X86);
  KexecDecoded decoded;
  KexecInput input = kexec_input_from_data (zstd->data, zstd->len);
  int fd;

  g_assert_cmpint (kexec_decode (&input, KEXEC_MAGIC_ZSTD, NULL, NULL, NULL, &decoded), ==,
                   KEXEC_DECODE_TOO_LARGE);
  g_assert_cmpint (kexec_unwrap_decode (&input, KEXEC_MAGIC_ZSTD, &fd, NULL, &decoded), ==,
                   KEXEC_DECODE_DONE);
  g_assert_cmpuint (decoded.consumed, ==, zstd->len);
  g_assert_cmpuint (decoded.produced, ==, kernel->len);
  expect_kernel (fd, kernel);

  g_assert_cmpint (unwrap (KEXEC_MAGIC_XZ, xz, &fd), ==, KEXEC_DECODE_DONE);
  expect_kernel (fd, kernel);
}

/* The window is not what is too large then. */
static void
test_larger_window (void)
{
  g_autoptr (GByteArray) kernel = make_kernel (MIB);
  g_autoptr (GByteArray) zstd = pack_zstd (kernel->data, kernel->len, 31, FALSE);
  g_autoptr (GByteArray) xz = pack_xz (kernel->data, kernel->len, LZMA_CHECK_CRC32, 192 * MIB, 0);
  int fd = 0;

  g_assert_cmpint (unwrap (KEXEC_MAGIC_ZSTD, zstd, &fd), ==, KEXEC_DECODE_DONE);
  expect_kernel (fd, kernel);
  g_assert_cmpint (unwrap (KEXEC_MAGIC_XZ, xz, &fd), ==, KEXEC_DECODE_TOO_LARGE);
  g_assert_cmpint (fd, ==, -1);
}

static void
test_damaged (void)
{
  g_autoptr (GByteArray) kernel = make_kernel (MIB);
  g_autoptr (GByteArray) packed = pack_zstd (kernel->data, kernel->len, 27, FALSE);
  int fd = 0;

  packed->data[packed->len - 1] ^= 1; /* the checksum */
  g_assert_cmpint (unwrap (KEXEC_MAGIC_ZSTD, packed, &fd), ==, KEXEC_DECODE_DAMAGED);
  g_assert_cmpint (fd, ==, -1);
  g_byte_array_set_size (packed, packed->len - 1);
  g_assert_cmpint (unwrap (KEXEC_MAGIC_ZSTD, packed, &fd), ==, KEXEC_DECODE_TRUNCATED);
  g_byte_array_set_size (packed, packed->len / 2);
  g_assert_cmpint (unwrap (KEXEC_MAGIC_ZSTD, packed, &fd), ==, KEXEC_DECODE_TRUNCATED);
  g_assert_cmpint (fd, ==, -1);
  g_assert_cmpint (unwrap (KEXEC_MAGIC_BZIMAGE, packed, &fd), ==, KEXEC_DECODE_UNAVAILABLE);
  g_assert_cmpint (fd, ==, -1);
}

static void
test_bomb (void)
{
  g_autofree guint8 *zeros = g_malloc0 (20 * MIB);
  g_autoptr (GByteArray) small = pack (KEXEC_MAGIC_ZSTD, zeros, 20 * MIB);
  g_autoptr (GByteArray) wide = pack_zstd (zeros, 20 * MIB, 27, FALSE);
  int fd = 0;

  g_assert_cmpuint (small->len, <, MIB / 8);
  g_assert_cmpint (unwrap (KEXEC_MAGIC_ZSTD, small, &fd), ==, KEXEC_DECODE_EXCESSIVE);
  g_assert_cmpint (fd, ==, -1);
  g_assert_cmpint (unwrap (KEXEC_MAGIC_ZSTD, wide, &fd), ==, KEXEC_DECODE_EXCESSIVE);
  g_assert_cmpint (fd, ==, -1);
}

static gboolean
refuse (guint64 bytes, gpointer user_data)
{
  return FALSE;
}

static void
test_stopped (void)
{
  const KexecWatch watch = { .proceed = refuse };
  g_autoptr (GByteArray) kernel = make_kernel (MIB);
  g_autoptr (GByteArray) packed = pack_zstd (kernel->data, kernel->len, 27, FALSE);
  KexecInput input = kexec_input_from_data (packed->data, packed->len);
  KexecDecoded decoded;
  int fd = 0;

  g_assert_cmpint (kexec_unwrap_decode (&input, KEXEC_MAGIC_ZSTD, &fd, &watch, &decoded), ==,
                   KEXEC_DECODE_STOPPED);
  g_assert_cmpint (fd, ==, -1);
  g_assert_cmpint (kexec_unwrap_copy (&input, &watch), ==, -1);
}

static void
test_copy (void)
{
  g_autoptr (GByteArray) kernel = make_kernel (MIB + 77);
  KexecInput input = kexec_input_from_data (kernel->data, kernel->len);
  g_autoptr (GByteArray) part = g_byte_array_new ();

  expect_kernel (kexec_unwrap_copy (&input, NULL), kernel);
  input = kexec_input_slice (&input, 4096, 5000);
  g_byte_array_append (part, kernel->data + 4096, 5000);
  expect_kernel (kexec_unwrap_copy (&input, NULL), part);
}

static void
test_shrunk (void)
{
  int file = memfd_create ("shrunk", MFD_CLOEXEC);
  const KexecInput input = kexec_input_from_fd (file, 2 * MIB);
  const KexecInput slice = kexec_input_slice (&input, MIB - 10, 99);
  KexecDecoded decoded;
  int fd = 0;

  g_assert_cmpint (ftruncate (file, MIB), ==, 0);
  g_assert_cmpint (kexec_unwrap_copy (&input, NULL), ==, -1);
  g_assert_cmpint (pwrite (file, "\x02\x21\x4c\x18\2\0\0\0\x10X", 10, MIB - 10), ==, 10);
  g_assert_cmpint (kexec_unwrap_decode (&slice, KEXEC_MAGIC_LZ4, &fd, NULL, &decoded), ==,
                   KEXEC_DECODE_UNREADABLE);
  g_assert_cmpint (fd, ==, -1);
  close (file);
}

/* Sets a limit of this process. Returns: what it was. */
static rlim_t
set_limit (int resource, rlim_t value)
{
  struct rlimit limits;
  rlim_t before;

  g_assert_cmpint (getrlimit (resource, &limits), ==, 0);
  before = limits.rlim_cur;
  limits.rlim_cur = value;
  g_assert_cmpint (setrlimit (resource, &limits), ==, 0);
  return before;
}

static void
test_no_descriptors (void)
{
  g_autoptr (GByteArray) kernel = make_kernel (1000);
  g_autoptr (GByteArray) packed = pack (KEXEC_MAGIC_GZIP, kernel->data, kernel->len);
  const KexecInput input = kexec_input_from_data (packed->data, packed->len);
  rlim_t before = set_limit (RLIMIT_NOFILE, 0);
  int fd = 0;
  KexecDecodeResult result = unwrap (KEXEC_MAGIC_GZIP, packed, &fd);
  int copy = kexec_unwrap_copy (&input, NULL);

  set_limit (RLIMIT_NOFILE, before);
  g_assert_cmpint (result, ==, KEXEC_DECODE_NO_MEMORY);
  g_assert_cmpint (fd, ==, -1);
  g_assert_cmpint (copy, ==, -1);
}

/* The limit of a file's size stands for a machine without memory. */
static void
test_no_room (void)
{
  g_autoptr (GByteArray) kernel = make_kernel (2 * MIB);
  g_autoptr (GByteArray) packed = pack (KEXEC_MAGIC_GZIP, kernel->data, kernel->len);
  g_autoptr (GByteArray) wide = pack_zstd (kernel->data, kernel->len, 27, FALSE);
  const KexecInput input = kexec_input_from_data (kernel->data, kernel->len);
  void (*handler) (int) = signal (SIGXFSZ, SIG_IGN);
  rlim_t before = set_limit (RLIMIT_FSIZE, MIB);
  int fd = 0, wide_fd = 0;
  KexecDecodeResult result = unwrap (KEXEC_MAGIC_GZIP, packed, &fd);
  KexecDecodeResult wide_result = unwrap (KEXEC_MAGIC_ZSTD, wide, &wide_fd);
  int copy = kexec_unwrap_copy (&input, NULL);

  set_limit (RLIMIT_FSIZE, before);
  signal (SIGXFSZ, handler);
  g_assert_cmpint (result, ==, KEXEC_DECODE_NO_MEMORY);
  g_assert_cmpint (fd, ==, -1);
  g_assert_cmpint (wide_result, ==, KEXEC_DECODE_NO_MEMORY);
  g_assert_cmpint (wide_fd, ==, -1);
  g_assert_cmpint (copy, ==, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/unwrap/formats", test_formats);
  g_test_add_func ("/unwrap/facts", test_facts);
  g_test_add_func ("/unwrap/large-window", test_large_window);
  g_test_add_func ("/unwrap/larger-window", test_larger_window);
  g_test_add_func ("/unwrap/damaged", test_damaged);
  g_test_add_func ("/unwrap/bomb", test_bomb);
  g_test_add_func ("/unwrap/stopped", test_stopped);
  g_test_add_func ("/unwrap/copy", test_copy);
  g_test_add_func ("/unwrap/shrunk", test_shrunk);
  g_test_add_func ("/unwrap/no-descriptors", test_no_descriptors);
  g_test_add_func ("/unwrap/no-room", test_no_room);
  return g_test_run ();
}
