/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/codec/decode.h"

gboolean
kexec_decode_is_available (KexecMagic format)
{
  return FALSE;
}

KexecDecodeResult
kexec_decode (const KexecInput *input, KexecMagic format, KexecDecodeSink sink, gpointer user_data,
              const KexecWatch *watch, KexecDecoded *ret)
{
  *ret = (KexecDecoded){ 0 };
  return KEXEC_DECODE_UNAVAILABLE;
}

const char *
kexec_decode_describe (KexecDecodeResult result)
{
  return "cannot be unpacked";
}
