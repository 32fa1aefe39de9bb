/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/kind.h"

#include <string.h>

#include "image/kernel/unwrap.h"
#include "image/uki/pe.h"
#include "image/uki/uki.h"

/* What kexec_magic_identify() looks at. */
#define HEAD_SIZE 4096

static const char *const names[] = {
  [KEXEC_KIND_KERNEL] = "kernel",
  [KEXEC_KIND_INITRD] = "initrd",
  [KEXEC_KIND_ADDON] = "addon",
};

/* What an addon can add (UAPI.5, "PE Addons"); a boot loader has none of these. */
static const char *const addon_sections[] = { ".cmdline", ".initrd", ".ucode", ".dtb", ".dtbauto" };

static KexecKind
identify_packed (const KexecInput *input, KexecMagic format)
{
  guint8 head[HEAD_SIZE];
  gsize size = kexec_unwrap_peek (input, format, head, sizeof head);
  KexecMagic magic = kexec_magic_identify (head, size);

  return magic == KEXEC_MAGIC_CPIO || magic == KEXEC_MAGIC_EMPTY ? KEXEC_KIND_INITRD
                                                                 : KEXEC_KIND_KERNEL;
}

static gboolean
adds_something (const KexecPe *pe)
{
  for (guint i = 0; i < pe->sections->len; i++) {
    const KexecPeSection *section = &g_array_index (pe->sections, KexecPeSection, i);

    for (guint j = 0; j < G_N_ELEMENTS (addon_sections); j++)
      if (g_str_equal (section->name, addon_sections[j]))
        return TRUE;
  }
  return FALSE;
}

static KexecKind
identify_efi_program (const KexecInput *input)
{
  const char *problem;
  g_autoptr (KexecPe) pe = kexec_pe_read (input, &problem);

  if (pe == NULL || kexec_uki_recognize (input) || !adds_something (pe))
    return KEXEC_KIND_KERNEL;
  return KEXEC_KIND_ADDON;
}

KexecKind
kexec_kind_identify (const KexecInput *input)
{
  guint8 head[HEAD_SIZE];
  gsize size = kexec_input_read (input, 0, head, sizeof head);
  KexecMagic magic = kexec_magic_identify (head, size);

  if (magic == KEXEC_MAGIC_CPIO)
    return KEXEC_KIND_INITRD;
  if (magic == KEXEC_MAGIC_PE)
    return identify_efi_program (input);
  if (kexec_magic_is_archive (magic) || magic == KEXEC_MAGIC_LZ4_FRAME)
    return identify_packed (input, magic);
  return KEXEC_KIND_KERNEL;
}

const char *
kexec_kind_name (KexecKind kind)
{
  g_return_val_if_fail (kind < G_N_ELEMENTS (names), NULL);
  return names[kind];
}
