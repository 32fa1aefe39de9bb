/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text, taken for crypttab and for a command line. */
#include "boot/crypttab.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  kexec_crypttab_find_tpm (text, names);
  kexec_crypttab_find_tpm_in_cmdline (text, names);
  g_assert_cmpuint (names->len, <=, 64);
  for (guint i = 0; i < names->len; i++)
    g_assert_true (g_utf8_validate (names->pdata[i], -1, NULL));
  return 0;
}
