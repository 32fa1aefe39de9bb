/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compressed archives: unpacked to their end, straight into the cpio reader. */
#include <string.h>

#include "image/codec/codec.h"
#include "image/initrd/initrd-reader.h"
#include "image/initrd/initrd-scout.h"

/* What a decompressor takes besides its window, at most. */
#define TABLES (2 * 1024 * 1024)

/* The largest window for which kernels unpack zstd (Linux: lib/decompress_unzstd.c). */
#define KERNEL_WINDOW_MAX (128 * 1024 * 1024)

static gboolean
take_unpacked (const guint8 *data, gsize size, gpointer user_data)
{
  KexecInitrdReader *self = user_data;
  gsize n = MIN (size, sizeof self->head - self->head_size);

  memcpy (self->head + self->head_size, data, n);
  self->head_size += n;
  return kexec_cpio_push (&self->cpio, data, size) == size &&
         self->cpio.problem == KEXEC_CPIO_GOOD && !g_atomic_int_get (&self->file->is_cancelled);
}

static KexecDecodeResult
decode_within (KexecInitrdReader *self, const KexecInput *input, KexecMagic format,
               gboolean is_first, guint64 window, KexecDecoded *decoded)
{
  const KexecDecodeLimits limits = {
    .window = window,
    .output = KEXEC_INITRD_UNPACKED_MAX (input->size),
  };
  KexecDecodeResult result;

  kexec_initrd_content_clear (&self->part->content);
  kexec_initrd_content_init (&self->part->content);
  kexec_cpio_init (&self->cpio, is_first ? KEXEC_CPIO_PACKED_FIRST : KEXEC_CPIO_PACKED,
                   kexec_initrd_reader_add_member, &self->part->content);
  self->head_size = 0;
  kexec_crew_reserve (self->file->crew, window + TABLES);
  result =
    kexec_decode_within (input, format, &limits, take_unpacked, self, self->file->watch, decoded);
  kexec_crew_release (self->file->crew, window + TABLES);
  return result;
}

/* Only xz can turn out to need more than its header says. */
static KexecDecodeResult
decode (KexecInitrdReader *self, const KexecInput *input, KexecMagic format, KexecDecoded *decoded)
{
  guint64 window = MIN (kexec_initrd_scout_window (input, format), KEXEC_DECODE_WINDOW_MAX);
  KexecDecodeResult result = decode_within (self, input, format, self->is_first, window, decoded);

  if (result == KEXEC_DECODE_TOO_LARGE && window < KEXEC_DECODE_WINDOW_MAX)
    result = decode_within (self, input, format, self->is_first, KEXEC_DECODE_WINDOW_MAX, decoded);
  return result;
}

/* It was unpacked to its end: what the kernel makes of it. */
static void
judge_unpacked (KexecInitrdReader *self, KexecMagic format, const KexecDecoded *decoded)
{
  KexecInitrdPart *part = self->part;

  part->is_known = TRUE;
  if (decoded->kernel_refuses != NULL) {
    kexec_initrd_reader_say (
      self, INITRD_COMPRESSION,
      "%s cannot be unpacked by a kernel: %s (archive at byte %" G_GUINT64_FORMAT
      "); make it again%s",
      self->file->name, decoded->kernel_refuses, part->facts.offset,
      format == KEXEC_MAGIC_XZ          ? " with \"xz --check=crc32\""
      : format == KEXEC_MAGIC_LZ4_FRAME ? " with \"lz4 -l\""
                                        : " with other options");
    return;
  }
  part->may_continue = kexec_cpio_finish (&self->cpio);
  if (!part->may_continue && self->cpio.state == KEXEC_CPIO_AT_START)
    kexec_initrd_reader_say (
      self, INITRD_MALFORMED,
      "%s begins with an empty %s archive, at which the kernel stops; " KEXEC_INITRD_REMEDY,
      self->file->name, part->facts.format);
  else if (!part->may_continue)
    kexec_initrd_reader_say (
      self, INITRD_MALFORMED,
      "%s is malformed: its %s archive at byte %" G_GUINT64_FORMAT
      " ends inside of a member, and kernels do not go on with it in another "
      "one; " KEXEC_INITRD_REMEDY,
      self->file->name, part->facts.format, part->facts.offset);
  else
    kexec_initrd_reader_judge_whole (self);
}

