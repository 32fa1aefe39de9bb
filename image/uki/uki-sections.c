/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The section table of a UKI: each section against the file, the others and the specification. */
#include "image/uki/uki-private.h"

#include <string.h>

/* May stand once in the base and once in each profile (UAPI.5, "UKI Components"). */
static const char *const singletons[] = {
  ".linux", ".osrel", ".cmdline", ".initrd", ".ucode",   ".splash",
  ".hwids", ".uname", ".sbat",    ".pcrsig", ".pcrpkey", ".profile",
};

gboolean
kexec_uki_refuse (const KexecUkiReading *self, GVariant *args, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list ap;

  va_start (ap, format);
  text = g_strdup_vprintf (format, ap);
  va_end (ap);
  kexec_findings_add (self->findings, self->code, self->subject, args, "%s %s", self->name, text);
  return FALSE;
}

const KexecPeSection *
kexec_uki_section (const KexecUkiReading *self, guint index)
{
  return &g_array_index (self->pe->sections, KexecPeSection, index);
}

static guint64
end_of (const KexecPeSection *section)
{
  return (guint64) section->offset + section->size;
}

static GVariant *
describe (const KexecPeSection *section, guint64 file_size)
{
  g_auto (GVariantDict) args = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&args, "section", "s", section->name);
  g_variant_dict_insert (&args, "offset", "t", (guint64) section->offset);
  g_variant_dict_insert (&args, "section-size", "t", (guint64) section->size);
  g_variant_dict_insert (&args, "size", "t", file_size);
  return g_variant_dict_end (&args);
}

/* Whether a section takes any of the bytes from @start to @end. */
static gboolean
touches (const KexecPeSection *section, guint64 start, guint64 end)
{
  return section->offset < end && start < end_of (section);
}

static gboolean
check_place (const KexecUkiReading *self, const KexecPeSection *section)
{
  const KexecPe *pe = self->pe;
  g_autoptr (GVariant) args = g_variant_ref_sink (describe (section, self->input->size));

  if (strchr (section->name, '?') != NULL)
    return kexec_uki_refuse (self, args,
                             "is damaged: the name \"%s\" of one of its sections is no text; "
                             "install or build it again",
                             section->name);
  if (section->size == 0)
    return TRUE;
  if (end_of (section) > self->input->size)
    return kexec_uki_refuse (
      self, args,
      "is cut short or damaged: its section %s ends at byte %" G_GUINT64_FORMAT
      ", but the file at byte %" G_GUINT64_FORMAT "; copy or install it again",
      section->name, end_of (section), self->input->size);
  if (section->offset < pe->table_end)
    return kexec_uki_refuse (self, args,
                             "is damaged: its section %s begins inside of the headers; install or "
                             "build it again",
                             section->name);
  /* What a signature does not cover must not be booted as if it did. */
  if (touches (section, pe->certificate_offset, pe->certificate_offset + pe->certificate_size))
    return kexec_uki_refuse (self, args,
                             "is damaged: its section %s lies where its signature is; install or "
                             "build it again",
                             section->name);
  return TRUE;
}

static gboolean
check_overlap (const KexecUkiReading *self, guint index)
{
  const KexecPeSection *section = kexec_uki_section (self, index);

  for (guint i = 0; i < index && section->size > 0; i++) {
    const KexecPeSection *other = kexec_uki_section (self, i);

    if (other->size > 0 && touches (section, other->offset, end_of (other)))
      return kexec_uki_refuse (self, describe (section, self->input->size),
                               "is damaged: its sections %s and %s overlap; install or build it "
                               "again",
                               other->name, section->name);
  }
  return TRUE;
}

static gboolean
is_singleton (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (singletons); i++)
    if (strcmp (name, singletons[i]) == 0)
      return TRUE;
  return FALSE;
}

/* Looks back to the section's own ".profile", or to the beginning. */
static gboolean
check_single (const KexecUkiReading *self, guint index)
{
  const KexecPeSection *section = kexec_uki_section (self, index);

  if (!is_singleton (section->name))
    return TRUE;
  for (guint i = index; i > 0; i--) {
    const KexecPeSection *other = kexec_uki_section (self, i - 1);

    if (strcmp (section->name, ".profile") == 0 || strcmp (other->name, ".profile") == 0)
      return TRUE;
    if (strcmp (other->name, section->name) == 0)
      return kexec_uki_refuse (self, describe (section, self->input->size),
                               "is damaged: it has two sections %s, and nothing tells which one "
                               "counts; build it again with one",
                               section->name);
  }
  return TRUE;
}

gboolean
kexec_uki_check_sections (const KexecUkiReading *self)
{
  for (guint i = 0; i < self->pe->sections->len; i++)
    if (!check_place (self, kexec_uki_section (self, i)) || !check_overlap (self, i) ||
        !check_single (self, i))
      return FALSE;
  return TRUE;
}

static gboolean
shares_memory (const KexecPeSection *section, const KexecPeSection *other)
{
  guint64 start = section->virtual_address;
  guint64 other_start = other->virtual_address;

  return section->virtual_size > 0 && other->virtual_size > 0 &&
         start < other_start + other->virtual_size && other_start < start + section->virtual_size;
}

void
kexec_uki_check_memory (const KexecUkiReading *self)
{
  for (guint i = 0; i < self->pe->sections->len; i++)
    for (guint j = 0; j < i; j++) {
      const KexecPeSection *section = kexec_uki_section (self, i);
      const KexecPeSection *other = kexec_uki_section (self, j);

      if (!shares_memory (section, other))
        continue;
      kexec_findings_add (self->findings, KEXEC_FINDING_UKI_MEMORY_OVERLAP, self->subject,
                          describe (section, self->input->size),
                          "%s has sections, %s and %s, that overlap in memory, so that firmware "
                          "cannot start it, although kexec can; build it again with other "
                          "addresses",
                          self->name, other->name, section->name);
      return;
    }
}

static const KexecPeSection *
find_between (const KexecUkiScope *scope, guint start, guint end, const char *name)
{
  for (guint i = start; i < end; i++) {
    const KexecPeSection *section = kexec_uki_section (scope->reading, i);

    if (strcmp (section->name, name) == 0)
      return section;
  }
  return NULL;
}

const KexecPeSection *
kexec_uki_find_section (const KexecUkiScope *scope, const char *name)
{
  const KexecPeSection *section = find_between (scope, scope->start, scope->end, name);

  if (section == NULL)
    section = find_between (scope, 0, scope->base_end, name);
  return section != NULL && section->size > 0 ? section : NULL;
}

GArray *
kexec_uki_take_section (const KexecUkiScope *scope, const char *name)
{
  const KexecPeSection *section = kexec_uki_find_section (scope, name);
  GArray *inputs = g_array_new (FALSE, FALSE, sizeof (KexecInput));

  if (section != NULL) {
    KexecInput input = kexec_input_slice (scope->reading->input, section->offset, section->size);

    g_array_append_val (inputs, input);
  }
  return inputs;
}
