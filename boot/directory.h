/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The source of entries that needs no boot loader: kernels and initrds side by side in a directory.
 */
#pragma once

#include "boot/entry.h"

/* The name of this source. */
#define KEXEC_SOURCE_DIRECTORY "directory"

/**
 * kexec_directory_list:
 * @root_fd: the root directory
 * @boot_path: absolute path of the directory below it, "/boot"
 * @findings: gets findings about the directory as a whole
 * @error: set if the directory is there but cannot be read
 *
 * Makes one entry of each kernel, in no order, with id, version, kind, kernel and initrds; see
 * boot/kernel-name.h for the names. Those that cannot be booted are there with a finding.
 *
 * - An id is what follows the first part of the file's name ("6.1.0-30-amd64", "linux-lts"), or the
 *   whole name where nothing does ("vmlinuz"). Where two files would have the same, the one whose
 *   name comes first keeps it, and the other's id is its whole name ("vmlinuz-6.1.0").
 * - The version is the release that the file says it has; where it does not say, what its name
 * does.
 * - A unified kernel image is an entry for each profile: boot/uki.h. It takes initrds of the
 *   directory only if it has none in it.
 * - A symlink is an entry only if nothing else leads to the same file.
 *
 * Returns: (transfer full) (element-type KexecEntry): the entries; none if there is no directory.
 */
GPtrArray *kexec_directory_list (int root_fd, const char *boot_path, KexecFindings *findings,
                                 GError **error);
