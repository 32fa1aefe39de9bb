/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes small files that are bzImages in all that kexecd looks at, and boot nothing. */
#pragma once

#include <glib.h>

/* Offsets of fields that tests spoil; see Linux's Documentation/arch/x86/boot.rst. */
enum {
  KERNEL_SETUP_SECTS = 0x1f1,
  KERNEL_SYSSIZE = 0x1f4,
  KERNEL_BOOT_FLAG = 0x1fe,
  KERNEL_JUMP_OFFSET = 0x201,
  KERNEL_HEADER = 0x202,
  KERNEL_PROTOCOL = 0x206,
  KERNEL_VERSION = 0x20e,
  KERNEL_LOADFLAGS = 0x211,
  KERNEL_ALIGNMENT = 0x230,
  KERNEL_XLOADFLAGS = 0x236,
  KERNEL_CMDLINE_SIZE = 0x238,
  KERNEL_PAYLOAD_OFFSET = 0x248,
  KERNEL_PAYLOAD_LENGTH = 0x24c,
  KERNEL_INIT_SIZE = 0x260,
};

/* Where make_kernel() puts things, in bytes from the beginning of the file. */
enum {
  MADE_PE_HEADER = 0x40,
  MADE_SETUP_SIZE = 4 * 512, /* the real-mode part */
  MADE_VERSION_STRING = 0x300,
  MADE_PAYLOAD = MADE_SETUP_SIZE + 256,
  MADE_PAYLOAD_LENGTH = 4096, /* gzip; its last four bytes are the size that it unpacks to */
  MADE_UNPACKED_SIZE = MADE_PAYLOAD_LENGTH - 23,
  MADE_SIZE = MADE_SETUP_SIZE + 8192, /* of the whole, without a signature */
  MADE_SIGNATURE_SIZE = 64,
};

/**
 * make_kernel:
 * @release: what it says it is
 *
 * Returns: (transfer full): a 64-bit bzImage, protocol 2.15, unsigned, for 2047 bytes of command
 * line. Its payload unpacks to what make_vmlinux() makes.
 */
GByteArray *make_kernel (const char *release);

/**
 * make_vmlinux:
 * @machine: EM_X86_64 or another machine of 64 bits and little-endian
 *
 * Returns: (transfer full): a kernel that is not compressed: an ELF file of @size bytes, at least
 * 1024, which says in its banner what it is, and ends with something like relocations.
 */
GByteArray *make_vmlinux (const char *release, guint machine, gsize size);

/** Returns: (transfer full): @data, compressed by zlib as a gzip file. */
GByteArray *make_gzip (const guint8 *data, gsize size);

/** Puts another payload into a kernel that was just made, of any size; the kernel grows with it. */
void make_kernel_set_payload (GByteArray *kernel, const guint8 *data, gsize size);

/** Appends an Authenticode signature, in form only, and names it in the PE header. */
void make_kernel_sign (GByteArray *kernel);

/** Put a little-endian number into a kernel. */
void make_kernel_put16 (GByteArray *kernel, gsize offset, guint16 value);
void make_kernel_put32 (GByteArray *kernel, gsize offset, guint32 value);
void make_kernel_put64 (GByteArray *kernel, gsize offset, guint64 value);
