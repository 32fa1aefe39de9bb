/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opens and reads files beneath a directory, so that no path and no symlink leads out of it. */
#pragma once

#include <glib.h>
#include <sys/stat.h>

/**
 * kexec_beneath_open:
 * @dirfd: the directory that nothing may lead out of
 * @path: path beneath it, a leading "/" is taken for the directory itself
 * @flags: for openat2(2); O_CLOEXEC and O_NOCTTY are added
 *
 * With RESOLVE_BENEATH (symlinks inside the directory work) and RESOLVE_NO_MAGICLINKS. Never blocks
 * on a fifo (O_NONBLOCK unless O_PATH).
 *
 * Returns: a descriptor, or -1 with a GIOErrorEnum that matches errno and a sentence naming @path.
 */
int kexec_beneath_open (int dirfd, const char *path, int flags, GError **error);

/** kexec_beneath_open() that calls the file @name in errors. */
int kexec_beneath_open_as (int dirfd, const char *path, const char *name, int flags,
                           GError **error);

/**
 * kexec_beneath_open_in_root:
 *
 * As kexec_beneath_open() with RESOLVE_IN_ROOT: absolute symlinks and ".." are taken relative to
 * @root_fd, as if it were "/".
 */
int kexec_beneath_open_in_root (int root_fd, const char *path, int flags, GError **error);

/**
 * kexec_beneath_open_regular:
 *
 * As kexec_beneath_open() for reading, and refuses anything but a regular file that is not empty.
 */
int kexec_beneath_open_regular (int dirfd, const char *path, GError **error);

/** Whether an open file is a regular one that is not empty; if not, says what is called @name is.
 */
gboolean kexec_beneath_check_regular (int fd, const char *name, GError **error);

/**
 * kexec_beneath_read:
 * @max: the longest contents, in bytes; a longer file fails with %G_IO_ERROR_MESSAGE_TOO_LARGE
 *
 * Reads a whole small file below @root_fd (in-root semantics) as text; also /proc and /sys files,
 * which have no size. Returns: (transfer full): NUL-terminated contents, or %NULL.
 */
char *kexec_beneath_read (int root_fd, const char *path, gsize max, GError **error);

/**
 * kexec_beneath_read_fd:
 * @path: what to call the file in errors
 *
 * As kexec_beneath_read(), from an open file; from its current position to its end.
 */
char *kexec_beneath_read_fd (int fd, const char *path, gsize max, GError **error);

/** Whether, by its @st, root alone can change a file or directory. In a tree somewhere else, the
 * owner of @root_fd counts as root. */
gboolean kexec_beneath_is_roots (int root_fd, const struct stat *st);
