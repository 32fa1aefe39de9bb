/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that are compressed as a whole: a kernel, or what is taken for one. */
#include <string.h>

#include "image/codec/decode.h"
#include "image/kernel/kernel-formats.h"
#include "image/kernel/wrapped.h"

/* The beginning of what is compressed. */
typedef struct {
  guint8 data[KEXEC_KERNEL_HEAD_SIZE];
  gsize size;
} Peek;

static gboolean
peek_sink (const guint8 *data, gsize size, gpointer user_data)
{
  Peek *peek = user_data;
  gsize n = MIN (size, sizeof peek->data - peek->size);

  memcpy (peek->data + peek->size, data, n);
  peek->size += n;
  return peek->size < sizeof peek->data;
}

/*
 * Most compressed files are initrds, and large: a look at the beginning saves unpacking them. Where
 * that fails, the whole is unpacked, and that says why.
 */
static gboolean
may_hold_kernel (const KexecInspection *self, KexecMagic *inside)
{
  g_autofree Peek *peek = g_new0 (Peek, 1);
  KexecDecoded decoded;
  KexecDecodeResult result =
    kexec_decode (self->input, self->magic, peek_sink, peek, NULL, &decoded);
  gboolean is_cut = result != KEXEC_DECODE_DONE && result != KEXEC_DECODE_STOPPED;

  *inside = kexec_magic_identify (peek->data, peek->size);
  if (is_cut && (*inside == KEXEC_MAGIC_EMPTY || *inside == KEXEC_MAGIC_ZEROS ||
                 *inside == KEXEC_MAGIC_UNKNOWN))
    return TRUE;
  if (*inside == KEXEC_MAGIC_CPIO)
    return FALSE;
  return kexec_magic_is_kernel (*inside) || kexec_magic_is_archive (*inside);
}

/* What is compressed and whole was written to its end, and what is in a wrapper was put there. */
static const char *
remedy (const KexecInspection *self, KexecMagic inside)
{
  if (self->depth > 0)
    return "build or install it again, with a kernel in it";
  if (inside == KEXEC_MAGIC_EMPTY || inside == KEXEC_MAGIC_ZEROS)
    return "install the kernel again";
  return kexec_magic_remedy (inside);
}

void
kexec_compressed_inspect (KexecInspection *self)
{
  KexecMagic inside;

  if (may_hold_kernel (self, &inside))
    kexec_wrapped_unwrap (self, self->input, self->magic);
  else
    kexec_inspection_refuse (
      self, KEXEC_FINDING_NOT_A_KERNEL, "is %s, and inside of it is %s, not a kernel; %s",
      kexec_magic_describe (self->magic), kexec_magic_describe (inside), remedy (self, inside));
}
