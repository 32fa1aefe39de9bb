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
 * Every step is owned by root and writable by root alone: no write bit for others or for a group,
 * which covers access control lists. On file systems without owners (FAT)
 * that judges the mount options uid=, gid=, umask=, fmask= and dmask=. Directories that everyone
 * can write are not trusted with the sticky bit either.
 *
 * Every step lies on a local file system that the kernel itself reads from built-in disks: no FUSE,
 * network file system, overlay or tmpfs, no loop or network block device, nothing that says of
 * itself that it is removable or hangs on something that is (USB, SD cards), also underneath device
 * mapper and RAID; and ordinary users may not mount it. In a user namespace nothing is trusted:
 * mounts may be anyone's there.
 *
 * What lies above @root_fd is not judged. Reads /proc/self, /run/mount, /etc/fstab, /sys and, for
 * file systems such as btrfs, /dev of the running system. Touches the file system: call it from a
 * worker.
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
