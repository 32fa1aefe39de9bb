/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Inspects bytes as the machine of a given architecture would. */
#pragma once

#include "image/kernel/kernel.h"

static inline KexecKernel *
inspect_bytes (GBytes *bytes, const char *subject, const char *architecture,
               KexecFindings *findings)
{
  const KexecMachine machine = { .architecture = architecture };
  const KexecInput input = kexec_input_from_bytes (bytes);

  return kexec_kernel_inspect (&input, subject, &machine, NULL, NULL, findings);
}
