/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the readers of the formats share: findings, and the checks that hold for all of them. */
#include "image/kernel/inspection.h"

#include "image/kernel/banner.h"
#include "image/kernel/native.h"

GVariant *
kexec_inspection_describe (const KexecInspection *self)
{
  g_auto (GVariantDict) args = G_VARIANT_DICT_INIT (NULL);
  const KexecKernel *kernel = self->kernel;

  g_variant_dict_insert (&args, "format", "s", kernel->format);
  g_variant_dict_insert (&args, "size", "t", kernel->size);
  if (kernel->architecture != NULL)
    g_variant_dict_insert (&args, "architecture", "s", kernel->architecture);
  return g_variant_dict_end (&args);
}

gboolean
kexec_inspection_refuse (const KexecInspection *self, KexecFindingCode code, const char *format,
                         ...)
{
  g_autofree char *text = NULL;
  const char *name = code == KEXEC_FINDING_NOT_A_KERNEL ? self->thing : self->name;
  va_list ap;

  va_start (ap, format);
  text = g_strdup_vprintf (format, ap);
  va_end (ap);
  kexec_findings_add (self->findings, code, self->subject, kexec_inspection_describe (self),
                      "%s %s", name, text);
  return FALSE;
}

gboolean
kexec_inspection_refuse_damaged (const KexecInspection *self, const char *what)
{
  return kexec_inspection_refuse (self, KEXEC_FINDING_KERNEL_MALFORMED,
                                  "is damaged: %s; install the kernel again", what);
}

gboolean
kexec_inspection_refuse_truncated (const KexecInspection *self, guint64 expected)
{
  g_auto (GVariantDict) args = G_VARIANT_DICT_INIT (NULL);
  guint64 missing = expected - self->input->size;

  g_variant_dict_insert (&args, "size", "t", self->input->size);
  g_variant_dict_insert (&args, "expected", "t", expected);
  g_variant_dict_insert (&args, "missing", "t", missing);
  kexec_findings_add (self->findings, KEXEC_FINDING_KERNEL_TRUNCATED, self->subject,
                      g_variant_dict_end (&args),
                      "%s is cut short: %" G_GUINT64_FORMAT " of its %" G_GUINT64_FORMAT
                      " bytes are missing; copy or install it again",
                      self->name, missing, expected);
  return FALSE;
}

gboolean
kexec_inspection_refuse_unreadable (const KexecInspection *self)
{
  return kexec_inspection_refuse (self, KEXEC_FINDING_KERNEL_TRUNCATED,
                                  "cannot be read to its end; see whether something is still "
                                  "writing it, and whether the disk is all right");
}

gboolean
kexec_inspection_check_native (const KexecInspection *self)
{
  const char *architecture = self->kernel->architecture;
  const char *machine = self->machine->architecture;
  const char *what =
    self->magic == KEXEC_MAGIC_ELF ? "an ELF kernel (vmlinux)" : kexec_magic_describe (self->magic);

  if (architecture == NULL)
    return kexec_inspection_refuse (self, KEXEC_FINDING_KERNEL_UNSUPPORTED,
                                    "is %s for a machine that is not known here; choose a kernel "
                                    "for %s",
                                    what, machine);
  if (!kexec_native_is (machine, architecture))
    return kexec_inspection_refuse (self, KEXEC_FINDING_KERNEL_OTHER_ARCHITECTURE,
                                    "is %s for %s, but this machine is %s; choose a kernel for %s",
                                    what, architecture, machine, machine);
  if (!kexec_native_takes (machine, self->magic))
    return kexec_inspection_refuse (self, KEXEC_FINDING_KERNEL_UNSUPPORTED,
                                    "is %s, which cannot be loaded as it is; %s", what,
                                    kexec_native_remedy (machine));
  return TRUE;
}

/* The kernel refuses to load what fills more than half of the memory (kernel/kexec_core.c,
   sanity_check_segment_list). */
gboolean
kexec_inspection_check_memory (const KexecInspection *self)
{
  const guint64 mib = 1024 * 1024;
  guint64 needed = self->kernel->init_size;
  guint64 memory = self->machine->memory;

  if (memory == 0 || needed <= memory / 2)
    return TRUE;
  return kexec_inspection_refuse (
    self, KEXEC_FINDING_KERNEL_NEEDS_MEMORY,
    "needs %" G_GUINT64_FORMAT " MiB of memory to start, more than half of the %" G_GUINT64_FORMAT
    " MiB of this machine; choose a smaller kernel",
    needed / mib + 1, memory / mib);
}

gboolean
kexec_inspection_check_sections (const KexecInspection *self)
{
  const char *problem;
  g_autoptr (KexecPe) pe = kexec_pe_read (self->input, &problem);
  guint64 end = 0;

  /* The EFI stub is optional: without it there is no PE header to read. */
  if (pe == NULL)
    return TRUE;
  for (guint i = 0; i < pe->sections->len; i++) {
    const KexecPeSection *section = &g_array_index (pe->sections, KexecPeSection, i);

    end = MAX (end, (guint64) section->offset + section->size);
  }
  return end <= self->input->size || kexec_inspection_refuse_truncated (self, end);
}

gboolean
kexec_inspection_check_signature (const KexecInspection *self)
{
  KexecKernel *kernel = self->kernel;
  GPtrArray **signatures = self->depth == 0 ? &kernel->signatures : &kernel->inner_signatures;
  guint64 end;

  if (kexec_pe_signature (self->input, &end) == KEXEC_PE_CUT_OFF)
    return kexec_inspection_refuse_truncated (self, end);
  g_clear_pointer (signatures, g_ptr_array_unref);
  *signatures = kexec_signatures_read (self->input, self->depth == 0 ? self->subject : self->name,
                                       self->findings);
  return TRUE;
}

gboolean
kexec_inspection_check_packed (const KexecInspection *self, guint64 size)
{
  if (self->depth == 0 || size <= 2 * self->kernel->size + 65536)
    return TRUE;
  return kexec_inspection_refuse (self, KEXEC_FINDING_KERNEL_TOO_LARGE,
                                  "unpacks to far more than a file of its size holds; name a "
                                  "kernel file, usually /boot/vmlinuz-VERSION");
}

void
kexec_inspection_read_unpacked (const KexecInspection *self, const KexecInput *unpacked)
{
  KexecKernel *kernel = self->kernel;

  if (kernel->release == NULL)
    kexec_banner_find (unpacked, self->watch, &kernel->release, &kernel->version);
  if (kernel->config == NULL)
    kernel->config = kexec_kernel_config_find (unpacked);
}
