/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Kernel configurations, and the copies that kernels carry. */
#include "image/kernel/kernel-config.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#define MIB (1024 * 1024)

/* The beginning of every generated configuration, and lines of all kinds. */
static const char complete[] = "#\n"
                               "# Automatically generated file; DO NOT EDIT.\n"
                               "# Linux/x86 6.1.0-30-amd64 Kernel Configuration\n"
                               "#\n"
                               "CONFIG_CC_VERSION_TEXT=\"gcc-12 (Debian) 12.2.0\"\n"
                               "CONFIG_GCC_VERSION=120200\n"
                               "CONFIG_BLK_DEV_INITRD=y\n"
                               "CONFIG_RD_GZIP=y\n"
                               "# CONFIG_RD_LZO is not set\n"
                               "CONFIG_RD_XZ=n\n"
                               "\n"
                               "# General setup\n"
                               "CONFIG_EXT4_FS=m\n"
                               "CONFIG_PHYSICAL_START=0x1000000\n"
                               "CONFIG_CMDLINE=\"y\"\n"
                               "CONFIG_EMPTY=\n";

static KexecConfigValue
get (const char *text, const char *option)
{
  g_autofree char *copy = g_memdup2 (text, strlen (text)); /* without a NUL */
  g_autoptr (KexecKernelConfig) config = kexec_kernel_config_parse (copy, strlen (text));

  g_assert_nonnull (config);
  return kexec_kernel_config_get (config, option);
}

static void
test_complete (void)
{
  g_assert_cmpint (get (complete, "CONFIG_BLK_DEV_INITRD"), ==, KEXEC_CONFIG_YES);
  g_assert_cmpint (get (complete, "CONFIG_RD_GZIP"), ==, KEXEC_CONFIG_YES);
  g_assert_cmpint (get (complete, "CONFIG_RD_LZO"), ==, KEXEC_CONFIG_NO);
  g_assert_cmpint (get (complete, "CONFIG_RD_XZ"), ==, KEXEC_CONFIG_NO);
  g_assert_cmpint (get (complete, "CONFIG_EXT4_FS"), ==, KEXEC_CONFIG_MODULE);
  /* An option that such a kernel has not even heard of. */
  g_assert_cmpint (get (complete, "CONFIG_RD_ZSTD"), ==, KEXEC_CONFIG_NO);
  g_assert_cmpint (get (complete, "CONFIG_RD"), ==, KEXEC_CONFIG_NO);
  g_assert_cmpint (get (complete, "CONFIG_RD_GZIPX"), ==, KEXEC_CONFIG_NO);
  /* Strings and numbers are neither yes nor no. */
  g_assert_cmpint (get (complete, "CONFIG_GCC_VERSION"), ==, KEXEC_CONFIG_UNKNOWN);
  g_assert_cmpint (get (complete, "CONFIG_PHYSICAL_START"), ==, KEXEC_CONFIG_UNKNOWN);
  g_assert_cmpint (get (complete, "CONFIG_CMDLINE"), ==, KEXEC_CONFIG_UNKNOWN);
  g_assert_cmpint (get (complete, "CONFIG_EMPTY"), ==, KEXEC_CONFIG_UNKNOWN);
}

/* What a fragment does not mention may well be there. */
static void
test_fragment (void)
{
  const char *fragment = "CONFIG_RD_GZIP=y\n# CONFIG_RD_XZ is not set\nCONFIG_RD_LZ4=m";

  g_assert_cmpint (get (fragment, "CONFIG_RD_GZIP"), ==, KEXEC_CONFIG_YES);
  g_assert_cmpint (get (fragment, "CONFIG_RD_XZ"), ==, KEXEC_CONFIG_NO);
  g_assert_cmpint (get (fragment, "CONFIG_RD_LZ4"), ==, KEXEC_CONFIG_MODULE);
  g_assert_cmpint (get (fragment, "CONFIG_RD_ZSTD"), ==, KEXEC_CONFIG_UNKNOWN);
  g_assert_cmpint (kexec_kernel_config_get (NULL, "CONFIG_RD_GZIP"), ==, KEXEC_CONFIG_UNKNOWN);
}

