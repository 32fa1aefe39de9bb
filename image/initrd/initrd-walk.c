/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The walk goes through a file in order, and stops where the kernel does. */
#include "image/initrd/initrd-walk.h"

#include <string.h>

#include "image/initrd/bootconfig.h"
#include "image/initrd/initrd-ahead.h"
#include "image/initrd/initrd-scout.h"

typedef struct {
  KexecInput input; /* the file without its boot configuration */
  KexecInitrdFile file;
  KexecInitrd *initrd;
  KexecFindings *findings; /* of this file alone */
  guint64 offset;
  guint n_parts;
  gboolean after_plain; /* the last archive was not compressed */
  gboolean only_plain;  /* none was */
  gboolean is_known;    /* all was read that the kernel reads */
  KexecInitrdAhead ahead;
} Walk;

/* The kernel looks for cpio at multiples of 4 bytes only, and after an archive that is not
   compressed for anything (init/initramfs.c, unpack_to_rootfs and do_reset). */
static gboolean
is_misplaced (const Walk *self, KexecMagic format)
{
  return self->offset % 4 != 0 && (format == KEXEC_MAGIC_CPIO || self->after_plain);
}

/* ---- what it comes to ---- */

/* What is said of one archive need not be said of a thousand. */
static void
append_findings (Walk *self, const KexecFindings *findings)
{
  for (guint i = 0; i < findings->len; i++) {
    const KexecFinding *finding = findings->pdata[i];
    gboolean is_known = FALSE;

    for (guint j = 0; j < self->findings->len && !is_known; j++)
      is_known = ((const KexecFinding *) self->findings->pdata[j])->code == finding->code;
    if (is_known)
      continue;
    kexec_findings_add (self->findings, finding->code, finding->subject, finding->args, "%s",
                        finding->text);
  }
}

/* A later /init takes the place of an earlier one. */
static void
add_init (KexecInitrd *initrd, const KexecInitrdContent *content)
{
  if (!content->has_init && content->init_problem == NULL)
    return;
  initrd->has_init = content->has_init;
  initrd->init_problem = content->init_problem;
}

static void
add_releases (KexecInitrd *initrd, const KexecInitrdContent *content)
{
  initrd->has_more_releases = initrd->has_more_releases || content->has_more_releases;
  for (guint i = 0; i < content->releases->len; i++) {
    const char *release = content->releases->pdata[i];

    if (!kexec_initrd_content_add_release (initrd->releases, release, strlen (release)))
      initrd->has_more_releases = TRUE;
  }
}

static void
add_contents (Walk *self, const KexecInitrdPart *part, gboolean is_plain)
{
  const KexecInitrdContent *content = &part->content;
  KexecInitrdSegment segment = part->facts;

  /* Kernels look for what they read early from the beginning, and not beyond what is compressed
     (lib/earlycpio.c). */
  self->only_plain = self->only_plain && is_plain;
  segment.is_early = self->only_plain && content->has_early && !content->has_late;
  segment.has_microcode = segment.has_microcode && self->only_plain;
  g_array_append_val (self->initrd->segments, segment);
  if (!segment.is_early && (content->has_late || content->has_early))
    self->initrd->has_files = TRUE;
  if (content->has_userspace)
    self->initrd->has_userspace = TRUE;
  add_init (self->initrd, content);
  add_releases (self->initrd, content);
  self->initrd->unpacked_size += segment.unpacked_size;
  self->after_plain = is_plain;
  self->n_parts++;
}

static GVariant *
make_args (const Walk *self, const char *format)
{
  g_auto (GVariantDict) args = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&args, "format", "s", format);
  g_variant_dict_insert (&args, "offset", "t", self->offset);
  g_variant_dict_insert (&args, "size", "t", self->file.input->size);
  return g_variant_dict_end (&args);
}

#define add(self, code, format, ...)                                                               \
  kexec_findings_add ((self)->findings, KEXEC_FINDING_##code, (self)->file.subject,                \
                      make_args (self, format), __VA_ARGS__)

/* What to do about a file of another kind. */
static const char *
remedy (KexecMagic magic)
{
  switch (magic) {
  case KEXEC_MAGIC_BZIMAGE:
  case KEXEC_MAGIC_ARM64:
  case KEXEC_MAGIC_RISCV64:
  case KEXEC_MAGIC_ARM_ZIMAGE:
  case KEXEC_MAGIC_EFI_ZBOOT:
    return "see whether the kernel and the initrd changed places";
  case KEXEC_MAGIC_EMPTY:
  case KEXEC_MAGIC_ZEROS:
    return "it was probably not written to its end, so make it again";
  case KEXEC_MAGIC_EXT:
  case KEXEC_MAGIC_SQUASHFS:
  case KEXEC_MAGIC_EROFS:
    return "kernels use such an image only as a RAM disk, which is not supported here, so make a "
           "cpio archive of what is in it";
  default:
    return "name an initrd, or make this one again with the tool that made it";
  }
}

static void
add_not_an_initrd (Walk *self)
{
  guint8 head[4096];
  gsize size = kexec_input_read (self->file.input, 0, head, sizeof head);
  KexecMagic magic = kexec_magic_identify (head, size);

  if (magic == KEXEC_MAGIC_ZEROS && self->offset < self->file.input->size)
    magic = KEXEC_MAGIC_UNKNOWN;
  self->initrd->format = kexec_magic_name (magic);
  add (self, NOT_AN_INITRD, self->initrd->format, "%s is %s, not an initrd; %s", self->file.name,
       kexec_magic_describe (magic), remedy (magic));
}

