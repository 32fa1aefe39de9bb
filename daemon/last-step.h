/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a reboot of sysvinit ends in a kexec: by what it runs last in runlevel 6. */
#pragma once

#include <glib.h>

/**
 * kexec_last_step_check:
 *
 * Looks at /etc/inittab, and at the one script that its last step may name. What others than root
 * can change proves nothing.
 *
 * Returns: whether it kexecs; else %FALSE with NoRebootBackend, why, and the line to add.
 */
gboolean kexec_last_step_check (int root_fd, GError **error);
