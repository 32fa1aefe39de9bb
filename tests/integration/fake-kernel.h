/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A kernel for tests: its slot is a file, it notes what it was given, and it does what the files of
 * a directory tell it to. Below the root directory of the test daemon, in test-kernel/:
 *
 *   load-errno, memfd-errno, unload-errno, execute-errno   a number: the call fails with it; that
 *                                       of memfds only if the kernel comes in one
 *   no-file-load                        there is no kexec_file_load
 *   hold-before-load, hold-after-load   load waits there as long as the file exists, and says so by
 *                                       making the file of the same name and ".reached"
 *   loads, unloads, executions          how often each was called with success
 *   frozen                              "freeze /home" and "thaw /home", a line each; a second time
 *                                       a file system is busy
 *   image/kernel, image/initrd, image/cmdline, image/kernel-source   what was loaded last
 *
 * As the real one it obeys kernel.kexec_load_disabled and counts kernel.kexec_load_limit_reboot
 * down, for an unload as well.
 */
#pragma once

#include "daemon/kernel-ops.h"

/** @root: the root directory of the test daemon; call it before anything else. */
void fake_kernel_init (const char *root);

extern const KexecKernelOps fake_kernel_ops;
