/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/kernel-config.h"

struct KexecKernelConfig {
  GHashTable *options;
};

KexecKernelConfig *
kexec_kernel_config_parse (const char *text, gsize length)
{
  return NULL;
}

KexecKernelConfig *
kexec_kernel_config_find (const KexecInput *input)
{
  return NULL;
}

void
kexec_kernel_config_free (KexecKernelConfig *self)
{
  g_hash_table_unref (self->options);
  g_free (self);
}

KexecConfigValue
kexec_kernel_config_get (const KexecKernelConfig *self, const char *option)
{
  return KEXEC_CONFIG_UNKNOWN;
}
