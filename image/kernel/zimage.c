/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The zImage of 32-bit ARM: recognized and explained, since no such kernel has kexec_file_load(2).
 */
#include "image/bytes.h"
#include "image/kernel/embedded.h"
#include "image/kernel/kernel-formats.h"

#define START           0x28
#define END             0x2c
#define ENDIAN_MARK     0x30 /* 0x04030201 in the byte order of the kernel */
#define HEADER_END      0x34
#define BIG_ENDIAN_MARK 0x01020304

/* The code that unpacks the kernel stands before it; with an EFI stub it is the largest. */
#define PAYLOAD_LIMIT (1024 * 1024)

void
kexec_zimage_inspect (KexecInspection *self)
{
  const guint8 *data = self->head;
  guint32 start;
  guint32 end;

  self->kernel->architecture = "arm";
  if (self->head_size < HEADER_END) {
    kexec_inspection_refuse_truncated (self, HEADER_END);
    return;
  }
  if (kexec_le32 (data + ENDIAN_MARK) == BIG_ENDIAN_MARK)
    self->kernel->architecture = "armeb";
  start = kexec_le32 (data + START);
  end = kexec_le32 (data + END);
  if (end <= start) {
    kexec_inspection_refuse_damaged (self, "by its header it holds no kernel");
    return;
  }
  if (end - start > self->input->size) {
    kexec_inspection_refuse_truncated (self, end - start);
    return;
  }
  kexec_embedded_read (self, PAYLOAD_LIMIT);
  kexec_inspection_check_native (self);
}
