/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text, taken for mountinfo and for fstab. */
#include "boot/root-source.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autofree char *mounted = kexec_root_source_parse_mountinfo (text);
  g_autofree char *listed = kexec_root_source_parse_fstab (text);

  g_assert_true (mounted == NULL || *mounted != '\0');
  g_assert_true (listed == NULL || *listed != '\0');
  return 0;
}