static gboolean
is_readable (const Walk *self)
{
  guint8 byte;

  return self->offset >= self->file.input->size ||
         kexec_input_read (self->file.input, self->offset, &byte, 1) == 1;
}

/* What the kernel does not take for an archive: it stops there. */
static void
add_stranger (Walk *self, KexecMagic format)
{
  if (!is_readable (self)) {
    add (self, INITRD_TRUNCATED, "unknown", KEXEC_INITRD_UNREADABLE, self->file.name);
    return;
  }
  self->initrd->ends_unpacking = TRUE;
  if (self->n_parts == 0) {
    add_not_an_initrd (self);
    return;
  }
  if (format == KEXEC_MAGIC_UNKNOWN)
    add (self, INITRD_GARBAGE, "unknown",
         "%s has something that is no archive from byte %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
         " on, where the kernel stops unpacking; " KEXEC_INITRD_REMEDY,
         self->file.name, self->offset, self->file.input->size);
  else
    add (self, INITRD_MALFORMED, kexec_magic_name (format),
         "%s has another archive (%s) at byte %" G_GUINT64_FORMAT
         ", which is no multiple of 4, so that the kernel does not find it; fill up what comes "
         "before it with zeros",
         self->file.name, kexec_magic_name (format), self->offset);
}

/* ---- the walk ---- */

static KexecInitrdPart *
take_part (Walk *self, KexecMagic format)
{
  KexecInitrdPart *part = kexec_initrd_ahead_take (&self->ahead, self->offset);

  return part != NULL
           ? part
           : kexec_initrd_part_read (&self->file, self->offset, format, self->n_parts == 0);
}

/* Returns: whether the kernel goes on behind it. */
static gboolean
take_archive (Walk *self, KexecMagic format)
{
  g_autoptr (KexecInitrdPart) part = take_part (self, format);

  add_contents (self, part, format == KEXEC_MAGIC_CPIO);
  append_findings (self, part->findings);
  self->is_known = self->is_known && part->is_known;
  if (self->initrd->unpacked_size > KEXEC_INITRD_UNPACKED_MAX (self->file.input->size)) {
    add (self, INITRD_TOO_LARGE, part->facts.format,
         "%s unpacks to more than %" G_GUINT64_FORMAT
         " MiB, which is far too much for its size; " KEXEC_INITRD_REMEDY,
         self->file.name, self->initrd->unpacked_size >> 20);
    return FALSE;
  }
  self->offset += part->facts.size;
  return part->may_continue;
}

static void
add_too_many (Walk *self)
{
  self->is_known = FALSE;
  add (self, INITRD_NOT_VERIFIED, "",
       "%s has more than %u archives, and those from byte %" G_GUINT64_FORMAT
       " on were not verified; " KEXEC_INITRD_REMEDY,
       self->file.name, KEXEC_INITRD_SEGMENTS_MAX, self->offset);
}

static void
walk (Walk *self)
{
  do {
    KexecMagic format;

    if (!kexec_initrd_scout_skip_zeros (self->file.input, self->file.watch, &self->offset)) {
      self->is_known = FALSE;
      return;
    }
    if (self->offset >= self->file.input->size && self->n_parts > 0)
      return;
    format = kexec_initrd_scout_identify (self->file.input, self->offset);
    if (format == KEXEC_MAGIC_UNKNOWN || is_misplaced (self, format)) {
      add_stranger (self, format);
      return;
    }
    if (self->n_parts == KEXEC_INITRD_SEGMENTS_MAX) {
      add_too_many (self);
      return;
    }
    if (!take_archive (self, format))
      return;
  } while (TRUE);
}

/* Of the first archive that is more than microcode. */
static const char *
main_format (const KexecInitrd *initrd)
{
  const KexecInitrdSegment *segments = (const KexecInitrdSegment *) initrd->segments->data;

  for (guint i = 0; i < initrd->segments->len; i++)
    if (!segments[i].is_early)
      return segments[i].format;
  return segments[0].format;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

void
kexec_initrd_walk (KexecInitrd *initrd, const KexecInput *input, const char *subject,
                   const KexecWatch *watch, KexecCrew *crew, KexecFindings *findings)
{
  g_autoptr (KexecFindings) own = kexec_findings_new ();
  Walk self = {
    .input = kexec_input_slice (input, 0, kexec_bootconfig_find (input)),
    .file = { .subject = subject,
              .name = *subject != '\0' ? subject : "The initrd",
              .watch = watch,
              .crew = crew },
    .initrd = initrd,
    .findings = own,
    .only_plain = TRUE,
    .is_known = TRUE,
  };

  self.file.input = &self.input;
  initrd->size = input->size;
  initrd->has_bootconfig = self.input.size < input->size;
  kexec_initrd_ahead_init (&self.ahead, &self.file);
  walk (&self);
  g_atomic_int_set (&self.file.is_cancelled, TRUE);
  kexec_initrd_ahead_clear (&self.ahead);
  if (initrd->segments->len > 0)
    initrd->format = main_format (initrd);
  g_ptr_array_sort (initrd->releases, compare);
  initrd->is_verified = self.is_known && kexec_findings_blocker (own) == NULL;
  kexec_findings_append (findings, own);
}
