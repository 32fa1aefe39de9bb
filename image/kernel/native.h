/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What kexec_file_load(2) takes, on which machine; limits of its kernels' command lines. */
#pragma once

#include "image/magic.h"

/**
 * kexec_native_takes:
 * @machine: as uname(2) says it
 *
 * Whether that machine's kernel loads a file of this format (Linux: kexec_file_loaders in
 * arch/ARCH/kernel/machine_kexec_file.c).
 */
gboolean kexec_native_takes (const char *machine, KexecMagic format);

/** Whether kernels for @architecture, as image/ calls it, are for @machine: "armv7l" runs "arm". */
gboolean kexec_native_is (const char *machine, const char *architecture);

/** What to do about a kernel for @machine in another format; the end of a sentence. */
const char *kexec_native_remedy (const char *machine);

/**
 * kexec_native_cmdline_limit:
 *
 * Returns: the longest command line that a kernel for @architecture keeps, without its NUL, in
 * bytes (COMMAND_LINE_SIZE in arch/ARCH/include/uapi/asm/setup.h); 0 if the file alone tells it, or
 * nobody knows.
 */
guint kexec_native_cmdline_limit (const char *architecture);
