/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opens and hashes the files that the user names, with the rights of the user. */
#pragma once

#include <glib.h>

/* The kernel reads no file for kexec that is larger, in bytes (kernel_read_file, INT_MAX). */
#define KEXEC_FILE_MAX (G_GUINT64_CONSTANT (2047) << 20)

/**
 * kexec_file_open:
 *
 * Opens for reading, never waiting for a fifo or a device. Returns: a descriptor of a regular file,
 * or -1 with IOError and a sentence that names @path.
 */
int kexec_file_open (const char *path, GError **error);

/* A file that is hashed by a thread of its own, while the caller looks at it. */
typedef struct KexecFileHash KexecFileHash;

/**
 * kexec_file_hash_start:
 * @fd: has to stay open until kexec_file_hash_finish()
 * @path: to name in errors
 * @ret_size: (out): of the file, in bytes
 *
 * Returns: (transfer full) (nullable): %NULL with IOError if it is larger than KEXEC_FILE_MAX.
 */
KexecFileHash *kexec_file_hash_start (int fd, const char *path, guint64 *ret_size, GError **error);

/**
 * kexec_file_hash_finish:
 * @self: (transfer full)
 *
 * Waits until all of the file is hashed. Returns: (transfer full) (nullable): its SHA-256 in
 * lower-case hexadecimal; %NULL with IOError if it could not be read, or changed since the start:
 * then what the caller saw of it is worth nothing either.
 */
char *kexec_file_hash_finish (KexecFileHash *self, GError **error);
