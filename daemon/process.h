/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Other processes, as /proc below a root directory shows them. */
#pragma once

#include <glib.h>

/** Returns: (transfer full) (nullable): the name of the program that @pid runs: that of its file,
 * or what the process calls itself where the file cannot be told. */
char *kexec_process_program (int root_fd, GPid pid);

/** Returns: (transfer full) (nullable): how @pid is called in lists of processes: the first of its
 * arguments, in whose place some put what they do now. */
char *kexec_process_title (int root_fd, GPid pid);

/** Returns: (transfer full) (nullable): which process @pid is now, "4711@1234567" with the time of
 * its start; %NULL if there is none. No two processes of a boot have the same. */
char *kexec_process_id (int root_fd, GPid pid);

/**
 * kexec_process_end:
 * @id: what kexec_process_id() said
 *
 * Sends @signal_number to that process, if it is still there, and waits for its end, up to
 * @limit_ms.
 *
 * Returns: whether it was there.
 */
gboolean kexec_process_end (int root_fd, const char *id, int signal_number, int limit_ms);
