/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of signatures that files begin with, and what to call each kind of file. */
#include "image/magic.h"

#include <string.h>

/* How much of a file tells whether it is text, or zeros. */
#define HEAD_SIZE 4096

/* A signature: these bytes at this offset. Of several that match, the first row wins. */
static const struct {
  KexecMagic magic;
  guint offset;
  guint length;
  const char *bytes;
} signatures[] = {
  /* Kernels that are EFI programs too, so before PE. Linux: Documentation/arch/x86/boot.rst,
     arch/arm64/booting.rst, arch/riscv/boot-image-header.rst, drivers/firmware/efi/libstub/zboot;
     LINUX_PE_MAGIC in include/linux/pe.h */
  { KEXEC_MAGIC_BZIMAGE, 0x202, 4, "HdrS" },
  { KEXEC_MAGIC_EFI_ZBOOT, 4, 4, "zimg" },
  { KEXEC_MAGIC_ARM64, 0x38, 4, "ARM\x64" },
  { KEXEC_MAGIC_RISCV64, 0x38, 4, "RSC\x05" },
  { KEXEC_MAGIC_RISCV64, 0x30, 8, "RISCV\0\0\0" },
  { KEXEC_MAGIC_ARM_ZIMAGE, 0x24, 4, "\x18\x28\x6f\x01" },
  { KEXEC_MAGIC_LOONGARCH64, 0x38, 4, "\xcd\x23\x82\x81" },
  { KEXEC_MAGIC_S390, 0x10008, 6, "S390EP" },
  { KEXEC_MAGIC_ELF, 0, 4, "\177ELF" },
  { KEXEC_MAGIC_PE, 0, 2, "MZ" },
  /* Archives. Linux: usr/gen_init_cpio.c, lib/decompress.c */
  { KEXEC_MAGIC_CPIO, 0, 6, "070701" },
  { KEXEC_MAGIC_CPIO, 0, 6, "070702" },
  { KEXEC_MAGIC_GZIP, 0, 2, "\x1f\x8b" },
  { KEXEC_MAGIC_GZIP, 0, 2, "\x1f\x9e" },
  { KEXEC_MAGIC_XZ, 0, 6,
    "\xfd"
    "7zXZ\0" },
  { KEXEC_MAGIC_ZSTD, 0, 4, "\x28\xb5\x2f\xfd" },
  { KEXEC_MAGIC_LZ4, 0, 4, "\x02\x21\x4c\x18" },
  { KEXEC_MAGIC_LZ4_FRAME, 0, 4, "\x04\x22\x4d\x18" },
  { KEXEC_MAGIC_LZO, 0, 4, "\x89LZO" },
  { KEXEC_MAGIC_LZMA, 0, 3, "\x5d\0\0" },
  { KEXEC_MAGIC_BZIP2, 0, 3, "BZh" },
  /* Kernels of others' boot loaders. U-Boot: include/image.h; Android: bootimg.h */
  { KEXEC_MAGIC_UIMAGE, 0, 4, "\x27\x05\x19\x56" },
  { KEXEC_MAGIC_DEVICETREE, 0, 4, "\xd0\x0d\xfe\xed" },
  { KEXEC_MAGIC_ANDROID, 0, 8, "ANDROID!" },
  /* What stands in the same directories, or comes out of a download that went wrong */
  { KEXEC_MAGIC_GIT_LFS, 0, 19, "version https://git" },
  { KEXEC_MAGIC_SCRIPT, 0, 2, "#!" },
  { KEXEC_MAGIC_OLD_CPIO, 0, 6, "070707" },
  { KEXEC_MAGIC_OLD_CPIO, 0, 2, "\xc7\x71" },
  { KEXEC_MAGIC_TAR, 257, 5, "ustar" },
  { KEXEC_MAGIC_ZIP, 0, 4, "PK\3\4" },
  { KEXEC_MAGIC_7Z, 0, 6, "7z\xbc\xaf\x27\x1c" },
  { KEXEC_MAGIC_DEB, 0, 21, "!<arch>\ndebian-binary" },
  { KEXEC_MAGIC_RPM, 0, 4, "\xed\xab\xee\xdb" },
  { KEXEC_MAGIC_PDF, 0, 5, "%PDF-" },
  { KEXEC_MAGIC_LUKS, 0, 6, "LUKS\xba\xbe" },
  { KEXEC_MAGIC_QCOW, 0, 4, "QFI\xfb" },
  { KEXEC_MAGIC_VMCORE, 0, 8, "KDUMP   " },
  { KEXEC_MAGIC_SELINUX, 0, 4, "\x8c\xff\x7c\xf9" },
  { KEXEC_MAGIC_SQUASHFS, 0, 4, "hsqs" },
  { KEXEC_MAGIC_XFS, 0, 4, "XFSB" },
  { KEXEC_MAGIC_EROFS, 1024, 4, "\xe2\xe1\xf5\xe0" },
  { KEXEC_MAGIC_EXT, 0x438, 2, "\x53\xef" },
  { KEXEC_MAGIC_BTRFS, 0x10040, 8, "_BHRfS_M" },
  { KEXEC_MAGIC_ISO9660, 0x8001, 5, "CD001" },
  { KEXEC_MAGIC_FAT, 0x52, 5, "FAT32" },
  { KEXEC_MAGIC_FAT, 0x36, 4, "FAT1" },
  { KEXEC_MAGIC_DISK, 0x200, 8, "EFI PART" },
  { KEXEC_MAGIC_BOOT_SECTOR, 0x1fe, 2, "\x55\xaa" },
};

