/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* EFI zboot: an EFI program with a compressed kernel in it, as arm64, riscv64 and others have. */
#include "image/bytes.h"
#include "image/kernel/kernel-formats.h"
#include "image/kernel/wrapped.h"

/* The header of an EFI zboot kernel. */
#define ZBOOT_PAYLOAD_OFFSET   0x08
#define ZBOOT_PAYLOAD_SIZE     0x0c
#define ZBOOT_COMPRESSION      0x18
#define ZBOOT_COMPRESSION_SIZE 32
#define ZBOOT_HEADER_SIZE      (ZBOOT_COMPRESSION + ZBOOT_COMPRESSION_SIZE)

static const struct {
  const char *name;
  KexecMagic magic;
} compressions[] = {
  { "gzip", KEXEC_MAGIC_GZIP }, { "zstd", KEXEC_MAGIC_ZSTD },   { "zstd22", KEXEC_MAGIC_ZSTD },
  { "xz", KEXEC_MAGIC_XZ },     { "xzkern", KEXEC_MAGIC_XZ },   { "lzma", KEXEC_MAGIC_LZMA },
  { "lz4", KEXEC_MAGIC_LZ4 },   { "bzip2", KEXEC_MAGIC_BZIP2 }, { "lzo", KEXEC_MAGIC_LZO },
};

static KexecMagic
find_compression (const KexecInspection *self)
{
  g_autofree char *name =
    g_strndup ((const char *) self->head + ZBOOT_COMPRESSION, ZBOOT_COMPRESSION_SIZE);

  for (guint i = 0; i < G_N_ELEMENTS (compressions); i++)
    if (g_str_equal (compressions[i].name, name))
      return compressions[i].magic;
  kexec_inspection_refuse (
    self, KEXEC_FINDING_KERNEL_UNSUPPORTED,
    "is an EFI zboot kernel that is compressed as \"%s\", which is not known "
    "here; unpack it, and name the result",
    name);
  return KEXEC_MAGIC_UNKNOWN;
}

/*
 * The size in the header leaves the last four bytes out where the build appended the size that it
 * unpacks to; gzip's own format ends with it, and the header counts it.
 */
void
kexec_zboot_inspect (KexecInspection *self)
{
  KexecMagic format;
  KexecInput packed;
  guint64 offset;
  guint64 size;

  if (self->head_size < ZBOOT_HEADER_SIZE) {
    kexec_inspection_refuse_truncated (self, ZBOOT_HEADER_SIZE);
    return;
  }
  offset = kexec_le32 (self->head + ZBOOT_PAYLOAD_OFFSET);
  size = kexec_le32 (self->head + ZBOOT_PAYLOAD_SIZE);
  if (offset + size > self->input->size) {
    kexec_inspection_refuse_truncated (self, offset + size);
    return;
  }
  if (!kexec_inspection_check_sections (self) || !kexec_inspection_check_signature (self))
    return;
  format = find_compression (self);
  if (format == KEXEC_MAGIC_UNKNOWN)
    return;
  g_ptr_array_add (self->kernel->layers, (char *) kexec_magic_name (format));
  packed = kexec_input_slice (self->input, offset, size);
  if (kexec_wrapped_unwrap (self, &packed, format))
    kexec_wrapped_compare_signatures (self);
}
