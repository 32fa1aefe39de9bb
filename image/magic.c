/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of signatures that files begin with, and what to call each kind of file. */
#include "image/magic.h"

#include <string.h>

/* How much of a file we look at. */
#define HEAD_SIZE 4096

/* A signature: these bytes at this offset. Of several that match, the first row wins. */
static const struct {
  KexecMagic magic;
  guint offset;
  guint length;
  const char *bytes;
} signatures[] = {
  /* Kernels that are EFI programs too, so before PE. Linux: Documentation/arch/x86/boot.rst,
     arch/arm64/booting.rst, arch/riscv/boot-image-header.rst, drivers/firmware/efi/libstub/zboot */
  { KEXEC_MAGIC_BZIMAGE, 0x202, 4, "HdrS" },
  { KEXEC_MAGIC_EFI_ZBOOT, 4, 4, "zimg" },
  { KEXEC_MAGIC_ARM64, 0x38, 4, "ARM\x64" },
  { KEXEC_MAGIC_RISCV64, 0x38, 4, "RSC\x05" },
  { KEXEC_MAGIC_RISCV64, 0x30, 8, "RISCV\0\0\0" },
  { KEXEC_MAGIC_ARM_ZIMAGE, 0x24, 4, "\x18\x28\x6f\x01" },
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
};

static const struct {
  const char *name;
  const char *description;
  gboolean is_archive;
} kinds[] = {
  [KEXEC_MAGIC_UNKNOWN] = { "unknown", "a file of an unknown kind", FALSE },
  [KEXEC_MAGIC_EMPTY] = { "empty", "an empty file", FALSE },
  [KEXEC_MAGIC_ZEROS] = { "zeros", "a file that begins with nothing but zeros", FALSE },
  [KEXEC_MAGIC_TEXT] = { "text", "a text file", FALSE },
  [KEXEC_MAGIC_CPIO] = { "cpio", "a cpio archive", TRUE },
  [KEXEC_MAGIC_GZIP] = { "gzip", "a gzip-compressed file", TRUE },
  [KEXEC_MAGIC_XZ] = { "xz", "an xz-compressed file", TRUE },
  [KEXEC_MAGIC_ZSTD] = { "zstd", "a zstd-compressed file", TRUE },
  [KEXEC_MAGIC_LZ4] = { "lz4", "an lz4-compressed file", TRUE },
  [KEXEC_MAGIC_LZ4_FRAME] = { "lz4-frame", "an lz4 file in the frame format", FALSE },
  [KEXEC_MAGIC_LZO] = { "lzo", "an lzo-compressed file", TRUE },
  [KEXEC_MAGIC_LZMA] = { "lzma", "an lzma-compressed file", TRUE },
  [KEXEC_MAGIC_BZIP2] = { "bzip2", "a bzip2-compressed file", TRUE },
  [KEXEC_MAGIC_BZIMAGE] = { "bzImage", "an x86 kernel", FALSE },
  [KEXEC_MAGIC_ARM64] = { "arm64-image", "an arm64 kernel", FALSE },
  [KEXEC_MAGIC_RISCV64] = { "riscv64-image", "a riscv64 kernel", FALSE },
  [KEXEC_MAGIC_ARM_ZIMAGE] = { "zImage", "a 32-bit ARM kernel", FALSE },
  [KEXEC_MAGIC_EFI_ZBOOT] = { "efi-zboot", "an EFI zboot kernel", FALSE },
  [KEXEC_MAGIC_ELF] = { "ELF", "an ELF file", FALSE },
  [KEXEC_MAGIC_PE] = { "PE", "an EFI program", FALSE },
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

KexecMagic
kexec_magic_identify (const guint8 *data, gsize size)
{
  if (size == 0)
    return KEXEC_MAGIC_EMPTY;
  size = MIN (size, HEAD_SIZE);
  for (guint i = 0; i < G_N_ELEMENTS (signatures); i++) {
    guint end = signatures[i].offset + signatures[i].length;

    if (size >= end &&
        memcmp (data + signatures[i].offset, signatures[i].bytes, signatures[i].length) == 0)
      return signatures[i].magic;
  }
  if (is_zeros (data, size))
    return KEXEC_MAGIC_ZEROS;
  if (is_text (data, size))
    return KEXEC_MAGIC_TEXT;
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

gboolean
kexec_magic_is_archive (KexecMagic magic)
{
  g_return_val_if_fail (magic < KEXEC_N_MAGICS, FALSE);
  return kinds[magic].is_archive;
}
