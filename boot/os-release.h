/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the operating system calls itself: os-release(5). */
#pragma once

/**
 * kexec_os_release_name:
 * @root_fd: the root directory
 *
 * Returns: (transfer full): PRETTY_NAME= of its os-release, at most 128 bytes of it; "Linux" where
 * there is none.
 */
char *kexec_os_release_name (int root_fd);
