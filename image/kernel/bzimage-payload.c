/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Unpacks the kernel proper of a bzImage, as it will do itself when it starts: what goes wrong then
 * ends in one line on a screen that nobody sees ("crc error -- System halted").
 */
#include <unistd.h>

#include "image/bytes.h"
#include "image/kernel/bzimage.h"
#include "image/kernel/elf.h"
#include "image/kernel/unwrap.h"

#define MAGIC_SIZE 4096 /* of what is looked at to tell the compression */

typedef struct {
  KexecMagic magic;
  KexecInput packed;
  guint32 unpacked_size; /* that the build appended */
} Payload;

static KexecMagic
identify (const KexecInspection *self, guint64 offset, guint64 size)
{
  guint8 buffer[MAGIC_SIZE];
  gsize n = kexec_input_read (self->input, offset, buffer, MIN (size, sizeof buffer));

  return kexec_magic_identify (buffer, n);
}

/*
 * The build appends the size that the payload unpacks to. Gzip's own format ends with it, so there
 * it is a part of the stream. A file whose end was never written shows by zeros.
 */
static gboolean
find_payload (const KexecInspection *self, guint64 offset, guint64 size, Payload *ret)
{
  guint8 end[4];

  if (kexec_input_read (self->input, offset + size - sizeof end, end, sizeof end) != sizeof end)
    return kexec_inspection_refuse_unreadable (self);
  ret->magic = identify (self, offset, size);
  ret->unpacked_size = kexec_le32 (end);
  ret->packed = kexec_input_slice (self->input, offset,
                                   ret->magic == KEXEC_MAGIC_GZIP ? size : size - sizeof end);
  if (!kexec_magic_is_archive (ret->magic) || ret->magic == KEXEC_MAGIC_CPIO)
    return kexec_inspection_refuse_damaged (
      self, "its payload is not compressed in any way that Linux knows");
  if (ret->unpacked_size == 0 || ret->unpacked_size > self->kernel->init_size)
    return kexec_inspection_refuse_damaged (
      self, "its payload does not end with a size that can be right");
  return TRUE;
}

/* What comes out is a vmlinux; relocations may follow it. */
static gboolean
check_unpacked (const KexecInspection *self, const KexecInput *unpacked)
{
  const char *problem;
  KexecElf elf;

  if (!kexec_elf_read (unpacked, &elf, &problem) || g_strcmp0 (elf.architecture, "x86_64") != 0)
    return kexec_inspection_refuse_damaged (self, "what it unpacks to is no kernel for x86_64");
  kexec_inspection_read_unpacked (self, unpacked);
  return TRUE;
}

/* Lz4 as kernels use it, lzma and lzo would not notice a changed byte; the file's own checksum
   does. A distribution may have taken that out of an older kernel, so it is no proof. */
static void
check_file (const KexecInspection *self, const Payload *payload)
{
  if (!kexec_bzimage_has_checksum (self->kernel->release) ||
      kexec_bzimage_verify_checksum (self->input, kexec_bzimage_size (self->head), self->watch))
    return;
  kexec_inspection_refuse (self, KEXEC_FINDING_KERNEL_NOT_VERIFIED,
                           "may be damaged: the checksum at its end is not right, and its payload "
                           "(%s) has none of its own; see that its package is intact, or install "
                           "it again",
                           kexec_magic_name (payload->magic));
}

static gboolean
refuse_payload (const KexecInspection *self, const Payload *payload, KexecDecodeResult result)
{
  const char *format = kexec_magic_name (payload->magic);

  switch (result) {
  case KEXEC_DECODE_STOPPED:
    return FALSE;
  case KEXEC_DECODE_UNREADABLE:
    return kexec_inspection_refuse_unreadable (self);
  case KEXEC_DECODE_TOO_LARGE:
  case KEXEC_DECODE_NO_MEMORY:
  case KEXEC_DECODE_UNAVAILABLE:
    kexec_inspection_refuse (self, KEXEC_FINDING_KERNEL_NOT_VERIFIED,
                             "could not be checked to its end, since its payload (%s) %s; see that "
                             "its package is intact",
                             format, kexec_decode_describe (result));
    return TRUE;
  default:
    return kexec_inspection_refuse (self, KEXEC_FINDING_KERNEL_MALFORMED,
                                    "is damaged: its payload (%s) %s; install the kernel again",
                                    format, kexec_decode_describe (result));
  }
}

gboolean
kexec_bzimage_check_payload (const KexecInspection *self, guint64 offset, guint64 size)
{
  KexecKernel *kernel = self->kernel;
  KexecDecodeResult result;
  KexecDecoded decoded;
  KexecInput unpacked;
  Payload payload = { 0 };
  gboolean good;
  int fd;

  if (!find_payload (self, offset, size, &payload) || !kexec_inspection_check_packed (self, size))
    return FALSE;
  kernel->payload = kexec_magic_name (payload.magic);
  kernel->payload_offset = offset;
  kernel->payload_size = size;
  kernel->unpacked_size = payload.unpacked_size;
  result = kexec_unwrap_decode (&payload.packed, payload.magic, &fd, self->watch, &decoded);
  if (result != KEXEC_DECODE_DONE)
    return refuse_payload (self, &payload, result);
  if (!decoded.has_checksum)
    check_file (self, &payload);
  unpacked = kexec_input_from_fd (fd, decoded.produced);
  good = decoded.produced == payload.unpacked_size
           ? check_unpacked (self, &unpacked)
           : kexec_inspection_refuse_damaged (
               self, "its payload does not unpack to the size that it says");
  close (fd);
  return good;
}
