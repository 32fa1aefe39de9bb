/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a kernel was configured: /boot/config-RELEASE, or the copy that it may carry in itself. */
#pragma once

#include "image/input.h"

/* A file larger than this is no kernel configuration. */
#define KEXEC_KERNEL_CONFIG_MAX (2 * 1024 * 1024)

typedef struct KexecKernelConfig KexecKernelConfig;

typedef enum {
  KEXEC_CONFIG_UNKNOWN, /* there is no configuration, or none that speaks of this option */
  KEXEC_CONFIG_NO,
  KEXEC_CONFIG_MODULE,
  KEXEC_CONFIG_YES,
} KexecConfigValue;

/** Returns: (transfer full) (nullable): %NULL if @text is no kernel configuration. */
KexecKernelConfig *kexec_kernel_config_parse (const char *text, gsize length);

/**
 * kexec_kernel_config_find:
 * @input: an unpacked kernel
 *
 * Looks for the copy of CONFIG_IKCONFIG: gzip between "IKCFG_ST" and "IKCFG_ED" (Linux:
 * kernel/configs.c). Returns: (transfer full) (nullable)
 */
KexecKernelConfig *kexec_kernel_config_find (const KexecInput *input);

void kexec_kernel_config_free (KexecKernelConfig *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecKernelConfig, kexec_kernel_config_free)

/**
 * kexec_kernel_config_get:
 * @self: (nullable)
 * @option: "CONFIG_RD_ZSTD"
 *
 * An option that a configuration of this kind always mentions and this one does not is NO, and so
 * is an empty string.
 */
KexecConfigValue kexec_kernel_config_get (const KexecKernelConfig *self, const char *option);