/* Nobody knows what is in it, but perhaps where it ends. */
static void
pass_by (KexecInitrdReader *self, const KexecInput *input, KexecMagic format,
         const KexecDecoded *decoded, KexecDecodeResult result)
{
  KexecInitrdPart *part = self->part;

  if (format == KEXEC_MAGIC_ZSTD && decoded->window > KERNEL_WINDOW_MAX) {
    kexec_initrd_reader_say (
      self, INITRD_COMPRESSION,
      "%s cannot be unpacked by a kernel: its zstd archive at byte %" G_GUINT64_FORMAT
      " asks for a window of %" G_GUINT64_FORMAT
      " MiB, and kernels take at most 128; make it again without \"--long\"",
      self->file->name, part->facts.offset, decoded->window >> 20);
    return;
  }
  kexec_initrd_reader_say (
    self, INITRD_NOT_VERIFIED,
    "%s could not be verified whole: its %s archive at byte %" G_GUINT64_FORMAT
    " %s; see that it boots before you rely on it",
    self->file->name, part->facts.format, part->facts.offset, kexec_decode_describe (result));
  part->facts.size = kexec_initrd_scout_size (input, format, self->file->watch);
  part->may_continue = part->facts.size > 0;
}

static void
judge_failure (KexecInitrdReader *self, const KexecInput *input, KexecMagic format,
               const KexecDecoded *decoded, KexecDecodeResult result)
{
  const KexecInitrdSegment *facts = &self->part->facts;
  const char *name = self->file->name;

  switch (result) {
  case KEXEC_DECODE_STOPPED:
    if (self->cpio.problem != KEXEC_CPIO_GOOD)
      kexec_initrd_reader_judge (self);
    return;
  case KEXEC_DECODE_TRUNCATED:
    kexec_initrd_reader_say (self, INITRD_TRUNCATED,
                             "%s is truncated: it ends at byte %" G_GUINT64_FORMAT
                             " inside of the %s archive that begins at byte %" G_GUINT64_FORMAT
                             "; " KEXEC_INITRD_REMEDY,
                             name, self->file->input->size, facts->format, facts->offset);
    return;
  case KEXEC_DECODE_UNREADABLE:
    kexec_initrd_reader_refuse_unreadable (self);
    return;
  case KEXEC_DECODE_EXCESSIVE:
    kexec_initrd_reader_say (self, INITRD_TOO_LARGE,
                             "%s unpacks to more than %" G_GUINT64_FORMAT
                             " MiB, which is far too much for its size; " KEXEC_INITRD_REMEDY,
                             name, decoded->produced >> 20);
    return;
  case KEXEC_DECODE_DAMAGED:
    kexec_initrd_reader_say (self, INITRD_DAMAGED,
                             "%s is damaged: its %s archive at byte %" G_GUINT64_FORMAT
                             " cannot be unpacked beyond byte %" G_GUINT64_FORMAT
                             "; " KEXEC_INITRD_REMEDY,
                             name, facts->format, facts->offset, facts->offset + decoded->consumed);
    return;
  default:
    pass_by (self, input, format, decoded, result);
  }
}

void
kexec_initrd_read_packed (KexecInitrdReader *self, KexecMagic format)
{
  KexecInitrdSegment *facts = &self->part->facts;
  const KexecInput input = kexec_input_slice (self->file->input, facts->offset, G_MAXUINT64);
  KexecDecoded decoded;
  KexecDecodeResult result = decode (self, &input, format, &decoded);

  facts->size = decoded.consumed;
  facts->unpacked_size = decoded.produced;
  if (result == KEXEC_DECODE_DONE)
    judge_unpacked (self, format, &decoded);
  else
    judge_failure (self, &input, format, &decoded, result);
}
