/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes, taken for an EFI variable that holds a text. */
#include "boot/scan.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = size <= 4096 ? kexec_efi_string_parse (data, size) : NULL;

  g_assert_true (text == NULL || g_utf8_validate (text, -1, NULL));
  for (const char *p = text; p != NULL && *p != '\0'; p++)
    g_assert_false (g_ascii_iscntrl (*p));
  return 0;
}
