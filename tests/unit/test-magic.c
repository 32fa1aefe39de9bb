/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What files are told to be by their first bytes. */
#include "image/magic.h"

#include <string.h>

#define SIZE (80 * 1024)

static void
test_signatures (void)
{
  static const struct {
    KexecMagic magic;
    guint offset;
    guint length;
    const char *bytes;
    gboolean is_archive;
  } cases[] = {
    { KEXEC_MAGIC_CPIO, 0, 6, "070701", TRUE },
    { KEXEC_MAGIC_CPIO, 0, 6, "070702", TRUE },
    { KEXEC_MAGIC_GZIP, 0, 2, "\x1f\x8b", TRUE },
    { KEXEC_MAGIC_GZIP, 0, 2, "\x1f\x9e", TRUE },
    { KEXEC_MAGIC_XZ, 0, 6,
      "\xfd"
      "7zXZ\0",
      TRUE },
    { KEXEC_MAGIC_ZSTD, 0, 4, "\x28\xb5\x2f\xfd", TRUE },
    { KEXEC_MAGIC_LZ4, 0, 4, "\x02\x21\x4c\x18", TRUE },
    { KEXEC_MAGIC_LZ4_FRAME, 0, 4, "\x04\x22\x4d\x18", FALSE },
    { KEXEC_MAGIC_LZO, 0, 4, "\x89LZO", TRUE },
    { KEXEC_MAGIC_LZMA, 0, 3, "\x5d\0\0", TRUE },
    { KEXEC_MAGIC_BZIP2, 0, 3, "BZh", TRUE },
    { KEXEC_MAGIC_BZIMAGE, 0x202, 4, "HdrS", FALSE },
    { KEXEC_MAGIC_ARM64, 0x38, 4, "ARM\x64", FALSE },
    { KEXEC_MAGIC_RISCV64, 0x38, 4, "RSC\x05", FALSE },
    { KEXEC_MAGIC_RISCV64, 0x30, 8, "RISCV\0\0\0", FALSE },
    { KEXEC_MAGIC_ARM_ZIMAGE, 0x24, 4, "\x18\x28\x6f\x01", FALSE },
    { KEXEC_MAGIC_EFI_ZBOOT, 4, 4, "zimg", FALSE },
    { KEXEC_MAGIC_ELF, 0, 4, "\177ELF", FALSE },
    { KEXEC_MAGIC_PE, 0, 2, "MZ", FALSE },
    { KEXEC_MAGIC_LOONGARCH64, 0x38, 4, "\xcd\x23\x82\x81", FALSE },
    { KEXEC_MAGIC_S390, 0x10008, 6, "S390EP", FALSE },
    { KEXEC_MAGIC_UIMAGE, 0, 4, "\x27\x05\x19\x56", FALSE },
    { KEXEC_MAGIC_DEVICETREE, 0, 4, "\xd0\x0d\xfe\xed", FALSE },
    { KEXEC_MAGIC_ANDROID, 0, 8, "ANDROID!", FALSE },
    { KEXEC_MAGIC_GIT_LFS, 0, 19, "version https://git", FALSE },
    { KEXEC_MAGIC_SCRIPT, 0, 2, "#!", FALSE },
    { KEXEC_MAGIC_OLD_CPIO, 0, 6, "070707", FALSE },
    { KEXEC_MAGIC_OLD_CPIO, 0, 2, "\xc7\x71", FALSE },
    { KEXEC_MAGIC_TAR, 257, 5, "ustar", FALSE },
    { KEXEC_MAGIC_ZIP, 0, 4, "PK\3\4", FALSE },
    { KEXEC_MAGIC_7Z, 0, 6, "7z\xbc\xaf\x27\x1c", FALSE },
    { KEXEC_MAGIC_DEB, 0, 21, "!<arch>\ndebian-binary", FALSE },
    { KEXEC_MAGIC_RPM, 0, 4, "\xed\xab\xee\xdb", FALSE },
    { KEXEC_MAGIC_PDF, 0, 5, "%PDF-", FALSE },
    { KEXEC_MAGIC_LUKS, 0, 6, "LUKS\xba\xbe", FALSE },
    { KEXEC_MAGIC_QCOW, 0, 4, "QFI\xfb", FALSE },
    { KEXEC_MAGIC_VMCORE, 0, 8, "KDUMP   ", FALSE },
    { KEXEC_MAGIC_SELINUX, 0, 4, "\x8c\xff\x7c\xf9", FALSE },
    { KEXEC_MAGIC_SQUASHFS, 0, 4, "hsqs", FALSE },
    { KEXEC_MAGIC_EROFS, 1024, 4, "\xe2\xe1\xf5\xe0", FALSE },
    { KEXEC_MAGIC_EXT, 0x438, 2, "\x53\xef", FALSE },
    { KEXEC_MAGIC_XFS, 0, 4, "XFSB", FALSE },
    { KEXEC_MAGIC_BTRFS, 0x10040, 8, "_BHRfS_M", FALSE },
    { KEXEC_MAGIC_FAT, 0x52, 5, "FAT32", FALSE },
    { KEXEC_MAGIC_FAT, 0x36, 4, "FAT1", FALSE },
    { KEXEC_MAGIC_ISO9660, 0x8001, 5, "CD001", FALSE },
    { KEXEC_MAGIC_DISK, 0x200, 8, "EFI PART", FALSE },
    { KEXEC_MAGIC_BOOT_SECTOR, 0x1fe, 2, "\x55\xaa", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree guint8 *data = g_malloc0 (SIZE);
    gsize end = cases[i].offset + cases[i].length;
    g_autofree guint8 *exact = NULL;

    memcpy (data + cases[i].offset, cases[i].bytes, cases[i].length);
    g_test_message ("%s", kexec_magic_name (cases[i].magic));
    g_assert_cmpint (kexec_magic_identify (data, SIZE), ==, cases[i].magic);
    g_assert_cmpint (kexec_magic_is_archive (cases[i].magic), ==, cases[i].is_archive);
    /* The file that ends with its signature, and the one that ends a byte before. */
    exact = g_memdup2 (data, end);
    g_assert_cmpint (kexec_magic_identify (exact, end), ==, cases[i].magic);
    g_free (exact);
    exact = g_memdup2 (data, end - 1);
    g_assert_cmpint (kexec_magic_identify (exact, end - 1), !=, cases[i].magic);
  }
}

static void
test_efi_kernels (void)
{
  guint8 data[1024] = "MZ";

  memcpy (data + 0x38, "ARM\x64", 4);
  g_assert_cmpint (kexec_magic_identify (data, sizeof data), ==, KEXEC_MAGIC_ARM64);
  memcpy (data + 4, "zimg", 4);
  g_assert_cmpint (kexec_magic_identify (data, sizeof data), ==, KEXEC_MAGIC_EFI_ZBOOT);
  memcpy (data + 0x202, "HdrS", 4);
  g_assert_cmpint (kexec_magic_identify (data, sizeof data), ==, KEXEC_MAGIC_BZIMAGE);
}

static KexecMagic
identify_text (const char *text)
{
  return kexec_magic_identify ((const guint8 *) text, strlen (text));
}

static void
test_text (void)
{
  g_autofree char *cut = g_strnfill (SIZE, 'x');

  g_assert_cmpint (identify_text ("root=/dev/sda1 ro\n"), ==, KEXEC_MAGIC_TEXT);
  g_assert_cmpint (identify_text ("Gr\303\274\303\237e\r\n\t"), ==, KEXEC_MAGIC_TEXT);
  g_assert_cmpint (identify_text ("Gr\374\337e"), ==, KEXEC_MAGIC_UNKNOWN);
  g_assert_cmpint (identify_text ("bell \a"), ==, KEXEC_MAGIC_UNKNOWN);
  g_assert_cmpint (identify_text ("delete \177"), ==, KEXEC_MAGIC_UNKNOWN);
  g_assert_cmpint (identify_text ("\n <!DOCTYPE HTML><html>"), ==, KEXEC_MAGIC_HTML);
  g_assert_cmpint (identify_text ("<HTML lang=en>"), ==, KEXEC_MAGIC_HTML);
  g_assert_cmpint (identify_text ("<htm"), ==, KEXEC_MAGIC_TEXT);
  g_assert_cmpint (identify_text ("#\n# Linux/x86 6.1.0\n#\nCONFIG_64BIT=y\n"), ==,
                   KEXEC_MAGIC_KERNEL_CONFIG);
  g_assert_cmpint (identify_text ("ffffffff81000000 T _text\n"), ==, KEXEC_MAGIC_SYSTEM_MAP);
  g_assert_cmpint (identify_text ("c1000000 T _text\n"), ==, KEXEC_MAGIC_SYSTEM_MAP);
  g_assert_cmpint (identify_text ("c1000000 T"), ==, KEXEC_MAGIC_TEXT);
  g_assert_cmpint (identify_text ("ffffffff81000000_T _text\n"), ==, KEXEC_MAGIC_TEXT);
  g_assert_cmpint (identify_text (" \n "), ==, KEXEC_MAGIC_TEXT);
  /* A character that lies across the end of what is looked at. */
  memcpy (cut + 4095, "\303\274", 2);
  g_assert_cmpint (kexec_magic_identify ((guint8 *) cut, SIZE), ==, KEXEC_MAGIC_TEXT);
  memcpy (cut + 4090, "\303\303", 2);
  g_assert_cmpint (kexec_magic_identify ((guint8 *) cut, SIZE), ==, KEXEC_MAGIC_UNKNOWN);
}

static void
test_nothing (void)
{
  g_autofree guint8 *zeros = g_malloc0 (SIZE);

  g_assert_cmpint (kexec_magic_identify (NULL, 0), ==, KEXEC_MAGIC_EMPTY);
  g_assert_cmpint (kexec_magic_identify (zeros, 1), ==, KEXEC_MAGIC_ZEROS);
  g_assert_cmpint (kexec_magic_identify (zeros, SIZE), ==, KEXEC_MAGIC_ZEROS);
  zeros[4095] = 1;
  g_assert_cmpint (kexec_magic_identify (zeros, SIZE), ==, KEXEC_MAGIC_UNKNOWN);
}

static void
test_names (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < KEXEC_N_MAGICS; i++) {
    g_assert_true (g_hash_table_add (seen, (gpointer) kexec_magic_name (i)));
    g_assert_true (g_hash_table_add (seen, (gpointer) kexec_magic_describe (i)));
    g_assert_true (g_str_has_prefix (kexec_magic_describe (i), "a"));
    g_assert_cmpstr (kexec_magic_remedy (i), !=, NULL);
    g_assert_false (kexec_magic_is_archive (i) && kexec_magic_is_kernel (i));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/magic/signatures", test_signatures);
  g_test_add_func ("/magic/efi-kernels", test_efi_kernels);
  g_test_add_func ("/magic/text", test_text);
  g_test_add_func ("/magic/nothing", test_nothing);
  g_test_add_func ("/magic/names", test_names);
  return g_test_run ();
}
