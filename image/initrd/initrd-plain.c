/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Archives that are not compressed: read from header to header, without the contents. */
#include "image/initrd/initrd-reader.h"

/* So much is read at once; more would read contents that nobody looks at. */
#define PIECE (16 * 1024)

/* How often the watch is asked, in bytes. */
#define REPORT (1024 * 1024)

/* Reads, or passes by, some of the archive. Returns: how many bytes; 0: it cannot be read. */
static guint64
step_plain (KexecInitrdReader *self, guint64 at, guint8 *buffer)
{
  guint64 size = MIN (kexec_cpio_skippable (&self->cpio), self->file->input->size - at);

  if (size > 0) {
    kexec_cpio_skip (&self->cpio, size);
    return size;
  }
  size = kexec_input_read (self->file->input, at, buffer, PIECE);
  kexec_cpio_push (&self->cpio, buffer, (gsize) size);
  return size;
}

/* Returns: whether reading went on as far as there is something to be read. */
static gboolean
run_plain (KexecInitrdReader *self)
{
  g_autofree guint8 *buffer = g_malloc (PIECE);
  guint64 offset = self->part->facts.offset;
  guint64 told = 0;

  while (self->cpio.problem == KEXEC_CPIO_GOOD && self->cpio.state != KEXEC_CPIO_ENDED &&
         offset + self->cpio.offset < self->file->input->size) {
    if (step_plain (self, offset + self->cpio.offset, buffer) == 0) {
      kexec_initrd_reader_refuse_unreadable (self);
      return FALSE;
    }
    if (self->cpio.offset - told < REPORT)
      continue;
    if (!kexec_watch_proceed (self->file->watch, self->cpio.offset - told))
      return FALSE;
    told = self->cpio.offset;
  }
  return kexec_watch_proceed (self->file->watch, self->cpio.offset - told);
}

static void
judge_plain (KexecInitrdReader *self)
{
  g_autofree char *member = NULL;

  if (self->cpio.problem != KEXEC_CPIO_GOOD) {
    kexec_initrd_reader_judge (self);
    return;
  }
  self->part->is_known = kexec_cpio_finish (&self->cpio);
  self->part->may_continue = self->part->is_known;
  if (self->part->is_known) {
    kexec_initrd_reader_judge_whole (self);
    return;
  }
  if (self->cpio.problem != KEXEC_CPIO_GOOD) {
    kexec_initrd_reader_judge (self);
    return;
  }
  member = kexec_initrd_reader_describe_member (self);
  kexec_initrd_reader_say (self, INITRD_TRUNCATED,
                           "%s is truncated: it ends at byte %" G_GUINT64_FORMAT
                           " inside of a cpio archive%s; " KEXEC_INITRD_REMEDY,
                           self->file->name, self->file->input->size, member);
}

void
kexec_initrd_read_plain (KexecInitrdReader *self)
{
  KexecInitrdSegment *facts = &self->part->facts;

  kexec_cpio_init (&self->cpio, KEXEC_CPIO_PLAIN, kexec_initrd_reader_add_member,
                   &self->part->content);
  if (run_plain (self))
    judge_plain (self);
  facts->size = self->part->is_known ? self->cpio.end : self->cpio.offset;
  facts->unpacked_size = facts->size;
}
