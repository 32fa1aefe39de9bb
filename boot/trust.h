/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Trust: whether root alone can change what an entry boots, judged on opened descriptors. */
#pragma once

#include <glib.h>

/**
 * kexec_trust_judge:
 * @root_fd: the root directory
 * @path: absolute path of a file below it; each directory above it is judged too, and each symlink
 *   on the way with the directories it leads through
 * @reason: (out) (optional) (transfer full): if not trusted, one sentence that says why and how to
 *   mend it
 *
 * Owned by root and writable by root alone: no write bit for group (unless the group is root) or
 * others, no ACL that grants more, on every step; a local block device's file system that is not
 * removable, a loop device, FUSE or a network mount; file systems without owners (FAT) by their
 * mount options (uid=, gid=, umask=, fmask=, dmask=). Directories with the sticky bit and write for
 * others are not trusted. Touches the file system: call it from a worker.
 *
 * Returns: whether it is trusted; what cannot be judged is not.
 */
gboolean kexec_trust_judge (int root_fd, const char *path, char **reason);

/**
 * kexec_trust_judge_fd:
 * @fd: an opened file, which must be the one that @path leads to (same device and inode)
 *
 * As kexec_trust_judge(), for a file that is already open: what was judged is what is read.
 */
gboolean kexec_trust_judge_fd (int root_fd, int fd, const char *path, char **reason);
