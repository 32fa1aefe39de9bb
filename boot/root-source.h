/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The device that the root file system lies on, as it stands after root=. */
#pragma once

#include <glib.h>

/**
 * kexec_root_source_find:
 * @root_fd: the root directory
 *
 * What found the root file system once will again: the running command line's root=. Where that has
 * none, the source of "/" in /proc/self/mountinfo, by its UUID if /dev/disk/by-uuid tells it; else
 * what /etc/fstab says of "/".
 *
 * Returns: (transfer full) (nullable): one word: "UUID=…", "/dev/sda2"; %NULL if it is not known.
 */
char *kexec_root_source_find (int root_fd);

/** What mountinfo or fstab (proc_pid_mountinfo(5), fstab(5)) say of "/"; any text. Returns:
 * (transfer full) (nullable): its source, as written. */
char *kexec_root_source_parse_mountinfo (const char *text);
char *kexec_root_source_parse_fstab (const char *text);
