/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Words to everyone who is logged in, by wall(1), where no init system says them. */
#pragma once

#include "daemon/environment.h"

/**
 * kexec_wall_reboot:
 * @message: (nullable): why, in the words of whoever asked for it
 * @when: µs, CLOCK_REALTIME; 0: now
 *
 * Tells everyone that the machine reboots and, if that is not now, how to take it back: not every
 * init system shows it to its own tools.
 */
void kexec_wall_reboot (const KexecEnvironment *environment, const char *message, gint64 when);

/** Tells everyone that it does not reboot after all. */
void kexec_wall_cancelled (const KexecEnvironment *environment);
