/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether this machine has hardware that is known to come up badly after a kexec. */
#pragma once

#include "image/finding.h"

/**
 * kexec_hardware_check:
 * @root_fd: the root directory, for /sys and the rules; see boot/hardware-rules.h
 *
 * Adds a finding for each rule that fits this machine, and for what is wrong with the rules.
 */
void kexec_hardware_check (int root_fd, KexecFindings *findings);
