/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes, taken for a boot option of the firmware. */
#include <string.h>

#include "boot/loader.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree guint8 *copy = g_memdup2 (data, size); /* of just this size, for the sanitizer */
  g_autofree char *path = kexec_loader_option_path (copy, size);

  if (path != NULL)
    g_assert_true (g_utf8_validate (path, -1, NULL));
  return 0;
}
