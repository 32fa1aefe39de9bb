/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Trust: whether root alone can change what an entry boots, judged on opened descriptors. */
#pragma once

#include "boot/place.h"

/* What is remembered between judgements: a listing judges the same mounts, and often the same
   files, many times. Not for more than one thread, and not for longer than one look at the system.
 */
typedef struct KexecTrust KexecTrust;

/** @root_fd: the root directory; has to stay open. Returns: (transfer full). */
KexecTrust *kexec_trust_new (int root_fd);
void kexec_trust_free (KexecTrust *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecTrust, kexec_trust_free)

/**
 * kexec_trust_judge:
 * @place: (nullable): the place that @path lies in, if it is one that is mounted for us alone: then
 *   everything is judged from its top on
 * @place_fd: what kexec_place_open() gave for @place
 * @path: absolute path of a file below the root; each directory above it is judged too, and each
 *   symlink on the way with the directories it leads through
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
 * What lies above the root is not judged. Reads /proc/self, /run/mount, /etc/fstab, /sys and, for
 * file systems such as btrfs, /dev of the running system. Touches the file system: call it from a
 * worker.
 *
 * Returns: whether it is trusted; what cannot be judged is not.
 */
gboolean kexec_trust_judge (KexecTrust *self, const KexecPlace *place, int place_fd,
                            const char *path, char **reason);

/**
 * kexec_trust_judge_fd:
 * @fd: an opened file, which must be the one that @path leads to (same device and inode)
 *
 * As kexec_trust_judge(), for a file that is already open: what was judged is what is read.
 */
gboolean kexec_trust_judge_fd (KexecTrust *self, const KexecPlace *place, int place_fd, int fd,
                               const char *path, char **reason);
