/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names a file by its first bytes, so that a refusal can say what the file is instead. */
#pragma once

#include <glib.h>

typedef enum {
  KEXEC_MAGIC_UNKNOWN,
  KEXEC_MAGIC_EMPTY,
  KEXEC_MAGIC_ZEROS,
  KEXEC_MAGIC_TEXT,
  KEXEC_MAGIC_CPIO,
  KEXEC_MAGIC_GZIP,
  KEXEC_MAGIC_XZ,
  KEXEC_MAGIC_ZSTD,
  KEXEC_MAGIC_LZ4,       /* the legacy format, which is the one that kernels unpack */
  KEXEC_MAGIC_LZ4_FRAME, /* what the lz4 tool writes without -l; no kernel unpacks it */
  KEXEC_MAGIC_LZO,
  KEXEC_MAGIC_LZMA,
  KEXEC_MAGIC_BZIP2,
  KEXEC_MAGIC_BZIMAGE, /* an x86 boot sector with a setup header */
  KEXEC_MAGIC_ARM64,   /* an arm64 Image */
  KEXEC_MAGIC_RISCV64, /* a riscv64 Image */
  KEXEC_MAGIC_ARM_ZIMAGE,
  KEXEC_MAGIC_EFI_ZBOOT,
  KEXEC_MAGIC_ELF,
  KEXEC_MAGIC_PE, /* another EFI program, or a DOS one */
  KEXEC_N_MAGICS
} KexecMagic;

/** Names @data, of which it reads at most the first 4 KiB. */
KexecMagic kexec_magic_identify (const guint8 *data, gsize size);
/** A short stable name, "gzip". */
const char *kexec_magic_name (KexecMagic magic);
/** What to call it in a sentence: "a gzip-compressed file", "an arm64 kernel". */
const char *kexec_magic_describe (KexecMagic magic);
/** Whether an initrd can begin like this: cpio or a compression that kernels unpack. */
gboolean kexec_magic_is_archive (KexecMagic magic);
