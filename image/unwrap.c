/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/unwrap.h"

int
kexec_unwrap_copy (const KexecInput *input, const KexecWatch *watch)
{
  return -1;
}

KexecDecodeResult
kexec_unwrap_decode (const KexecInput *input, KexecMagic format, int *fd, const KexecWatch *watch,
                     KexecDecoded *ret)
{
  *fd = -1;
  *ret = (KexecDecoded){ 0 };
  return KEXEC_DECODE_UNAVAILABLE;
}
