/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of architectures. */
#include "boot/bls/architecture.h"

/* UEFI specification, "Removable Media Boot Behavior": the names of architectures in those of boot
   files. */
static const struct {
  const char *machine; /* the name that uname(2) says, or a pattern for several */
  const char *name;
  const char *efi;
} architectures[] = {
  { "x86_64", "x86_64", "x64" },
  { "i?86", "i686", "ia32" },
  { "aarch64", "aarch64", "aa64" },
  { "arm*", "arm", "arm" },
  { "riscv32", "riscv32", "riscv32" },
  { "riscv64", "riscv64", "riscv64" },
  { "loongarch64", "loongarch64", "loongarch64" },
};

const char *
kexec_bls_architecture_of (const char *machine)
{
  for (guint i = 0; i < G_N_ELEMENTS (architectures); i++)
    if (g_pattern_match_simple (architectures[i].machine, machine))
      return architectures[i].name;
  return NULL;
}

gboolean
kexec_bls_architecture_is (const char *architecture, const char *efi)
{
  for (guint i = 0; i < G_N_ELEMENTS (architectures); i++)
    if (g_str_equal (architectures[i].name, architecture))
      return g_ascii_strcasecmp (architectures[i].efi, efi) == 0;
  return FALSE;
}
