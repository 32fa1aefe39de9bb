/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells people what went wrong, in one sentence on standard error, and what they can do. */
#pragma once

#include "client/options.h"

/** Prints "kexecctl: " and a line, made fit for a terminal. */
void kexec_report_sentence (const char *format, ...) G_GNUC_PRINTF (1, 2);

/** Prints @error with a remedy where there is one. Returns: the exit code for it. */
KexecExitCode kexec_report (const KexecOptions *options, const GError *error);