/* What to do where a kernel was expected. */
#define NAME_A_KERNEL "name a kernel file, usually /boot/vmlinuz-VERSION"
#define INSTALL_AGAIN "it was probably not written to its end, so install the kernel again"
#define FETCH_AGAIN   "a download went wrong, so fetch the kernel again"
#define CHANGED_PLACES                                                                             \
  "it looks like an initrd, so see whether the kernel and the initrd changed places"
#define TAKE_OUT "take the kernel out of it, and name that"

#define ARCHIVE 1
#define KERNEL  2

static const struct {
  const char *name;
  const char *description;
  const char *remedy;
  guint flags;
} kinds[] = {
  [KEXEC_MAGIC_UNKNOWN] = { "unknown", "a file of an unknown kind", NAME_A_KERNEL },
  [KEXEC_MAGIC_EMPTY] = { "empty", "an empty file", INSTALL_AGAIN },
  [KEXEC_MAGIC_ZEROS] = { "zeros", "a file that begins with nothing but zeros", INSTALL_AGAIN },
  [KEXEC_MAGIC_TEXT] = { "text", "a text file", NAME_A_KERNEL },
  [KEXEC_MAGIC_CPIO] = { "cpio", "a cpio archive", CHANGED_PLACES, ARCHIVE },
  [KEXEC_MAGIC_GZIP] = { "gzip", "a gzip-compressed file", CHANGED_PLACES, ARCHIVE },
  [KEXEC_MAGIC_XZ] = { "xz", "an xz-compressed file", CHANGED_PLACES, ARCHIVE },
  [KEXEC_MAGIC_ZSTD] = { "zstd", "a zstd-compressed file", CHANGED_PLACES, ARCHIVE },
  [KEXEC_MAGIC_LZ4] = { "lz4", "an lz4-compressed file", CHANGED_PLACES, ARCHIVE },
  [KEXEC_MAGIC_LZ4_FRAME] = { "lz4-frame", "an lz4 file in the frame format", CHANGED_PLACES },
  [KEXEC_MAGIC_LZO] = { "lzo", "an lzo-compressed file", CHANGED_PLACES, ARCHIVE },
  [KEXEC_MAGIC_LZMA] = { "lzma", "an lzma-compressed file", CHANGED_PLACES, ARCHIVE },
  [KEXEC_MAGIC_BZIP2] = { "bzip2", "a bzip2-compressed file", CHANGED_PLACES, ARCHIVE },
  [KEXEC_MAGIC_BZIMAGE] = { "bzImage", "an x86 kernel", NAME_A_KERNEL, KERNEL },
  [KEXEC_MAGIC_ARM64] = { "arm64-image", "an arm64 kernel", NAME_A_KERNEL, KERNEL },
  [KEXEC_MAGIC_RISCV64] = { "riscv64-image", "a riscv64 kernel", NAME_A_KERNEL, KERNEL },
  [KEXEC_MAGIC_LOONGARCH64] = { "loongarch64-image", "a LoongArch kernel", NAME_A_KERNEL, KERNEL },
  [KEXEC_MAGIC_ARM_ZIMAGE] = { "zImage", "a 32-bit ARM kernel", NAME_A_KERNEL, KERNEL },
  [KEXEC_MAGIC_S390] = { "s390-image", "an s390x kernel", NAME_A_KERNEL, KERNEL },
  [KEXEC_MAGIC_EFI_ZBOOT] = { "efi-zboot", "an EFI zboot kernel", NAME_A_KERNEL, KERNEL },
  [KEXEC_MAGIC_ELF] = { "ELF", "an ELF file", NAME_A_KERNEL, KERNEL },
  [KEXEC_MAGIC_PE] = { "PE", "an EFI program", NAME_A_KERNEL, KERNEL },
  [KEXEC_MAGIC_UIMAGE] = { "uImage", "an image for U-Boot", NAME_A_KERNEL, KERNEL },
  [KEXEC_MAGIC_DEVICETREE] = { "devicetree", "a device tree or a FIT image", NAME_A_KERNEL,
                               KERNEL },
  [KEXEC_MAGIC_ANDROID] = { "android-image", "a boot image for Android", NAME_A_KERNEL, KERNEL },
  [KEXEC_MAGIC_HTML] = { "html", "an HTML page", FETCH_AGAIN },
  [KEXEC_MAGIC_GIT_LFS] = { "git-lfs", "a Git LFS pointer to a file",
                            "fetch the file itself with git lfs pull" },
  [KEXEC_MAGIC_SCRIPT] = { "script", "a script", NAME_A_KERNEL },
  [KEXEC_MAGIC_KERNEL_CONFIG] = { "kernel-config", "a kernel's configuration", NAME_A_KERNEL },
  [KEXEC_MAGIC_SYSTEM_MAP] = { "system-map", "a kernel's symbol table (System.map)",
                               NAME_A_KERNEL },
  [KEXEC_MAGIC_OLD_CPIO] = { "old-cpio", "a cpio archive of an old format", NAME_A_KERNEL },
  [KEXEC_MAGIC_TAR] = { "tar", "a tar archive", TAKE_OUT },
  [KEXEC_MAGIC_ZIP] = { "zip", "a zip archive", TAKE_OUT },
  [KEXEC_MAGIC_7Z] = { "7z", "a 7z archive", TAKE_OUT },
  [KEXEC_MAGIC_DEB] = { "deb", "a Debian package", "install it, or take the kernel out of it" },
  [KEXEC_MAGIC_RPM] = { "rpm", "an RPM package", "install it, or take the kernel out of it" },
  [KEXEC_MAGIC_PDF] = { "pdf", "a PDF document", NAME_A_KERNEL },
  [KEXEC_MAGIC_SQUASHFS] = { "squashfs", "a squashfs file system", TAKE_OUT },
  [KEXEC_MAGIC_EROFS] = { "erofs", "an EROFS file system", TAKE_OUT },
  [KEXEC_MAGIC_EXT] = { "ext", "an ext2, ext3 or ext4 file system", TAKE_OUT },
  [KEXEC_MAGIC_XFS] = { "xfs", "an XFS file system", TAKE_OUT },
  [KEXEC_MAGIC_BTRFS] = { "btrfs", "a btrfs file system", TAKE_OUT },
  [KEXEC_MAGIC_FAT] = { "fat", "a FAT file system", TAKE_OUT },
  [KEXEC_MAGIC_ISO9660] = { "iso9660", "an ISO 9660 image of a CD or DVD", TAKE_OUT },
  [KEXEC_MAGIC_LUKS] = { "luks", "an encrypted volume (LUKS)", NAME_A_KERNEL },
  [KEXEC_MAGIC_QCOW] = { "qcow", "a disk image of QEMU (qcow)", NAME_A_KERNEL },
  [KEXEC_MAGIC_VMCORE] = { "vmcore", "a dump of a kernel that crashed", NAME_A_KERNEL },
  [KEXEC_MAGIC_SELINUX] = { "selinux-policy", "an SELinux policy", NAME_A_KERNEL },
  [KEXEC_MAGIC_DISK] = { "disk", "an image of a whole disk", TAKE_OUT },
  [KEXEC_MAGIC_BOOT_SECTOR] = { "boot-sector", "a boot sector, or an image of a disk",
                                NAME_A_KERNEL },
};

