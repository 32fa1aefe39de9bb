/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The readers: one for each format, or for a few that are alike. Each adds facts to the kernel and
 * findings to the list, and stops at the first blocker: what comes after would be read from a file
 * that is damaged. Private to image/.
 */
#pragma once

#include "image/kernel/inspection.h"

/** ELF: a vmlinux, or another ELF file (System V ABI, gABI 4.1, chapters 4 and 5). */
void kexec_vmlinux_inspect (KexecInspection *self);
/** Images with a header of 64 bytes: arm64, riscv64, loongarch64. */
void kexec_raw_image_inspect (KexecInspection *self);
/** The 32-bit ARM zImage (Linux: arch/arm/boot/compressed/head.S). */
void kexec_zimage_inspect (KexecInspection *self);
/** The image of s390x (Linux: arch/s390/include/asm/setup.h, struct parmarea). */
void kexec_s390_image_inspect (KexecInspection *self);
/** An EFI program that unpacks a kernel (Linux: drivers/firmware/efi/libstub/zboot-header.S). */
void kexec_zboot_inspect (KexecInspection *self);
/** A file that is compressed as a whole. */
void kexec_compressed_inspect (KexecInspection *self);
/** A unified kernel image. */
void kexec_uki_inspect (KexecInspection *self);
/** Another EFI program: named for what it is. */
void kexec_efi_program_inspect (KexecInspection *self);
/** What boot loaders of embedded devices take: recognized and explained. */
void kexec_uimage_inspect (KexecInspection *self);
void kexec_devicetree_inspect (KexecInspection *self);
void kexec_android_inspect (KexecInspection *self);
