/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes, taken for a kernel configuration, and for a kernel that carries one. */
#include "image/kernel/kernel-config.h"
#include "tests/fuzz/fuzz.h"

static void
ask (const KexecKernelConfig *config)
{
  static const char *const options[] = { "CONFIG_RD_ZSTD", "CONFIG_A", "CONFIG_", "" };

  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    g_assert_cmpint (kexec_kernel_config_get (config, options[i]), <=, KEXEC_CONFIG_YES);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const KexecInput input = kexec_input_from_data (data, size);
  g_autoptr (KexecKernelConfig) parsed = kexec_kernel_config_parse ((const char *) data, size);
  g_autoptr (KexecKernelConfig) found = kexec_kernel_config_find (&input);

  ask (parsed);
  ask (found);
  return 0;
}
