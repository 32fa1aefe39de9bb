/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of machines whose kernels have kexec_file_load(2). */
#include "image/kernel/native.h"

#include <string.h>

/* A machine whose kernel has kexec_file_load(2), and the formats that it takes. */
static const struct {
  const char *machine;
  KexecMagic formats[2];
  guint cmdline_size; /* with the NUL */
  const char *remedy;
} machines[] = {
  { "x86_64",
    { KEXEC_MAGIC_BZIMAGE },
    0, /* each kernel's header says it */
    "name the bzImage that was built with it, usually /boot/vmlinuz-VERSION" },
  { "aarch64",
    { KEXEC_MAGIC_ARM64 },
    2048,
    "name the Image that was built with it, usually /boot/vmlinuz-VERSION" },
  { "riscv64",
    { KEXEC_MAGIC_RISCV64, KEXEC_MAGIC_ELF },
    1024,
    "name the Image or the vmlinux that was built with it" },
  { "loongarch64",
    { KEXEC_MAGIC_LOONGARCH64, KEXEC_MAGIC_ELF },
    4096,
    "name the vmlinux that was built with it" },
  { "ppc64le", { KEXEC_MAGIC_ELF }, 2048, "name the vmlinux that was built with it" },
  { "ppc64", { KEXEC_MAGIC_ELF }, 2048, "name the vmlinux that was built with it" },
  { "s390x",
    { KEXEC_MAGIC_S390, KEXEC_MAGIC_ELF },
    896,
    "name the image that was built with it, usually /boot/vmlinuz-VERSION" },
  { "parisc64", { KEXEC_MAGIC_ELF }, 1024, "name the vmlinux that was built with it" },
  { "parisc", { KEXEC_MAGIC_ELF }, 1024, "name the vmlinux that was built with it" },
};

static gint
find (const char *machine)
{
  for (guint i = 0; i < G_N_ELEMENTS (machines); i++)
    if (g_strcmp0 (machines[i].machine, machine) == 0)
      return (gint) i;
  return -1;
}

gboolean
kexec_native_is (const char *machine, const char *architecture)
{
  if (g_strcmp0 (machine, architecture) == 0)
    return TRUE;
  if (machine == NULL || *machine == '\0')
    return FALSE;
  if (g_str_equal (architecture, "arm"))
    return g_str_has_prefix (machine, "armv") && g_str_has_suffix (machine, "l");
  if (g_str_equal (architecture, "i686"))
    return strlen (machine) == 4 && machine[0] == 'i' && g_str_has_suffix (machine, "86");
  return FALSE;
}

gboolean
kexec_native_takes (const char *machine, KexecMagic format)
{
  gint i = find (machine);

  return i >= 0 && format != KEXEC_MAGIC_UNKNOWN &&
         (machines[i].formats[0] == format || machines[i].formats[1] == format);
}

const char *
kexec_native_remedy (const char *machine)
{
  gint i = find (machine);

  return i >= 0 ? machines[i].remedy
                : "kernels for this machine have no kexec_file_load(2), so use kexec(8) of "
                  "kexec-tools";
}

guint
kexec_native_cmdline_limit (const char *architecture)
{
  gint i = find (architecture);

  return i >= 0 && machines[i].cmdline_size > 0 ? machines[i].cmdline_size - 1 : 0;
}
