/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells whether anything has changed since: in files, in the directories they are in, in the
 * mounts. */
#pragma once

#include <glib.h>

typedef struct KexecDirWatch KexecDirWatch;

/**
 * kexec_dir_watch_new:
 * @root_fd: the root directory
 * @paths: (element-type utf8): absolute paths below it, of files and directories, there or not
 * @since: when the reader began to look at them, in µs of CLOCK_REALTIME; 0: just now
 *
 * Watches the directory that each path is in, and the one that it leads to through symlinks; where
 * that is not there, the nearest above it, so that its coming is seen. Each directory with what is
 * in it is one watch of inotify(7), however many files it holds. Changes of mounts count as well.
 *
 * What changed shortly before @since or after it may have been read half old, half new: then
 * nothing is known from the beginning. Changes that another machine makes on a network file system
 * are not seen.
 *
 * Returns: (transfer full)
 */
KexecDirWatch *kexec_dir_watch_new (int root_fd, const GPtrArray *paths, gint64 since);
void kexec_dir_watch_free (KexecDirWatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecDirWatch, kexec_dir_watch_free)

/** Returns: whether nothing has changed, as far as can be known. Once it has, it always has. */
gboolean kexec_dir_watch_is_quiet (KexecDirWatch *self);

/**
 * kexec_dir_watch_take:
 *
 * Returns: whether something has changed since the last call.
 */
gboolean kexec_dir_watch_take (KexecDirWatch *self);

/** Returns: a descriptor that is readable when a directory has changed; -1: nothing is watched. */
int kexec_dir_watch_fd (const KexecDirWatch *self);
