/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells kernels from other files, and hands each format to its reader. */
#include "image/kernel/kernel.h"

#include <unistd.h>

#include "image/kernel/bzimage.h"
#include "image/kernel/kernel-formats.h"

/* Who reads what. What has no reader is no kernel. */
static void (*const readers[KEXEC_N_MAGICS]) (KexecInspection *) = {
  [KEXEC_MAGIC_BZIMAGE] = kexec_bzimage_inspect,
  [KEXEC_MAGIC_ARM64] = kexec_raw_image_inspect,
  [KEXEC_MAGIC_RISCV64] = kexec_raw_image_inspect,
  [KEXEC_MAGIC_LOONGARCH64] = kexec_raw_image_inspect,
  [KEXEC_MAGIC_ARM_ZIMAGE] = kexec_zimage_inspect,
  [KEXEC_MAGIC_S390] = kexec_s390_image_inspect,
  [KEXEC_MAGIC_EFI_ZBOOT] = kexec_zboot_inspect,
  [KEXEC_MAGIC_ELF] = kexec_vmlinux_inspect,
  [KEXEC_MAGIC_PE] = kexec_efi_program_inspect,
  [KEXEC_MAGIC_UIMAGE] = kexec_uimage_inspect,
  [KEXEC_MAGIC_DEVICETREE] = kexec_devicetree_inspect,
  [KEXEC_MAGIC_ANDROID] = kexec_android_inspect,
  [KEXEC_MAGIC_GZIP] = kexec_compressed_inspect,
  [KEXEC_MAGIC_XZ] = kexec_compressed_inspect,
  [KEXEC_MAGIC_ZSTD] = kexec_compressed_inspect,
  [KEXEC_MAGIC_LZ4] = kexec_compressed_inspect,
  [KEXEC_MAGIC_LZ4_FRAME] = kexec_compressed_inspect,
  [KEXEC_MAGIC_LZO] = kexec_compressed_inspect,
  [KEXEC_MAGIC_LZMA] = kexec_compressed_inspect,
  [KEXEC_MAGIC_BZIP2] = kexec_compressed_inspect,
};

void
kexec_kernel_free (KexecKernel *self)
{
  g_free (self->release);
  g_free (self->version);
  g_ptr_array_unref (self->layers);
  g_array_unref (self->sections);
  g_ptr_array_unref (self->signatures);
  g_clear_pointer (&self->inner_signatures, g_ptr_array_unref);
  g_clear_pointer (&self->uki, kexec_uki_free);
  g_clear_pointer (&self->config, kexec_kernel_config_free);
  if (self->image_fd >= 0)
    close (self->image_fd);
  g_free (self);
}

static KexecKernel *
kernel_new (void)
{
  KexecKernel *self = g_new0 (KexecKernel, 1);

  self->layers = g_ptr_array_new ();
  self->sections = g_array_new (FALSE, TRUE, sizeof (KexecPeSection));
  self->signatures = g_ptr_array_new ();
  self->image_fd = -1;
  return self;
}

gboolean
kexec_kernel_is_signed (const KexecKernel *self)
{
  return self->signatures->len > 0;
}

/* Of the file itself: what is inside of a wrapper has sections of its own. */
static void
read_sections (const KexecInspection *self)
{
  const char *problem;
  g_autoptr (KexecPe) pe = kexec_pe_read (self->input, &problem);

  if (pe != NULL && pe->sections->len > 0)
    g_array_append_vals (self->kernel->sections, pe->sections->data, pe->sections->len);
}

static void
refuse_other (const KexecInspection *self)
{
  kexec_inspection_refuse (self, KEXEC_FINDING_NOT_A_KERNEL, "is %s, not a kernel; %s",
                           kexec_magic_describe (self->magic), kexec_magic_remedy (self->magic));
}

void
kexec_inspection_run (KexecInspection *self)
{
  gsize size = (gsize) MIN (self->input->size, KEXEC_KERNEL_HEAD_SIZE);
  g_autoptr (GBytes) head = kexec_input_load (self->input, 0, size);
  KexecKernel *kernel = self->kernel;
  gboolean is_uki = kexec_uki_recognize (self->input);

  self->magic = KEXEC_MAGIC_UNKNOWN;
  if (head != NULL) {
    self->head = g_bytes_get_data (head, &self->head_size);
    self->magic = kexec_magic_identify (self->head, self->head_size);
  }
  g_ptr_array_add (kernel->layers, (char *) (is_uki ? "uki" : kexec_magic_name (self->magic)));
  kernel->format = kernel->layers->pdata[0];
  if (self->depth == 0)
    read_sections (self);
  if (head == NULL)
    kexec_inspection_refuse_unreadable (self);
  else if (self->depth > KEXEC_INSPECTION_DEPTH_MAX)
    kexec_inspection_refuse (self, KEXEC_FINDING_KERNEL_MALFORMED,
                             "is wrapped more often than any kernel is; name a kernel file, "
                             "usually /boot/vmlinuz-VERSION");
  else if (is_uki)
    kexec_uki_inspect (self);
  else if (readers[self->magic] != NULL)
    readers[self->magic](self);
  else
    refuse_other (self);
  /* The head goes when this returns. */
  self->head = NULL;
  self->head_size = 0;
}

gboolean
kexec_inspection_run_inner (const KexecInspection *self, const KexecInput *inner)
{
  const char *where = *self->subject != '\0' ? self->subject : "the file";
  g_autofree char *name = g_strdup_printf ("The kernel in %s", where);
  g_autofree char *thing = g_strdup_printf ("What is in %s", where);
  KexecInspection inspection = *self;
  guint n_findings = self->findings->len;

  inspection.input = inner;
  inspection.name = name;
  inspection.thing = thing;
  inspection.depth++;
  kexec_inspection_run (&inspection);
  for (guint i = n_findings; i < self->findings->len; i++) {
    const KexecFinding *finding = self->findings->pdata[i];

    if (kexec_finding_severity (finding->code) == KEXEC_SEVERITY_BLOCKER)
      return FALSE;
  }
  return TRUE;
}

KexecKernel *
kexec_kernel_inspect (const KexecInput *input, const char *subject, const KexecMachine *machine,
                      const char *profile, const KexecWatch *watch, KexecFindings *findings)
{
  KexecKernel *self = kernel_new ();
  KexecInspection inspection = {
    .input = input,
    .name = *subject != '\0' ? subject : "The kernel",
    .thing = *subject != '\0' ? subject : "The file",
    .subject = subject,
    .machine = machine,
    .profile = profile,
    .watch = watch,
    .findings = findings,
    .kernel = self,
  };

  self->size = input->size;
  kexec_inspection_run (&inspection);
  return self;
}

char *
kexec_kernel_read_release (GBytes *head)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (head, &size);
  g_autofree char *version = NULL;
  char *release = NULL;

  if (kexec_magic_identify (data, size) == KEXEC_MAGIC_BZIMAGE)
    kexec_bzimage_read_version (data, size, &release, &version);
  return release;
}