G_STATIC_ASSERT (G_N_ELEMENTS (kinds) == KEXEC_N_MAGICS);

static gboolean
is_zeros (const guint8 *data, gsize size)
{
  for (gsize i = 0; i < size; i++)
    if (data[i] != 0)
      return FALSE;
  return TRUE;
}

/* Text: UTF-8 (but for a character that is cut at the end) without control characters. */
static gboolean
is_text (const guint8 *data, gsize size)
{
  const char *end;

  for (gsize i = 0; i < size; i++)
    if (data[i] == 0x7f || (data[i] < 0x20 && !g_ascii_isspace ((char) data[i]) && data[i] != 0x1b))
      return FALSE;
  if (g_utf8_validate_len ((const char *) data, size, &end))
    return TRUE;
  return size == HEAD_SIZE && (const char *) data + size - end < 4;
}

static gboolean
begins_with (const char *text, gsize size, const char *prefix)
{
  gsize length = strlen (prefix);

  return size >= length && g_ascii_strncasecmp (text, prefix, length) == 0;
}

/* "ffffffff81000000 T _text" */
static gboolean
is_symbol_table (const char *text, gsize size)
{
  gsize digits = 0;

  while (digits < size && g_ascii_isxdigit (text[digits]))
    digits++;
  return (digits == 8 || digits == 16) && size > digits + 3 && text[digits] == ' ' &&
         g_ascii_isalpha (text[digits + 1]) && text[digits + 2] == ' ';
}

