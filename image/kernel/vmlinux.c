/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ELF files: kernels, and what is taken for one. */
#include "image/kernel/elf.h"
#include "image/kernel/kernel-formats.h"

#include <string.h>

#include "image/kernel/banner.h"
#include "image/kernel/embedded.h"
#include "image/kernel/native.h"
#include "image/search.h"

#define VERMAGIC     "vermagic="
#define VERMAGIC_MAX 256

/* A module says which kernel it belongs to (Linux: include/linux/vermagic.h). */
static gboolean
read_vermagic (const guint8 *text, gsize size, guint64 offset, gpointer user_data)
{
  g_autofree char *rest = NULL;
  const gsize skip = strlen (VERMAGIC);

  return size > skip && g_ascii_isdigit ((char) text[skip]) &&
         kexec_version_parse ((const char *) text + skip, size - skip, user_data, &rest);
}

static void
refuse_object (const KexecInspection *self)
{
  g_autofree char *release = NULL;

  if (kexec_search (self->input, VERMAGIC, strlen (VERMAGIC), VERMAGIC_MAX, self->watch,
                    read_vermagic, &release))
    kexec_inspection_refuse (self, KEXEC_FINDING_NOT_A_KERNEL,
                             "is a kernel module of %s, not a kernel; name the kernel that loads "
                             "it, usually /boot/vmlinuz-%s",
                             release, release);
  else
    kexec_inspection_refuse (self, KEXEC_FINDING_NOT_A_KERNEL,
                             "is an ELF object file, not a kernel; name a kernel file, usually "
                             "/boot/vmlinuz-VERSION");
}

static gboolean
refuse_program (const KexecInspection *self, const char *what)
{
  return kexec_inspection_refuse (
    self, KEXEC_FINDING_NOT_A_KERNEL,
    "is %s, not a kernel; name a kernel file, usually /boot/vmlinuz-VERSION", what);
}

/* Returns: what else it is; NULL: it may be a kernel. */
static const char *
describe_program (const KexecElf *elf)
{
  if (elf->type == KEXEC_ELF_CORE)
    return "a memory dump of a program or a kernel";
  if (elf->has_interpreter)
    return "a program";
  if (elf->type != KEXEC_ELF_EXECUTABLE && elf->type != KEXEC_ELF_SHARED)
    return "an ELF file of an unknown type";
  if (elf->n_segments == 0)
    return "an ELF file with nothing to load (perhaps symbols for a debugger)";
  return NULL;
}

/*
 * Every Linux carries its banner. Some architectures (mips, parisc) wrap it into an ELF file that
 * unpacks itself. Programs and other systems have none.
 */
static gboolean
check_kernel (const KexecInspection *self, const KexecElf *elf)
{
  KexecInput loaded = kexec_input_slice (self->input, elf->start, elf->end - elf->start);

  kexec_inspection_read_unpacked (self, &loaded);
  if (self->kernel->release != NULL)
    return TRUE;
  if (elf->type == KEXEC_ELF_SHARED && elf->has_dynamic)
    return refuse_program (self, "a shared library, or a program");
  if (kexec_embedded_read (self, elf->end))
    return TRUE;
  return refuse_program (self, "an ELF file in which no Linux can be found: a program, or another "
                               "system");
}

void
kexec_vmlinux_inspect (KexecInspection *self)
{
  KexecKernel *kernel = self->kernel;
  const char *problem;
  const char *program;
  KexecElf elf;
  gboolean is_sane = kexec_elf_read (self->input, &elf, &problem);

  kernel->architecture = elf.architecture;
  if (elf.type == KEXEC_ELF_RELOCATABLE) {
    refuse_object (self);
    return;
  }
  if (!is_sane) {
    kexec_inspection_refuse_damaged (self, problem);
    return;
  }
  program = describe_program (&elf);
  if (program != NULL) {
    refuse_program (self, program);
    return;
  }
  if (elf.end > self->input->size) {
    kexec_inspection_refuse_truncated (self, elf.end);
    return;
  }
  if (!check_kernel (self, &elf))
    return;
  kernel->init_size = elf.memory_size;
  kernel->cmdline_limit = kexec_native_cmdline_limit (kernel->architecture);
  if (kexec_inspection_check_native (self) && kexec_inspection_check_memory (self))
    kexec_inspection_check_signature (self);
}
