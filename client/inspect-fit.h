/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the files that are named in one command fit together. */
#pragma once

#include "client/inspect-file.h"

/**
 * kexec_inspect_fit:
 * @path: the kernel's file
 * @initrds: (element-type KexecInitrd): in loading order
 * @subject: what they are, for findings about them
 *
 * As kexec_fit_check(), with the configuration that the kernel carries, or config-RELEASE beside
 * its file.
 */
void kexec_inspect_fit (const char *path, const KexecKernel *kernel, const GPtrArray *initrds,
                        const char *subject, const char *cmdline, const KexecMachine *machine,
                        KexecFindings *findings);

/**
 * kexec_inspect_together:
 * @files: (element-type KexecInspected)
 *
 * If among them are one kernel, not a UKI, and at least one initrd that is good by itself: fills
 * the kernel's "together". Returns: (nullable) (transfer none): that kernel.
 */
const KexecInspected *kexec_inspect_together (const GPtrArray *files, const KexecMachine *machine);
