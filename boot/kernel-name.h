/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How distributions name kernels and initrds in /boot:
 *
 *   vmlinuz-6.1.0-30-amd64      initrd.img-6.1.0-30-amd64        Debian, Ubuntu
 *   vmlinuz-6.8.5-301.fc40      initramfs-6.8.5-301.fc40.img     Fedora, Void; Gentoo with dracut
 *   vmlinuz-6.4.0-default       initrd-6.4.0-default             SUSE
 *   vmlinuz-linux-lts           initramfs-linux-lts.img          Arch
 *   vmlinuz-lts                 initramfs-lts                    Alpine
 *   kernel-6.6.1-gentoo, kernel-x86_64-6.6.1-gentoo, bzImage-6.6.1-gentoo, …
 *   kernel-genkernel-x86_64-6.6.1-gentoo    initramfs-genkernel-x86_64-6.6.1-gentoo
 *   bzImage-6.6.32-yocto-standard                                Yocto
 *   vmlinuz, kernel, bzImage    initrd.img, initramfs.img, initramfs, initrd
 *
 * and each with ".old" at the end, or ".efi" for a unified kernel image. An Image, an image and a
 * vmlinux are among them only where they boot: beside bzImages a vmlinux is a debugger's file.
 * NixOS' names (kernels/HASH-linux-6.6.32-bzImage) do not tell which initrd belongs to which
 * kernel; only its menu does.
 */
#pragma once

#include "boot/entry.h"

typedef struct {
  char *label;        /* what follows the name's first part: "6.1.0-30-amd64", "linux-lts",
                         "6.1.0.old"; "" if nothing does */
  char *base;         /* @label without ".old" */
  char *architecture; /* the one in the name, "x86_64" or "amd64"; NULL if there is none */
  KexecEntryKind kind;
} KexecKernelName;

/**
 * kexec_kernel_name_parse:
 * @file: a file's name
 *
 * Returns: (transfer full) (nullable): its parts; %NULL if it is not a kernel's name: backups
 * (".bak", "~", ".dpkg-old" …), signatures, and names with other characters than an entry's id.
 */
KexecKernelName *kexec_kernel_name_parse (const char *file);
void kexec_kernel_name_free (KexecKernelName *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecKernelName, kexec_kernel_name_free)

/**
 * kexec_kernel_name_version:
 *
 * Returns: the version that the name tells; "" if it tells none.
 */
const char *kexec_kernel_name_version (const KexecKernelName *self);

/**
 * kexec_kernel_name_initrds:
 * @release: the kernel's release, "" if it is not known
 *
 * Returns: (transfer full): the names that this kernel's initrd may have; the first that exists is
 * it.
 */
GStrv kexec_kernel_name_initrds (const KexecKernelName *self, const char *release);

/* Microcode archives that are loaded before the initrd, in this order; NULL-terminated. */
extern const char *const kexec_microcode_names[];
