/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells an initrd from other files, and says what else a wrong file is. */
#include "image/initrd.h"

#include "image/magic.h"

void
kexec_initrd_free (KexecInitrd *self)
{
  g_array_unref (self->segments);
  g_ptr_array_unref (self->releases);
  g_free (self);
}

/* What to do about a file of this kind; the end of the sentence that names it. */
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
  case KEXEC_MAGIC_LZ4_FRAME:
    return "kernels unpack only lz4's legacy format, so compress it again with \"lz4 -l\"";
  case KEXEC_MAGIC_EMPTY:
  case KEXEC_MAGIC_ZEROS:
    return "it was probably not written to its end, so make it again";
  default:
    return "name an initrd, or make this one again with the tool that made it";
  }
}

KexecInitrd *
kexec_initrd_inspect (const KexecInput *input, const char *subject, const KexecWatch *watch,
                      KexecFindings *findings)
{
  KexecInitrd *self = g_new0 (KexecInitrd, 1);
  g_autoptr (GBytes) bytes = kexec_input_load (input, 0, input->size);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  KexecMagic magic = kexec_magic_identify (data, size);

  self->format = kexec_magic_name (magic);
  self->size = size;
  self->segments = g_array_new (FALSE, TRUE, sizeof (KexecInitrdSegment));
  self->releases = g_ptr_array_new_with_free_func (g_free);
  if (!kexec_magic_is_archive (magic)) {
    g_auto (GVariantDict) args = G_VARIANT_DICT_INIT (NULL);

    g_variant_dict_insert (&args, "format", "s", self->format);
    g_variant_dict_insert (&args, "size", "t", self->size);
    kexec_findings_add (findings, KEXEC_FINDING_NOT_AN_INITRD, subject, g_variant_dict_end (&args),
                        "%s is %s, not an initrd; %s", *subject != '\0' ? subject : "The initrd",
                        kexec_magic_describe (magic), remedy (magic));
  }
  return self;
}

void
kexec_initrds_inspect (KexecInitrdJob *jobs, guint n_jobs, const KexecWatch *watch,
                       KexecFindings *findings)
{
  for (guint i = 0; i < n_jobs; i++)
    jobs[i].initrd = kexec_initrd_inspect (&jobs[i].input, jobs[i].subject, watch, findings);
}
