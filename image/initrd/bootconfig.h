/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The boot configuration that "bootconfig -a" appends to an initrd. */
#pragma once

#include "image/input.h"

/* A larger one no kernel reads (Linux: include/linux/bootconfig.h, XBC_DATA_MAX), and no tool
   writes. */
#define KEXEC_BOOTCONFIG_MAX (32 * 1024)

/**
 * kexec_bootconfig_find:
 * @input: an initrd
 *
 * The configuration, its size and its checksum, 4 bytes each, and "#BOOTCONFIG\n" end the file; up
 * to 3 bytes may follow. Kernels take that off before they unpack the rest (Linux: init/main.c,
 * get_boot_config_from_initrd; Documentation/admin-guide/bootconfig.rst).
 *
 * Returns: where it begins, in bytes; the size of @input if there is none, or its checksum is
 * wrong.
 */
guint64 kexec_bootconfig_find (const KexecInput *input);
