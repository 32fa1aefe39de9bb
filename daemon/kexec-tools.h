/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Loading through kexec-tools' program and kexec_load(2), for kernels that were built without
 * kexec_file_load(2): LoadMethod=kexec-tools in kexecd.conf. It gets the files that were checked,
 * as open descriptors, and nothing else: no shell, no environment of ours.
 */
#pragma once

#include "daemon/environment.h"
#include "image/finding.h"

/**
 * kexec_tools_check:
 * @facts: what the kernel says about loading
 *
 * Adds a finding for all that keeps the program from being used: it is not there, others than root
 * can change it, or the kernel is locked down, which forbids kexec_load(2).
 */
void kexec_tools_check (const KexecEnvironment *environment, const KexecKernelFacts *facts,
                        KexecFindings *findings);

/**
 * kexec_tools_load:
 * @kernel_fd: a sealed copy
 * @initrd_fd: likewise; -1: none
 * @has_run: (out): whether the program was run; if that failed, what is loaded then is not known
 *
 * Loads it. This takes a while: for workers only.
 *
 * Returns: whether it is loaded; else a sentence with what the program complained about.
 */
gboolean kexec_tools_load (const KexecEnvironment *environment, int kernel_fd, int initrd_fd,
                           const char *cmdline, gboolean *has_run, GError **error);
