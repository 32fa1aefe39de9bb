/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What about this machine, rather than about an image, decides whether something can be staged. */
#pragma once

#include "daemon/environment.h"
#include "image/finding.h"
#include "image/kernel.h"

/** Adds what keeps anything from being staged now: the Obstacles property. */
void kexec_preflight_obstacles (const KexecEnvironment *environment, KexecFindings *findings);

/**
 * kexec_preflight_memory:
 * @size: the kernel and its initrds, in bytes
 *
 * While it loads, an image is in memory twice: our sealed copy and the kernel's own.
 */
void kexec_preflight_memory (const KexecEnvironment *environment, guint64 size,
                             KexecFindings *findings);

/** Adds what lockdown means for this kernel. */
void kexec_preflight_signature (const KexecEnvironment *environment, const KexecKernel *kernel,
                                const char *subject, KexecFindings *findings);
