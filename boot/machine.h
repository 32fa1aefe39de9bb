/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads what the machine that we run on is, for the checks in image/. */
#pragma once

#include "image/machine.h"

/**
 * kexec_machine_read:
 * @root_fd: the root directory, for /proc
 * @ret: (out): always set; its strings stay for the life of the process
 *
 * Architecture and page size are those of the running kernel, whatever @root_fd is. Memory is
 * MemTotal of /proc/meminfo: the RAM that this kernel manages. What /proc does not tell is 0 or
 * %FALSE, which the checks take for not known.
 */
void kexec_machine_read (int root_fd, KexecMachine *ret);
