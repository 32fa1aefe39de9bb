/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Variables out of files that are written for a shell to source, such as OpenRC's conf.d, read
 * without running one (POSIX.1-2017, Shell Command Language, sections 2.2, 2.3 and 2.10).
 *
 * NAME=VALUE is read, several on a line too, with "export" before it or not; quotes of all kinds,
 * backslashes, comments, line continuation, and (not after "export") $NAME or ${NAME} of variables
 * that the file itself set before. What only a shell could tell is no guess but a finding:
 * commands, substitutions, variables from elsewhere, arithmetic, and everything that depends on a
 * condition.
 */
#pragma once

#include "image/finding.h"

/* The most variables, and the longest value in bytes, that are read. */
#define KEXEC_SHELL_ASSIGN_MAX       256
#define KEXEC_SHELL_ASSIGN_VALUE_MAX (16 * 1024)

typedef struct {
  char *name;
  char *value;
  guint line; /* the last assignment's, counted from 1 */
} KexecShellAssign;

/**
 * kexec_shell_assign_parse:
 * @text: a file's contents
 * @subject: what to call the file in findings
 * @findings: gets configuration-invalid for each line that could not be read, up to a limit
 *
 * A variable whose last assignment cannot be read is not there: an earlier value is not what a
 * shell would have.
 *
 * Returns: (transfer full) (element-type KexecShellAssign): the variables, each once, in the order
 * in which they were first set.
 */
GPtrArray *kexec_shell_assign_parse (const char *text, const char *subject,
                                     KexecFindings *findings);

void kexec_shell_assign_free (KexecShellAssign *self);
