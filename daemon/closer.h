/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Closes descriptors that callers passed, in threads of its own: closing a file on a FUSE mount
 * waits for its server, which may never answer.
 */
#pragma once

#include <glib.h>

/** Closes @fd, later; negative: does nothing. Can be called from any thread. */
void kexec_closer_close (int fd);
