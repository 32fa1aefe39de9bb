/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mounts the file system of a place for one descriptor alone. */
#pragma once

#include "boot/place.h"

/**
 * kexec_place_mount:
 * @self: one that needs a mount, with its device and type
 * @root_fd: the running system's root
 *
 * The mount belongs to no mount namespace and has no path: nobody else sees it, and it goes with
 * the last descriptor on it. Read-only, nodev, nosuid, noexec. As long as it is there, the file
 * system cannot be mounted for writing: let go of it soon.
 *
 * Returns: a descriptor on its top directory, or -1 with a GIOErrorEnum and the beginning of a
 * sentence.
 */
int kexec_place_mount (const KexecPlace *self, int root_fd, GError **error);
