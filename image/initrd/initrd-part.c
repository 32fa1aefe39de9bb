/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is said of an archive, be it plain or compressed. */
#include "image/initrd/initrd-part.h"

#include "image/initrd/initrd-reader.h"

GVariant *
kexec_initrd_reader_args (const KexecInitrdReader *self)
{
  g_auto (GVariantDict) args = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&args, "format", "s", self->part->facts.format);
  g_variant_dict_insert (&args, "offset", "t", self->part->facts.offset);
  g_variant_dict_insert (&args, "position", "t", self->cpio.offset);
  return g_variant_dict_end (&args);
}

char *
kexec_initrd_reader_describe_member (const KexecInitrdReader *self)
{
  const KexecCpio *cpio = &self->cpio;

  switch (cpio->state) {
  case KEXEC_CPIO_IN_BODY:
  case KEXEC_CPIO_IN_ALIGNMENT:
    return g_strdup_printf (" in \"%.200s\"", cpio->name);
  case KEXEC_CPIO_IN_HEADER:
  case KEXEC_CPIO_BETWEEN:
    if (cpio->n_members > 0)
      return g_strdup_printf (" after \"%.200s\"", cpio->name);
    break;
  default:
    break;
  }
  return g_strdup ("");
}

static void
add_problem (const KexecInitrdReader *self)
{
  g_autofree char *member = kexec_initrd_reader_describe_member (self);
  const KexecInitrdSegment *facts = &self->part->facts;
  const char *text = kexec_cpio_describe (self->cpio.problem);

  if (self->cpio.problem == KEXEC_CPIO_BAD_CHECKSUM)
    kexec_initrd_reader_say (self, INITRD_DAMAGED,
                             "%s is damaged: its %s archive at byte %" G_GUINT64_FORMAT
                             " %s, at byte %" G_GUINT64_FORMAT "%s; " KEXEC_INITRD_REMEDY,
                             self->file->name, facts->format, facts->offset, text,
                             self->cpio.offset, member);
  else
    kexec_initrd_reader_say (self, INITRD_MALFORMED,
                             "%s is malformed: its %s archive at byte %" G_GUINT64_FORMAT
                             " %s, at byte %" G_GUINT64_FORMAT "%s; " KEXEC_INITRD_REMEDY,
                             self->file->name, facts->format, facts->offset, text,
                             self->cpio.offset, member);
}

/* Something is compressed, but it is no initrd. */
static void
add_foreign (const KexecInitrdReader *self)
{
  KexecMagic magic = kexec_magic_identify (self->head, self->head_size);

  kexec_initrd_reader_say (
    self, NOT_AN_INITRD,
    "%s is %s-compressed, but what is inside is %s and not a cpio archive; name an initrd, or "
    "make this one again with the tool that made it",
    self->file->name, self->part->facts.format, kexec_magic_describe (magic));
}

void
kexec_initrd_reader_judge (const KexecInitrdReader *self)
{
  gboolean is_foreign = self->cpio.problem == KEXEC_CPIO_NO_MAGIC && self->cpio.begin == 0;

  if (is_foreign && self->is_first && self->cpio.kind == KEXEC_CPIO_PACKED_FIRST)
    add_foreign (self);
  else
    add_problem (self);
}

static void
miss_trailer (const KexecInitrdReader *self)
{
  kexec_initrd_reader_say (self, INITRD_NO_TRAILER,
                           "%s may lack files: its %s archive at byte %" G_GUINT64_FORMAT
                           " ends without a trailer; " KEXEC_INITRD_REMEDY,
                           self->file->name, self->part->facts.format, self->part->facts.offset);
}

void
kexec_initrd_reader_judge_whole (const KexecInitrdReader *self)
{
  if (self->cpio.n_members > 0 && !self->cpio.has_trailer)
    miss_trailer (self);
  if (self->cpio.n_skipped > 0)
    kexec_initrd_reader_say (
      self, INITRD_MEMBER_SKIPPED,
      "%s may lack files: its %s archive at byte %" G_GUINT64_FORMAT " has %" G_GUINT64_FORMAT
      " that the kernel passes by, directories with contents or symbolic "
      "links with too long a target; " KEXEC_INITRD_REMEDY,
      self->file->name, self->part->facts.format, self->part->facts.offset, self->cpio.n_skipped);
}

void
kexec_initrd_reader_refuse_unreadable (const KexecInitrdReader *self)
{
  kexec_initrd_reader_say (self, INITRD_TRUNCATED, KEXEC_INITRD_UNREADABLE, self->file->name);
}

void
kexec_initrd_reader_add_member (const KexecCpioMember *member, gpointer user_data)
{
  kexec_initrd_content_add (user_data, member);
}

KexecInitrdPart *
kexec_initrd_part_read (const KexecInitrdFile *file, guint64 offset, KexecMagic format,
                        gboolean is_first)
{
  KexecInitrdPart *self = g_new0 (KexecInitrdPart, 1);
  g_autofree KexecInitrdReader *reader = g_new0 (KexecInitrdReader, 1);

  self->findings = kexec_findings_new ();
  self->facts.format = kexec_magic_name (format);
  self->facts.offset = offset;
  kexec_initrd_content_init (&self->content);
  reader->file = file;
  reader->part = self;
  reader->is_first = is_first;
  if (format == KEXEC_MAGIC_CPIO)
    kexec_initrd_read_plain (reader);
  else
    kexec_initrd_read_packed (reader, format);
  self->facts.n_files = self->content.n_files;
  self->facts.has_microcode = self->content.has_microcode && format == KEXEC_MAGIC_CPIO;
  return self;
}

void
kexec_initrd_part_free (KexecInitrdPart *self)
{
  kexec_initrd_content_clear (&self->content);
  g_ptr_array_unref (self->findings);
  g_free (self);
}
