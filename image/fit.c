/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/fit.h"

void
kexec_fit_check (const KexecKernel *kernel, const GPtrArray *initrds,
                 const KexecKernelConfig *config, const char *cmdline, const KexecMachine *machine,
                 KexecFindings *findings)
{
}
