/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a kernel file says about itself, for listings. */
#pragma once

/**
 * kexec_kernel_release_read:
 * @fd: a kernel file
 *
 * Reads the beginning of it.
 *
 * Returns: (transfer full) (nullable): the release; %NULL if the file does not tell, or is no
 * kernel.
 */
char *kexec_kernel_release_read (int fd);
