/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * EFI programs that are no kernels: which one, by what such programs say of themselves. ".sbat" is
 * a table of components (shim, SBAT.md); ".sdmagic" a line in systemd's programs
 * (src/boot/efi/util.h, "LoaderInfo").
 */
#include <string.h>

#include "image/kernel/kernel-formats.h"

/* More of a section than this is not read. */
#define SECTION_MAX 4096

/* In the text of the section; the first row that is found wins. */
static const struct {
  const char *section;
  const char *text;
  const char *description;
} programs[] = {
  { ".sdmagic", "systemd-boot", "the boot loader systemd-boot" },
  { ".sdmagic", "systemd-stub",
    "the stub that unified kernel images are made of, without a kernel" },
  { ".sdmagic", "systemd-addon", "an addon of a unified kernel image, which cannot boot alone" },
  { ".sbat", "\nsystemd-boot,", "the boot loader systemd-boot" },
  { ".sbat", "\nsystemd-stub,",
    "the stub that unified kernel images are made of, without a kernel" },
  { ".sbat", "\ngrub,", "the boot loader GRUB" },
  { ".sbat", "\nshim,", "the boot loader shim, or one of its helpers" },
  { ".sbat", "\nrefind,", "the boot loader rEFInd" },
  { ".sbat", "\nipxe,", "the network boot loader iPXE" },
  { ".sbat", "\nfwupd-efi,", "fwupd's program that updates firmware" },
  { ".sbat", "memtest86+,", "memtest86+, a memory test" },
  { ".sbat", "\nzfsbootmenu,", "ZFSBootMenu" },
  { "mods", "", "the boot loader GRUB" },
  { ".pad", "", "the Xen hypervisor" },
};

static char *
load_text (const KexecInspection *self, const KexecPeSection *section)
{
  g_autofree char *text = g_malloc0 (SECTION_MAX + 1);
  gsize size =
    kexec_input_read (self->input, section->offset, text, MIN (section->size, SECTION_MAX));

  for (gsize i = 0; i < size; i++)
    if (text[i] == '\0')
      text[i] = ' ';
  return g_steal_pointer (&text);
}

static const char *
find_in_section (const KexecInspection *self, const KexecPeSection *section)
{
  g_autofree char *text = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (programs); i++) {
    if (!g_str_equal (programs[i].section, section->name))
      continue;
    if (text == NULL)
      text = load_text (self, section);
    if (strstr (text, programs[i].text) != NULL)
      return programs[i].description;
  }
  return NULL;
}

static const char *
find_program (const KexecInspection *self, const KexecPe *pe)
{
  for (guint i = 0; i < pe->sections->len; i++) {
    const char *found = find_in_section (self, &g_array_index (pe->sections, KexecPeSection, i));

    if (found != NULL)
      return found;
  }
  return NULL;
}

void
kexec_efi_program_inspect (KexecInspection *self)
{
  const char *problem;
  g_autoptr (KexecPe) pe = kexec_pe_read (self->input, &problem);
  const char *program;

  if (pe == NULL) {
    kexec_inspection_refuse (self, KEXEC_FINDING_NOT_A_KERNEL,
                             "is a DOS program, or an EFI program that is damaged, not a kernel; "
                             "name a kernel file, usually /boot/vmlinuz-VERSION");
    return;
  }
  self->kernel->architecture = kexec_pe_architecture (pe);
  program = find_program (self, pe);
  if (program != NULL)
    kexec_inspection_refuse (self, KEXEC_FINDING_NOT_A_KERNEL,
                             "is an EFI program, not a kernel: %s; name a kernel file, usually "
                             "/boot/vmlinuz-VERSION",
                             program);
  else
    kexec_inspection_refuse (self, KEXEC_FINDING_NOT_A_KERNEL,
                             "is an EFI program, not a kernel; name a kernel file, usually "
                             "/boot/vmlinuz-VERSION, or a unified kernel image");
}