/* What kind of text it is. */
static KexecMagic
identify_text (const char *text, gsize size)
{
  while (size > 0 && g_ascii_isspace (*text)) {
    text++;
    size--;
  }
  if (begins_with (text, size, "<!doctype html") || begins_with (text, size, "<html") ||
      begins_with (text, size, "<head"))
    return KEXEC_MAGIC_HTML;
  if (g_strstr_len (text, (gssize) size, "\nCONFIG_") != NULL)
    return KEXEC_MAGIC_KERNEL_CONFIG;
  return is_symbol_table (text, size) ? KEXEC_MAGIC_SYSTEM_MAP : KEXEC_MAGIC_TEXT;
}

KexecMagic
kexec_magic_identify (const guint8 *data, gsize size)
{
  if (size == 0)
    return KEXEC_MAGIC_EMPTY;
  size = MIN (size, KEXEC_MAGIC_SIZE);
  for (guint i = 0; i < G_N_ELEMENTS (signatures); i++) {
    guint end = signatures[i].offset + signatures[i].length;

    if (size >= end &&
        memcmp (data + signatures[i].offset, signatures[i].bytes, signatures[i].length) == 0)
      return signatures[i].magic;
  }
  size = MIN (size, HEAD_SIZE);
  if (is_zeros (data, size))
    return KEXEC_MAGIC_ZEROS;
  if (is_text (data, size))
    return identify_text ((const char *) data, size);
  return KEXEC_MAGIC_UNKNOWN;
}

const char *
kexec_magic_name (KexecMagic magic)
{
  g_return_val_if_fail (magic < KEXEC_N_MAGICS, NULL);
  return kinds[magic].name;
}

const char *
kexec_magic_describe (KexecMagic magic)
{
  g_return_val_if_fail (magic < KEXEC_N_MAGICS, NULL);
  return kinds[magic].description;
}

const char *
kexec_magic_remedy (KexecMagic magic)
{
  g_return_val_if_fail (magic < KEXEC_N_MAGICS, NULL);
  return kinds[magic].remedy;
}

gboolean
kexec_magic_is_archive (KexecMagic magic)
{
  g_return_val_if_fail (magic < KEXEC_N_MAGICS, FALSE);
  return (kinds[magic].flags & ARCHIVE) != 0;
}

gboolean
kexec_magic_is_kernel (KexecMagic magic)
{
  g_return_val_if_fail (magic < KEXEC_N_MAGICS, FALSE);
  return (kinds[magic].flags & KERNEL) != 0;
}
