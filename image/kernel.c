/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells kernels from other files, hands each format to its reader, and explains the rest. */
#include "image/kernel.h"

#include <unistd.h>

#include "image/bytes.h"
#include "image/bzimage.h"
#include "image/magic.h"

/* Where an ELF header says for which machine it is, and what the numbers mean (elf.h). */
#define ELF_MACHINE 18

static const struct {
  guint16 machine;
  const char *architecture;
} elf_machines[] = {
  { 3, "i686" },    { 8, "mips" },      { 21, "ppc64" },    { 22, "s390x" }, { 40, "arm" },
  { 62, "x86_64" }, { 183, "aarch64" }, { 243, "riscv64" }, { 20, "ppc" },   { 258, "loongarch64" },
};

/*
 * Formats that are kernels, but none that this version loads. The architecture is NULL where the
 * format alone does not tell.
 */
static const struct {
  const char *architecture;
  const char *remedy;
} foreign[KEXEC_N_MAGICS] = {
  [KEXEC_MAGIC_ARM64] = { "aarch64", "this version loads only x86_64 kernels" },
  [KEXEC_MAGIC_RISCV64] = { "riscv64", "this version loads only x86_64 kernels" },
  [KEXEC_MAGIC_ARM_ZIMAGE] = { "arm", "this version loads only x86_64 kernels" },
  [KEXEC_MAGIC_EFI_ZBOOT] = { NULL, "this version does not unpack it, so name a bzImage" },
  [KEXEC_MAGIC_ELF] = { NULL, "if it is a vmlinux, name the bzImage that was built with it" },
  [KEXEC_MAGIC_PE] = { NULL, "if it is a unified kernel image, name the kernel and the initrd that "
                             "it was made of" },
};

/* What to do about a file that is no kernel at all; the end of the sentence that names it. */
static const char *
remedy (KexecMagic magic)
{
  switch (magic) {
  case KEXEC_MAGIC_CPIO:
    return "it looks like an initrd, so see whether the kernel and the initrd changed places";
  case KEXEC_MAGIC_EMPTY:
  case KEXEC_MAGIC_ZEROS:
    return "it was probably not written to its end, so install the kernel again";
  case KEXEC_MAGIC_TEXT:
  case KEXEC_MAGIC_UNKNOWN:
    return "name a kernel file, usually /boot/vmlinuz-VERSION";
  default:
    return "give an initrd as one, and unpack a compressed kernel first";
  }
}

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

static const char *
elf_architecture (const guint8 *data, gsize size)
{
  gboolean is_big_endian = size > 5 && data[5] == 2;
  guint16 machine;

  if (size < ELF_MACHINE + 2)
    return NULL;
  machine = kexec_le16 (data + ELF_MACHINE);
  if (is_big_endian)
    machine = GUINT16_SWAP_LE_BE (machine);
  for (guint i = 0; i < G_N_ELEMENTS (elf_machines); i++)
    if (elf_machines[i].machine == machine)
      return elf_machines[i].architecture;
  return NULL;
}

static GVariant *
describe (const KexecKernel *self)
{
  g_auto (GVariantDict) args = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&args, "format", "s", self->format);
  g_variant_dict_insert (&args, "size", "t", self->size);
  if (self->architecture != NULL)
    g_variant_dict_insert (&args, "architecture", "s", self->architecture);
  return g_variant_dict_end (&args);
}

static void
refuse_foreign (const KexecKernel *self, KexecMagic magic, const char *subject, const char *machine,
                KexecFindings *findings)
{
  const char *name = *subject != '\0' ? subject : "The kernel";

  if (self->architecture != NULL && g_strcmp0 (self->architecture, machine) != 0)
    kexec_findings_add (findings, KEXEC_FINDING_KERNEL_OTHER_ARCHITECTURE, subject, describe (self),
                        "%s is %s for %s, but this machine is %s; choose a kernel for %s", name,
                        kexec_magic_describe (magic), self->architecture, machine, machine);
  else
    kexec_findings_add (findings, KEXEC_FINDING_KERNEL_UNSUPPORTED, subject, describe (self),
                        "%s is %s, which cannot be loaded as it is; %s", name,
                        kexec_magic_describe (magic), foreign[magic].remedy);
}

KexecKernel *
kexec_kernel_inspect (const KexecInput *input, const char *subject, const KexecMachine *machine,
                      const char *profile, const KexecWatch *watch, KexecFindings *findings)
{
  KexecKernel *self = kernel_new ();
  g_autoptr (GBytes) bytes = kexec_input_load (input, 0, input->size);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  KexecMagic magic = kexec_magic_identify (data, size);

  self->format = kexec_magic_name (magic);
  self->size = size;
  g_ptr_array_add (self->layers, (char *) self->format);
  self->architecture =
    magic == KEXEC_MAGIC_ELF ? elf_architecture (data, size) : foreign[magic].architecture;
  if (magic == KEXEC_MAGIC_BZIMAGE)
    kexec_bzimage_inspect (self, data, size, subject, machine->architecture, findings);
  else if (foreign[magic].remedy != NULL)
    refuse_foreign (self, magic, subject, machine->architecture, findings);
  else
    kexec_findings_add (findings, KEXEC_FINDING_NOT_A_KERNEL, subject, describe (self),
                        "%s is %s, not a kernel; %s", *subject != '\0' ? subject : "The file",
                        kexec_magic_describe (magic), remedy (magic));
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
