/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opens the files that the user names, with the rights of the user. */
#pragma once

#include <glib.h>

/**
 * kexec_file_open:
 *
 * Opens for reading, never waiting for a fifo or a device. Returns: a descriptor of a regular file,
 * or -1 with IOError and a sentence that names @path.
 */
int kexec_file_open (const char *path, GError **error);

/**
 * kexec_file_read:
 * @ret_sha256: (out) (transfer full): of the contents, in lower-case hexadecimal
 *
 * Returns: (transfer full): the whole file, at most as much as the service takes, or %NULL.
 */
GBytes *kexec_file_read (const char *path, char **ret_sha256, GError **error);
