/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a kernel, its initrds and a machine fit together: each may be good alone. */
#pragma once

#include "image/initrd/initrd.h"
#include "image/kernel/kernel.h"

/**
 * kexec_fit_check:
 * @initrds: (element-type KexecInitrd): in loading order; may be empty
 * @config: (nullable): the kernel's configuration, where it is known
 * @cmdline: what it is booted with: "rdinit=" names another init, "noinitrd" none
 * @machine: what it is to boot on
 *
 * Looks for an initrd that is missing, modules of another release, initrds without an init, with
 * nothing but microcode, behind something that makes the kernel stop unpacking, in a compression
 * that this kernel was built without, and for too little memory.
 */
void kexec_fit_check (const KexecKernel *kernel, const GPtrArray *initrds,
                      const KexecKernelConfig *config, const char *cmdline,
                      const KexecMachine *machine, KexecFindings *findings);
