/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the file system that a place was mounted from is one that root alone decides about. */
#pragma once

#include "boot/place.h"

/**
 * kexec_place_refuse_mount:
 * @place_fd: what kexec_place_open() returned for @self
 *
 * For a place that needs a mount: its mount is in no table, so it is judged by the types that are
 * read by the kernel itself, the line of fstab, and the devices that the files really lie on, as
 * the kernel says. If it was mounted after all, it is judged as any mount.
 *
 * Returns: (transfer full) (nullable): why nothing there is trusted; a sentence.
 */
char *kexec_place_refuse_mount (const KexecPlace *self, int place_fd);
