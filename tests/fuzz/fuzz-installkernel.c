/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text, taken for Gentoo's list of installed kernels. */
#include <string.h>

#include "boot/entry.h"
#include "boot/installkernel.h"
#include "tests/fuzz/fuzz.h"

static void
check_path (const char *path)
{
  g_assert_cmpint (*path, ==, '/');
  g_assert_null (strstr (path, "/../"));
  g_assert_true (g_utf8_validate (path, -1, NULL));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GPtrArray) kernels = kexec_installkernel_parse (text);

  g_assert_cmpuint (kernels->len, <=, KEXEC_INSTALLKERNEL_MAX);
  for (guint i = 0; i < kernels->len; i++) {
    const KexecInstalledKernel *kernel = kernels->pdata[i];

    check_path (kernel->kernel);
    if (kernel->initrd != NULL)
      check_path (kernel->initrd);
    g_assert_true (*kernel->version == '\0' || kexec_entry_is_id (kernel->version));
  }
  return 0;
}
