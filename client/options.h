/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the command line: the options that commands share, a command's own, and the help of both.
 */
#pragma once

#include "client/exit-code.h"

typedef struct KexecCommand KexecCommand;

typedef struct {
  const KexecCommand *command; /* %NULL before it is known */
  gboolean json;
  gboolean verbose;
  gboolean no_ask_password;
  char *root; /* a directory, or %NULL for this system */
  gboolean help;
  gboolean version; /* only before the command */
} KexecOptions;

void kexec_options_clear (KexecOptions *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KexecOptions, kexec_options_clear)

/**
 * kexec_options_parse_global:
 * @argc: (inout): the whole command line; afterwards @argv[0] is the command
 *
 * Reads what stands before the command, and finds its row.
 *
 * Returns: whether to go on and run the command; else exit with @ret_code, everything is printed.
 */
gboolean kexec_options_parse_global (KexecOptions *self, int *argc, char ***argv,
                                     KexecExitCode *ret_code);

/**
 * kexec_options_parse:
 * @own: (nullable): the command's own options, terminated by an empty entry
 * @argc: (inout): the command line from the command on; afterwards only its arguments, without the
 *   command itself
 *
 * Reads what stands after the command, and checks that its row allows it.
 *
 * Returns: whether to go on, with @ret_code KEXEC_EXIT_DONE; else return @ret_code, everything is
 *   printed.
 */
gboolean kexec_options_parse (KexecOptions *self, const GOptionEntry *own, int *argc, char ***argv,
                              KexecExitCode *ret_code);

/**
 * kexec_options_usage:
 * @format: one sentence that says what is wrong with the command line, without its full stop
 *
 * Prints it, and where to find help. Returns: KEXEC_EXIT_USAGE.
 */
KexecExitCode kexec_options_usage (const KexecOptions *self, const char *format, ...)
  G_GNUC_PRINTF (2, 3);
