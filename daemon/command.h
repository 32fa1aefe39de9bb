/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs another program: by its absolute path, with arguments and no shell, in an environment of its
 * own that holds nothing of ours.
 */
#pragma once

#include <gio/gio.h>

#include "daemon/environment.h"

#define KEXEC_COMMAND_MAX_OUTPUT 65536 /* bytes that are kept of what a program writes */

typedef struct {
  const char *const *argv; /* NULL-terminated; the first is the program: an absolute path, which is
                              looked up below the root directory */
  const char *input;       /* (nullable): all that it can read from its standard input */
  const int *fds;          /* descriptors that it gets as 3, 4, … */
  gsize n_fds;
  guint limit_sec; /* how long it may take; then it is killed with all that it started */
} KexecCommand;

/**
 * kexec_command_run:
 * @output: (out) (optional) (transfer full): the beginning of what it wrote to its standard output,
 *   valid UTF-8
 *
 * Runs it to its end, which is that of the program, not of what it left running. Blocks: call it
 * from a worker.
 *
 * Returns: whether it exited with 0; else %FALSE with G_IO_ERROR_CANCELLED, or Failed and a
 * sentence without a full stop that names the program and the beginning of what it complained
 * about.
 */
gboolean kexec_command_run (const KexecEnvironment *environment, const KexecCommand *command,
                            GCancellable *cancellable, char **output, GError **error);

/**
 * kexec_command_start:
 * @pidfd: (out): a descriptor of the process, which becomes readable when it ends
 *
 * Starts one that goes on by itself, also after kexecd has ended; the default main context reaps
 * it. Nothing of what it writes is kept, and limit_sec is not looked at.
 *
 * Returns: its process id, or -1 with Failed.
 */
GPid kexec_command_start (const KexecEnvironment *environment, const KexecCommand *command,
                          int *pidfd, GError **error);

/** Returns: whether the program at @path, absolute, is there and can be run. */
gboolean kexec_command_exists (const KexecEnvironment *environment, const char *path);
