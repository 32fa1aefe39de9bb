/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The jump into the staged image without anybody's help: nothing is stopped and nothing unmounted;
 * file systems are brought into order on disk and kept so.
 */
#pragma once

#include "daemon/environment.h"

/**
 * kexec_jump:
 *
 * Syncs (for half a minute at most), freezes every file system on a block device that can be
 * frozen, the latest mounts first, and jumps. If the kernel does not jump, everything is thawed
 * again. Between the freezing and the thawing nothing may be written to any disk, not even to a
 * log. Can take long: call it from a worker.
 *
 * Returns: only if it failed: the errno.
 */
int kexec_jump (const KexecEnvironment *environment);