static void
test_lines (void)
{
  /* The last word counts, as with kconfig. */
  g_assert_cmpint (get ("CONFIG_A=y\nCONFIG_A=m\n", "CONFIG_A"), ==, KEXEC_CONFIG_MODULE);
  g_assert_cmpint (get ("CONFIG_A=y\n# CONFIG_A is not set\n", "CONFIG_A"), ==, KEXEC_CONFIG_NO);
  /* Not quite lines of a configuration. */
  g_assert_cmpint (get ("CONFIG_A=y\n# CONFIG_A is not set yet\n", "CONFIG_A"), ==,
                   KEXEC_CONFIG_YES);
  g_assert_cmpint (get ("CONFIG_A=y\n#CONFIG_A=n\n# CONFIG_A\n CONFIG_A=n\n", "CONFIG_A"), ==,
                   KEXEC_CONFIG_YES);
  g_assert_cmpint (get ("CONFIG_A=y\nCONFIG_A n\nCONFIG_A\nCONFIG_\n", "CONFIG_A"), ==,
                   KEXEC_CONFIG_YES);
  g_assert_cmpint (get ("CONFIG_A=yes\n", "CONFIG_A"), ==, KEXEC_CONFIG_UNKNOWN);
  g_assert_cmpint (get ("CONFIG_A=y\nCONFIG_B=\"\"\n", "CONFIG_B"), ==, KEXEC_CONFIG_NO);
  g_assert_cmpint (get ("CONFIG_A=y\nCONFIG_B=\"x\"\n", "CONFIG_B"), ==, KEXEC_CONFIG_UNKNOWN);
  /* Older kernels' words for it; only at the beginning. */
  g_assert_cmpint (
    get ("#\n# Automatically generated make config: don't edit\nCONFIG_A=y\n", "CONFIG_B"), ==,
    KEXEC_CONFIG_NO);
  g_assert_cmpint (get ("#\n#\n#\n# Automatically generated\nCONFIG_A=y\n", "CONFIG_B"), ==,
                   KEXEC_CONFIG_UNKNOWN);
}

static void
test_others (void)
{
  static const char *const texts[] = { "",           "\n",
                                       "hello\n",    "# CONFIG_\n",
                                       "CONFIG_A\n", "{ \"CONFIG_A\": 1 }" };
  g_autofree char *large = g_malloc (KEXEC_KERNEL_CONFIG_MAX + 1);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_null (kexec_kernel_config_parse (texts[i], strlen (texts[i])));
  g_assert_null (kexec_kernel_config_parse ("CONFIG_A=y\n\0\n", 13));

  memset (large, '\n', KEXEC_KERNEL_CONFIG_MAX + 1);
  memcpy (large, "CONFIG_A=y", 10);
  g_assert_null (kexec_kernel_config_parse (large, KEXEC_KERNEL_CONFIG_MAX + 1));
  kexec_kernel_config_free (kexec_kernel_config_parse (large, KEXEC_KERNEL_CONFIG_MAX));
}

