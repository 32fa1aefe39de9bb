/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What about this machine, rather than about an image, decides whether something can be staged. */
#pragma once

#include "daemon/environment.h"
#include "image/finding.h"

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
