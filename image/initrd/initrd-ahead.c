/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/initrd/initrd-ahead.h"

#include "image/initrd/initrd-scout.h"

/* Smaller archives are not worth a thread. */
#define SIZE_MIN     (1024 * 1024)
#define ARCHIVES_MAX 16

/* An archive that is read ahead. */
typedef struct {
  const KexecInitrdFile *file;
  KexecWork *work;
  guint64 offset;
  KexecMagic format;
  KexecInitrdPart *part;
} Archive;

static void
read_archive (gpointer user_data)
{
  Archive *archive = user_data;

  archive->part = kexec_initrd_part_read (archive->file, archive->offset, archive->format, FALSE);
}

static void
archive_free (gpointer data)
{
  Archive *archive = data;

  if (archive->work != NULL)
    kexec_work_cancel (archive->work);
  g_clear_pointer (&archive->part, kexec_initrd_part_free);
  g_free (archive);
}

void
kexec_initrd_ahead_init (KexecInitrdAhead *self, const KexecInitrdFile *file)
{
  *self = (KexecInitrdAhead){ .file = file, .archives = G_QUEUE_INIT };
}

void
kexec_initrd_ahead_clear (KexecInitrdAhead *self)
{
  g_queue_clear_full (&self->archives, archive_free);
}

static void
offer (KexecInitrdAhead *self, guint64 offset, KexecMagic format)
{
  Archive *archive = g_new0 (Archive, 1);

  archive->file = self->file;
  archive->offset = offset;
  archive->format = format;
  archive->work = kexec_crew_offer (self->file->crew, read_archive, archive);
  g_queue_push_tail (&self->archives, archive);
}

/* Looks for large archives from @offset on, as far as their sizes are told. The one at @offset is
   read by who asks for it. */
static void
scout (KexecInitrdAhead *self, guint64 offset)
{
  const KexecInput *input = self->file->input;
  guint64 at = offset;

  for (guint i = 0; i < ARCHIVES_MAX && at < input->size; i++) {
    const KexecInput rest = kexec_input_slice (input, at, G_MAXUINT64);
    KexecMagic format = kexec_initrd_scout_identify (input, at);
    guint64 size = kexec_initrd_scout_size (&rest, format, self->file->watch);

    if (size == 0)
      break;
    if (at > offset && size >= SIZE_MIN)
      offer (self, at, format);
    at += size;
    if (!kexec_initrd_scout_skip_zeros (input, self->file->watch, &at))
      break;
  }
  self->scouted = MAX (at, offset + 1);
}

KexecInitrdPart *
kexec_initrd_ahead_take (KexecInitrdAhead *self, guint64 offset)
{
  Archive *archive;
  KexecInitrdPart *part;

  if (offset >= self->scouted)
    scout (self, offset);
  archive = g_queue_peek_head (&self->archives);
  if (archive == NULL || archive->offset != offset)
    return NULL;
  kexec_work_finish (g_steal_pointer (&archive->work));
  part = g_steal_pointer (&archive->part);
  archive_free (g_queue_pop_head (&self->archives));
  return part;
}
