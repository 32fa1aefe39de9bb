/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The x86 kernel file. Its setup header is described in Linux's Documentation/arch/x86/boot.rst;
 * what kexec_file_load(2) asks of it stands in arch/x86/kernel/kexec-bzimage64.c.
 */
#pragma once

#include "image/kernel/inspection.h"

/** Holds the header against the file and the machine, and unpacks the payload to its end. */
void kexec_bzimage_inspect (KexecInspection *self);

/**
 * kexec_bzimage_check_payload:
 * @offset: of the compressed kernel proper, in bytes from the beginning of the file
 * @size: of it, in bytes; both lie within the file
 *
 * Unpacks it to its end, as the kernel will when it starts, and looks at what comes out. Returns:
 * %FALSE, with a finding, if that would fail.
 */
gboolean kexec_bzimage_check_payload (const KexecInspection *self, guint64 offset, guint64 size);

/** Whether a kernel of this release ends with a checksum. @release: (nullable) */
gboolean kexec_bzimage_has_checksum (const char *release);

/**
 * kexec_bzimage_verify_checksum:
 * @size: how long the file is by its header, without a signature
 *
 * Returns: whether the checksum at the end is right.
 */
gboolean kexec_bzimage_verify_checksum (const KexecInput *input, guint64 size,
                                        const KexecWatch *watch);

/** How long the file is by its own account, without a signature. @data: as below */
guint64 kexec_bzimage_size (const guint8 *data);

/**
 * kexec_bzimage_read_version:
 * @data: the beginning of the file: KEXEC_KERNEL_HEAD_SIZE bytes of it, or all
 * @release: (out) (transfer full): "6.1.0-30-amd64"
 * @version: (out) (transfer full): what follows it, "(builder) #1 SMP …"; may be empty
 *
 * Returns: %FALSE if the header leads to no version string.
 */
gboolean kexec_bzimage_read_version (const guint8 *data, gsize size, char **release,
                                     char **version);
