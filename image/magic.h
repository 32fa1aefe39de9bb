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
  /* kernels */
  KEXEC_MAGIC_BZIMAGE, /* an x86 boot sector with a setup header */
  KEXEC_MAGIC_ARM64,   /* an arm64 Image */
  KEXEC_MAGIC_RISCV64, /* a riscv64 Image */
  KEXEC_MAGIC_LOONGARCH64,
  KEXEC_MAGIC_ARM_ZIMAGE,
  KEXEC_MAGIC_S390,
  KEXEC_MAGIC_EFI_ZBOOT,
  KEXEC_MAGIC_ELF,
  KEXEC_MAGIC_PE,         /* another EFI program, or a DOS one */
  KEXEC_MAGIC_UIMAGE,     /* for U-Boot */
  KEXEC_MAGIC_DEVICETREE, /* a device tree, or a FIT image for U-Boot */
  KEXEC_MAGIC_ANDROID,
  /* what is passed by mistake */
  KEXEC_MAGIC_HTML,
  KEXEC_MAGIC_GIT_LFS,
  KEXEC_MAGIC_SCRIPT,
  KEXEC_MAGIC_KERNEL_CONFIG,
  KEXEC_MAGIC_SYSTEM_MAP,
  KEXEC_MAGIC_OLD_CPIO, /* of a kind that no kernel reads */
  KEXEC_MAGIC_TAR,
  KEXEC_MAGIC_ZIP,
  KEXEC_MAGIC_7Z,
  KEXEC_MAGIC_DEB,
  KEXEC_MAGIC_RPM,
  KEXEC_MAGIC_PDF,
  KEXEC_MAGIC_SQUASHFS,
  KEXEC_MAGIC_EROFS,
  KEXEC_MAGIC_EXT,
  KEXEC_MAGIC_XFS,
  KEXEC_MAGIC_BTRFS,
  KEXEC_MAGIC_FAT,
  KEXEC_MAGIC_ISO9660,
  KEXEC_MAGIC_LUKS,
  KEXEC_MAGIC_QCOW,
  KEXEC_MAGIC_VMCORE, /* a dump of a crashed kernel */
  KEXEC_MAGIC_SELINUX,
  KEXEC_MAGIC_DISK,        /* a whole disk: a partition table */
  KEXEC_MAGIC_BOOT_SECTOR, /* without one */
  KEXEC_N_MAGICS
} KexecMagic;

/* All that is looked at. Some kinds show only beyond the first 4 KiB; told from fewer bytes, they
   are UNKNOWN, or ZEROS. */
#define KEXEC_MAGIC_SIZE (66 * 1024)

/** Names @data, of which it reads at most the first KEXEC_MAGIC_SIZE bytes. */
KexecMagic kexec_magic_identify (const guint8 *data, gsize size);
/** A short stable name, "gzip". */
const char *kexec_magic_name (KexecMagic magic);
/** What to call it in a sentence: "a gzip-compressed file", "an arm64 kernel". */
const char *kexec_magic_describe (KexecMagic magic);
/** What to do about such a file where a kernel was expected; the end of a sentence. */
const char *kexec_magic_remedy (KexecMagic magic);
/** Whether an initrd can begin like this: cpio or a compression that kernels unpack. */
gboolean kexec_magic_is_archive (KexecMagic magic);
/** Whether it is a kernel, or may be one. */
gboolean kexec_magic_is_kernel (KexecMagic magic);
