/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The exit codes of kexecctl: one table from what went wrong to what the shell sees. */
#pragma once

#include <gio/gio.h>

typedef enum {
  KEXEC_EXIT_DONE = 0,
  KEXEC_EXIT_FAILED = 1,
  KEXEC_EXIT_USAGE = 2,
  KEXEC_EXIT_UNAUTHORIZED = 3,
  KEXEC_EXIT_REFUSED = 4, /* a check found a reason not to do it; nothing was changed */
  KEXEC_EXIT_INTERRUPTED = 130,
} KexecExitCode;

/**
 * kexec_exit_code_register:
 *
 * Teaches GDBus the names org.kexec.Error.*, so that errors from the bus arrive in the domain
 * KEXEC_ERROR. Call it before the first call.
 */
void kexec_exit_code_register (void);

/** Whether polkit would have asked, had the call allowed it. */
gboolean kexec_exit_code_wants_interaction (const GError *error);

/** Returns: the exit code for @error. */
KexecExitCode kexec_exit_code (const GError *error);
