/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes kernels out of what they are in, and says what is wrong with that. */
#include "image/kernel/wrapped.h"

#include <unistd.h>

#include "image/kernel/unwrap.h"

static void
refuse_packed (const KexecInspection *self, KexecMagic format, KexecDecodeResult result)
{
  const char *name = kexec_magic_name (format);
  const char *what = kexec_decode_describe (result);

  switch (result) {
  case KEXEC_DECODE_STOPPED:
    break;
  case KEXEC_DECODE_UNREADABLE:
    kexec_inspection_refuse_unreadable (self);
    break;
  case KEXEC_DECODE_TRUNCATED:
    kexec_inspection_refuse (self, KEXEC_FINDING_KERNEL_TRUNCATED,
                             "is cut short: what is compressed in it (%s) %s; copy or install it "
                             "again",
                             name, what);
    break;
  case KEXEC_DECODE_EXCESSIVE:
    kexec_inspection_refuse (self, KEXEC_FINDING_KERNEL_TOO_LARGE,
                             "is no kernel: what is compressed in it (%s) %s; name a kernel file, "
                             "usually /boot/vmlinuz-VERSION",
                             name, what);
    break;
  case KEXEC_DECODE_NO_MEMORY:
    kexec_inspection_refuse (self, KEXEC_FINDING_KERNEL_NEEDS_MEMORY,
                             "has to be unpacked before it can be loaded, and what is compressed "
                             "in it (%s) %s; free some memory, and try again",
                             name, what);
    break;
  case KEXEC_DECODE_TOO_LARGE:
  case KEXEC_DECODE_UNAVAILABLE:
    kexec_inspection_refuse (self, KEXEC_FINDING_KERNEL_UNSUPPORTED,
                             "has to be unpacked before it can be loaded, and what is compressed "
                             "in it (%s) %s; unpack it, and name the result",
                             name, what);
    break;
  default:
    kexec_inspection_refuse (self, KEXEC_FINDING_KERNEL_MALFORMED,
                             "is damaged: what is compressed in it (%s) %s; install the kernel "
                             "again",
                             name, what);
  }
}

void
kexec_wrapped_take (const KexecInspection *self, int fd)
{
  KexecKernel *kernel = self->kernel;

  /* What is wrapped twice has been unwrapped to its end already. */
  if (kernel->image_fd < 0)
    kernel->image_fd = fd;
  else
    close (fd);
  if (self->depth == 0)
    kexec_inspection_refuse (self, KEXEC_FINDING_KERNEL_WRAPPED,
                             "is %s, and the kernel is taken out of it before it is loaded; there "
                             "is nothing to do",
                             kernel->uki != NULL ? "a unified kernel image"
                                                 : kexec_magic_describe (self->magic));
}

gboolean
kexec_wrapped_unwrap (const KexecInspection *self, const KexecInput *packed, KexecMagic format)
{
  KexecDecodeResult result;
  KexecDecoded decoded;
  KexecInput inner;
  int fd;

  if (!kexec_inspection_check_packed (self, packed->size))
    return FALSE;
  result = kexec_unwrap_decode (packed, format, &fd, self->watch, &decoded);
  if (result != KEXEC_DECODE_DONE) {
    refuse_packed (self, format, result);
    return FALSE;
  }
  self->kernel->unpacked_size = decoded.produced;
  inner = kexec_input_from_fd (fd, decoded.produced);
  if (!kexec_inspection_run_inner (self, &inner)) {
    close (fd);
    return FALSE;
  }
  kexec_wrapped_take (self, fd);
  return TRUE;
}

/* The signature covers the wrapper, and is left behind with it. */
void
kexec_wrapped_compare_signatures (const KexecInspection *self)
{
  const KexecKernel *kernel = self->kernel;

  if (self->depth > 0 || kernel->signatures->len == 0 ||
      (kernel->inner_signatures != NULL && kernel->inner_signatures->len > 0))
    return;
  kexec_inspection_refuse (self, KEXEC_FINDING_UKI_SIGNATURE_LOST,
                           "is signed, but the kernel that is taken out of it is not; where the "
                           "running kernel asks for signatures (lockdown, Secure Boot), sign the "
                           "kernel inside too");
}
