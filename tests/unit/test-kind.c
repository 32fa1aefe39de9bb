/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What files are inspected as, by how they begin and what is packed in them. */
#include "image/kind.h"

#include <lzma.h>
#include <string.h>

#include "tests/unit/make-initrd.h"
#include "tests/unit/make-kernel.h"
#include "tests/unit/make-pe.h"
#include "tests/unit/pack.h"

static KexecKind
identify (const GByteArray *bytes)
{
  const KexecInput input = kexec_input_from_data (bytes->data, bytes->len);

  return kexec_kind_identify (&input);
}

static void
test_plain (void)
{
  static const struct {
    const char *text;
    KexecKind kind;
  } cases[] = {
    { "", KEXEC_KIND_KERNEL },         { "<html>", KEXEC_KIND_KERNEL },
    { "\177ELF", KEXEC_KIND_KERNEL },  { "MZ", KEXEC_KIND_KERNEL },
    { "070701", KEXEC_KIND_INITRD },   { "070702", KEXEC_KIND_INITRD },
    { "\x1f\x8b", KEXEC_KIND_INITRD }, { "\x04\x22\x4d\x18", KEXEC_KIND_INITRD },
    { "BZh9", KEXEC_KIND_INITRD },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const KexecInput input =
      kexec_input_from_data ((const guint8 *) cases[i].text, strlen (cases[i].text));

    g_test_message ("case %u", i);
    g_assert_cmpint (kexec_kind_identify (&input), ==, cases[i].kind);
  }
}

static const KexecMagic formats[] = {
  KEXEC_MAGIC_GZIP, KEXEC_MAGIC_XZ,        KEXEC_MAGIC_LZMA,  KEXEC_MAGIC_ZSTD,
  KEXEC_MAGIC_LZ4,  KEXEC_MAGIC_LZ4_FRAME, KEXEC_MAGIC_BZIP2, KEXEC_MAGIC_LZO,
};

static void
expect_packed (const GByteArray *bytes, KexecKind kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autoptr (GByteArray) packed = pack (formats[i], bytes->data, bytes->len);

    g_test_message ("%s", kexec_magic_name (formats[i]));
    g_assert_cmpint (identify (packed), ==, kind);
  }
}

static void
test_packed (void)
{
  g_autoptr (GByteArray) initrd = make_initrd ("6.1.0", TRUE);
  g_autoptr (GByteArray) kernel = make_kernel ("6.1.0");
  g_autoptr (GByteArray) text = g_byte_array_new ();

  g_byte_array_append (text, (const guint8 *) "Hello", 5);
  expect_packed (initrd, KEXEC_KIND_INITRD);
  expect_packed (kernel, KEXEC_KIND_KERNEL);
  expect_packed (text, KEXEC_KIND_KERNEL);
}

/* More than a check of an initrd may use: what Linux's build makes of a kernel with zstd, and what
   "zstd --ultra -22" and "xz -9" make of a file. */
static void
test_large_window (void)
{
  g_autoptr (GByteArray) initrd = make_initrd ("6.1.0", TRUE);
  g_autoptr (GByteArray) kernel = make_kernel ("6.1.0");
  const struct {
    const GByteArray *bytes;
    KexecKind kind;
  } cases[] = { { initrd, KEXEC_KIND_INITRD }, { kernel, KEXEC_KIND_KERNEL } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const GByteArray *bytes = cases[i].bytes;
    g_autoptr (GByteArray) piped = pack_zstd (bytes->data, bytes->len, 27, FALSE);
    g_autoptr (GByteArray) sized = pack_zstd (bytes->data, bytes->len, 27, TRUE);
    g_autoptr (GByteArray) xz =
      pack_xz (bytes->data, bytes->len, LZMA_CHECK_CRC32, 64 * 1024 * 1024, 0);

    g_assert_cmpint (identify (piped), ==, cases[i].kind);
    g_assert_cmpint (identify (sized), ==, cases[i].kind);
    g_assert_cmpint (identify (xz), ==, cases[i].kind);
  }
}

/* What is cut off behind the beginning, or in it, is the same kind of file as it was. */
static void
test_cut (void)
{
  g_autoptr (GByteArray) kernel = make_kernel ("6.1.0");
  g_autoptr (GByteArray) initrd = make_initrd ("6.1.0", TRUE);
  g_autoptr (GByteArray) packed_initrd = pack (KEXEC_MAGIC_GZIP, initrd->data, initrd->len);
  g_autoptr (GByteArray) packed_kernel = pack (KEXEC_MAGIC_LZ4, kernel->data, kernel->len);

  g_byte_array_set_size (packed_initrd, packed_initrd->len - 8);
  g_assert_cmpint (identify (packed_initrd), ==, KEXEC_KIND_INITRD);
  g_byte_array_set_size (packed_initrd, 12);
  g_assert_cmpint (identify (packed_initrd), ==, KEXEC_KIND_INITRD);
  g_byte_array_set_size (packed_kernel, packed_kernel->len - 8);
  g_assert_cmpint (identify (packed_kernel), ==, KEXEC_KIND_INITRD);
}

static void
test_efi_programs (void)
{
  g_autoptr (GByteArray) uki =
    make_pe_of_text (".osrel", "NAME=x", ".linux", "kernel", ".cmdline", "quiet", NULL);
  g_autoptr (GByteArray) loader = make_pe_of_text (".text", "code", ".sdmagic", "#### ", NULL);
  g_autoptr (GByteArray) kernel = make_kernel ("6.1.0");

  g_assert_cmpint (identify (uki), ==, KEXEC_KIND_KERNEL);
  g_assert_cmpint (identify (loader), ==, KEXEC_KIND_KERNEL);
  g_assert_cmpint (identify (kernel), ==, KEXEC_KIND_KERNEL);
}

static void
test_addons (void)
{
  static const char *const sections[] = { ".cmdline", ".initrd", ".ucode", ".dtb", ".dtbauto" };

  for (guint i = 0; i < G_N_ELEMENTS (sections); i++) {
    g_autoptr (GByteArray) addon = make_pe_of_text (".sbat", "x", sections[i], "x", NULL);

    g_assert_cmpint (identify (addon), ==, KEXEC_KIND_ADDON);
  }
}

static void
test_names (void)
{
  g_assert_cmpstr (kexec_kind_name (KEXEC_KIND_KERNEL), ==, "kernel");
  g_assert_cmpstr (kexec_kind_name (KEXEC_KIND_INITRD), ==, "initrd");
  g_assert_cmpstr (kexec_kind_name (KEXEC_KIND_ADDON), ==, "addon");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kind/plain", test_plain);
  g_test_add_func ("/kind/packed", test_packed);
  g_test_add_func ("/kind/large-window", test_large_window);
  g_test_add_func ("/kind/cut", test_cut);
  g_test_add_func ("/kind/efi-programs", test_efi_programs);
  g_test_add_func ("/kind/addons", test_addons);
  g_test_add_func ("/kind/names", test_names);
  return g_test_run ();
}
