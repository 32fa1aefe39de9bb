/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two lines, compared as versions; and the first, taken apart as a kernel's name. */
#include "boot/kernel-name.h"
#include "boot/version.h"
#include "tests/fuzz/fuzz.h"

static int
sign (int number)
{
  return (number > 0) - (number < 0);
}

static void
check_name (const char *file)
{
  g_autoptr (KexecKernelName) name = kexec_kernel_name_parse (file);
  g_auto (GStrv) initrds = NULL;

  if (name == NULL)
    return;
  initrds = kexec_kernel_name_initrds (name, "6.1.0");
  g_assert_nonnull (initrds[0]);
  g_assert_true (*name->base == '\0' || kexec_entry_is_id (name->label));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 3);
  const char *a = lines[0] != NULL ? lines[0] : "";
  const char *b = lines[0] != NULL && lines[1] != NULL ? lines[1] : "";

  g_assert_cmpint (kexec_version_compare (a, a), ==, 0);
  g_assert_cmpint (sign (kexec_version_compare (a, b)), ==, -sign (kexec_version_compare (b, a)));
  check_name (a);
  return 0;
}