/* What CONFIG_IKCONFIG puts into a kernel. */
static GByteArray *
make_copy (const char *text, gsize size)
{
  z_stream stream = { .next_in = (Bytef *) text, .avail_in = (uInt) size };
  GByteArray *copy = g_byte_array_new ();

  g_byte_array_append (copy, (const guint8 *) "IKCFG_ST", 8);
  deflateInit2 (&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  g_byte_array_set_size (copy, (guint) (8 + deflateBound (&stream, size)));
  stream.next_out = copy->data + 8;
  stream.avail_out = copy->len - 8;
  g_assert_cmpint (deflate (&stream, Z_FINISH), ==, Z_STREAM_END);
  g_byte_array_set_size (copy, (guint) (8 + stream.total_out));
  deflateEnd (&stream);
  return g_byte_array_append (copy, (const guint8 *) "IKCFG_ED", 8);
}

/* Puts @copy into a kernel of @size bytes. */
static GBytes *
make_kernel (const GByteArray *copy, gsize offset, gsize size)
{
  guint8 *kernel = g_malloc (size);

  memset (kernel, 'I', size);
  memcpy (kernel + offset, copy->data, copy->len);
  return g_bytes_new_take (kernel, size);
}

static gboolean
finds (GBytes *kernel)
{
  const KexecInput input = kexec_input_from_bytes (kernel);
  g_autoptr (KexecKernelConfig) config = kexec_kernel_config_find (&input);

  if (config == NULL)
    return FALSE;
  g_assert_cmpint (kexec_kernel_config_get (config, "CONFIG_RD_GZIP"), ==, KEXEC_CONFIG_YES);
  g_assert_cmpint (kexec_kernel_config_get (config, "CONFIG_RD_ZSTD"), ==, KEXEC_CONFIG_NO);
  return TRUE;
}

static void
test_find (void)
{
  g_autoptr (GByteArray) copy = make_copy (complete, sizeof complete - 1);
  g_autoptr (GBytes) alone = make_kernel (copy, 0, copy->len);

  g_assert_true (finds (alone));
  /* The mark before, across and behind where a piece of the search ends. */
  for (gsize offset = 256 * 1024 - 20; offset < 256 * 1024 + 5; offset++) {
    g_autoptr (GBytes) kernel = make_kernel (copy, offset, MIB);

    g_assert_true (finds (kernel));
  }
}

static void
test_find_none (void)
{
  g_autoptr (GByteArray) copy = make_copy (complete, sizeof complete - 1);
  g_autoptr (GBytes) whole = make_kernel (copy, 0, copy->len);

  for (gsize size = 0; size < copy->len; size++) {
    g_autoptr (GBytes) cut = g_bytes_new (copy->data, size);

    g_assert_false (finds (cut));
  }
  g_assert_true (finds (whole));
  copy->data[copy->len - 1] = 'X'; /* the second mark */
  {
    g_autoptr (GBytes) kernel = make_kernel (copy, 100, MIB);

    g_assert_false (finds (kernel));
  }
}

/* The mark stands in strings too: in those of the code that looks for it, for one. */
static void
test_find_after_others (void)
{
  g_autoptr (GByteArray) copy = make_copy (complete, sizeof complete - 1);
  g_autoptr (GByteArray) other = make_copy ("hello", 5);
  g_autoptr (GByteArray) kernel = g_byte_array_new ();
  g_autoptr (GBytes) with_few = NULL;
  g_autoptr (GBytes) with_many = NULL;

  g_byte_array_append (kernel, (const guint8 *) "IKCFG_ST\0IKCFG_STIKCFG_ED", 25);
  g_byte_array_append (kernel, other->data, other->len);
  g_byte_array_append (kernel, copy->data, copy->len);
  with_few = g_bytes_new (kernel->data, kernel->len);
  g_assert_true (finds (with_few));

  for (guint i = 0; i < 16; i++)
    g_byte_array_prepend (kernel, (const guint8 *) "IKCFG_ST", 8);
  with_many = g_bytes_new (kernel->data, kernel->len);
  g_assert_false (finds (with_many));
}

static void
test_find_too_large (void)
{
  g_autofree char *text = g_malloc (KEXEC_KERNEL_CONFIG_MAX + 1);
  g_autoptr (GByteArray) most = NULL;
  g_autoptr (GByteArray) more = NULL;
  g_autoptr (GBytes) kernel_with_most = NULL;
  g_autoptr (GBytes) kernel_with_more = NULL;

  memset (text, '\n', KEXEC_KERNEL_CONFIG_MAX + 1);
  memcpy (text, complete, sizeof complete - 1);
  most = make_copy (text, KEXEC_KERNEL_CONFIG_MAX);
  more = make_copy (text, KEXEC_KERNEL_CONFIG_MAX + 1);
  kernel_with_most = make_kernel (most, 5, MIB);
  kernel_with_more = make_kernel (more, 5, MIB);
  g_assert_true (finds (kernel_with_most));
  g_assert_false (finds (kernel_with_more));
}

static void
test_find_shrunk (void)
{
  int fd = memfd_create ("kernel", MFD_CLOEXEC);
  const KexecInput input = kexec_input_from_fd (fd, MIB);

  g_assert_cmpint (write (fd, "IKCFG_ST\x1f\x8b\x08", 11), ==, 11);
  g_assert_null (kexec_kernel_config_find (&input));
  close (fd);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernel-config/complete", test_complete);
  g_test_add_func ("/kernel-config/fragment", test_fragment);
  g_test_add_func ("/kernel-config/lines", test_lines);
  g_test_add_func ("/kernel-config/others", test_others);
  g_test_add_func ("/kernel-config/find", test_find);
  g_test_add_func ("/kernel-config/find-none", test_find_none);
  g_test_add_func ("/kernel-config/find-after-others", test_find_after_others);
  g_test_add_func ("/kernel-config/find-too-large", test_find_too_large);
  g_test_add_func ("/kernel-config/find-shrunk", test_find_shrunk);
  return g_test_run ();
}
