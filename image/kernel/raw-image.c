/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Kernels that begin with a header of 64 bytes and are loaded as they are (Linux:
 * Documentation/arch/arm64/booting.rst, Documentation/arch/riscv/boot-image-header.rst,
 * arch/loongarch/kernel/head.S). They are EFI programs too, so PE sections tell their true size.
 */
#include "image/bytes.h"
#include "image/kernel/kernel-formats.h"
#include "image/kernel/native.h"

#define HEADER_SIZE      64
#define IMAGE_SIZE       0x10 /* in memory, with what is not in the file; 64 bits */
#define FLAGS            0x18
#define FLAG_BIG_ENDIAN  0x1
#define FLAGS_PAGE_SHIFT 1
#define FLAGS_PAGE_MASK  0x3

typedef struct {
  KexecMagic magic;
  const char *architecture;
  const char *big_endian; /* what it is called when the flag says so; NULL: there are no flags */
  gboolean has_page_size;
} Format;

static const Format formats[] = {
  { KEXEC_MAGIC_ARM64, "aarch64", "aarch64_be", TRUE },
  { KEXEC_MAGIC_RISCV64, "riscv64", "riscv64be", FALSE },
  { KEXEC_MAGIC_LOONGARCH64, "loongarch64", NULL, FALSE },
};

static const guint page_sizes[] = { 0, 4096, 16384, 65536 };

static guint64
le64 (const guint8 *data)
{
  return kexec_le32 (data) | (guint64) kexec_le32 (data + 4) << 32;
}

static const Format *
find_format (KexecMagic magic)
{
  guint i = 0;

  while (formats[i].magic != magic)
    i++;
  return &formats[i];
}

static void
read_facts (const KexecInspection *self, const Format *format)
{
  KexecKernel *kernel = self->kernel;
  guint64 flags = le64 (self->head + FLAGS);

  kernel->architecture = format->architecture;
  if (format->big_endian != NULL && (flags & FLAG_BIG_ENDIAN))
    kernel->architecture = format->big_endian;
  if (format->has_page_size)
    kernel->page_size = page_sizes[(flags >> FLAGS_PAGE_SHIFT) & FLAGS_PAGE_MASK];
  kernel->init_size = le64 (self->head + IMAGE_SIZE);
  kernel->cmdline_limit = kexec_native_cmdline_limit (format->architecture);
}

static gboolean
check_size (const KexecInspection *self)
{
  if (self->kernel->init_size == 0)
    return kexec_inspection_refuse (
      self, KEXEC_FINDING_KERNEL_UNSUPPORTED,
      "is too old for kexec: its header does not say how much memory it needs; choose a newer "
      "kernel");
  if (self->kernel->init_size < self->input->size)
    return kexec_inspection_refuse_damaged (self,
                                            "its header asks for less memory than the file fills");
  return TRUE;
}

/* A processor need not know every page size; data on disk can depend on it too (swap, btrfs). */
static void
compare_page_size (const KexecInspection *self)
{
  guint page_size = self->kernel->page_size;
  guint running = self->machine->page_size;

  if (page_size == 0 || running == 0 || page_size == running)
    return;
  kexec_inspection_refuse (
    self, KEXEC_FINDING_KERNEL_PAGE_SIZE,
    "uses memory pages of %u KiB, and the running kernel ones of %u KiB; make sure that this "
    "processor, swap and the file systems can do with that",
    page_size / 1024, running / 1024);
}

void
kexec_raw_image_inspect (KexecInspection *self)
{
  const Format *format = find_format (self->magic);

  if (self->head_size < HEADER_SIZE) {
    self->kernel->architecture = format->architecture;
    kexec_inspection_refuse_truncated (self, HEADER_SIZE);
    return;
  }
  read_facts (self, format);
  if (!kexec_inspection_check_sections (self))
    return;
  kexec_inspection_read_unpacked (self, self->input);
  if (!kexec_inspection_check_native (self) || !check_size (self) ||
      !kexec_inspection_check_memory (self) || !kexec_inspection_check_signature (self))
    return;
  compare_page_size (self);
}
