/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The x86 kernel file. Its setup header is described in Linux's Documentation/arch/x86/boot.rst;
 * what kexec_file_load(2) asks of it stands in arch/x86/kernel/kexec-bzimage64.c.
 */
#pragma once

#include "image/kernel.h"

/**
 * kexec_bzimage_inspect:
 * @kernel: (inout): gets what the header tells; its format and size are set
 * @data: the whole file
 * @subject: what to call it in findings
 * @machine: the architecture it has to boot on, as uname(2) says it
 *
 * Stops at the first check that fails: what comes after would be read from a file that is damaged.
 */
void kexec_bzimage_inspect (KexecKernel *kernel, const guint8 *data, gsize size,
                            const char *subject, const char *machine, KexecFindings *findings);

/**
 * kexec_bzimage_read_version:
 * @data: the beginning of the file: KEXEC_KERNEL_HEAD_SIZE bytes of it, or all
 * @release: (out) (transfer full): "6.1.0-30-amd64"
 * @version: (out) (transfer full): what follows it, "(builder) #1 SMP …"; may be empty
 *
 * Returns: %FALSE if the header leads to no version string.
 */
gboolean kexec_bzimage_read_version (const guint8 *data, gsize size, char **release,
                                     char **version);
