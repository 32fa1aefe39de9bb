/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the initrds that belong to a kernel by their names, in the directory that it lies in. */
#pragma once

#include "boot/entry.h"
#include "boot/kernel-name.h"

/**
 * kexec_initrds_find:
 * @entry: its version is set; gets @initrds, with microcode archives first, and findings
 * @name: the kernel's
 * @dirfd: the directory
 * @path: its path below the root
 * @or_bare: whether an "initrd" or "initramfs" without a version will do where none with the
 *   kernel's is there, though the kernel has one: as Gentoo's kexec service does
 *
 * An initrd that is there but cannot be used is a finding: without it the machine would hang. None
 * at all is a note.
 */
void kexec_initrds_find (KexecEntry *entry, const KexecKernelName *name, int dirfd,
                         const char *path, gboolean or_bare);

/** Puts the directory's microcode archives before the initrds that @entry has. */
void kexec_initrds_prepend_microcode (KexecEntry *entry, int dirfd, const char *path);
