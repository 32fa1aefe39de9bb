/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PE/COFF files, the format of EFI programs (Microsoft, "PE Format"): sections and the table of
 * signatures. Every offset comes from the file and is held against it.
 */
#pragma once

#include "image/input.h"

/* A file with more sections than this is refused; the largest real UKIs have a few dozen. */
#define KEXEC_PE_SECTIONS_MAX 256

typedef enum {
  KEXEC_PE_UNSIGNED, /* no signature, or no PE file at all */
  KEXEC_PE_SIGNED,   /* carries an Authenticode signature; whether it is good is not looked at */
  KEXEC_PE_CUT_OFF,  /* says that it carries one, but ends before that does */
} KexecPeSignature;

typedef struct {
  char name[9];   /* ".linux"; "?" stands for each byte that has no place in a name */
  guint32 offset; /* PointerToRawData, in bytes from the beginning of the file */
  guint32 size;   /* what it holds: min(VirtualSize, SizeOfRawData), in bytes */
  guint32 raw_size;
  guint32 virtual_size;
  guint32 virtual_address;
} KexecPeSection;

typedef struct {
  guint16 machine;   /* IMAGE_FILE_MACHINE_*: 0x8664 x86-64, 0xaa64 arm64, … */
  guint16 subsystem; /* 10: EFI application */
  GArray *sections;  /* (element-type KexecPeSection), in the file's order; not held against it */
  /* Where things stand that a signature's digest leaves out, in bytes from the file's beginning. */
  guint64 checksum_offset;
  guint64 directory_offset;   /* of the certificate table's entry; 0: there is no such entry */
  guint64 certificate_offset; /* of the certificate table; 0: none */
  guint64 certificate_size;
  guint64 headers_size; /* SizeOfHeaders */
  guint64 table_end;    /* where the section table ends: what is before it is no section's */
} KexecPe;

void kexec_pe_free (KexecPe *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecPe, kexec_pe_free)

/**
 * kexec_pe_read:
 * @problem: (out) (nullable) (optional): what is wrong with it ("its section table is cut off"), or
 * %NULL if it is not a PE file at all
 *
 * Reads the headers alone. PE32 and PE32+ are read alike. A file without sections is one too.
 *
 * Returns: (transfer full) (nullable): %NULL if it is not a PE file, or one that is damaged.
 */
KexecPe *kexec_pe_read (const KexecInput *input, const char **problem);

/** As uname(2) says it, "x86_64"; %NULL for a machine that Linux does not run on. */
const char *kexec_pe_architecture (const KexecPe *self);

/**
 * kexec_pe_signature:
 * @end: (out): where the signature ends, in bytes from the beginning of the file; 0 if there is
 * none
 *
 * Looks at the attribute certificate table (PE Format, "The Attribute Certificate Table").
 */
KexecPeSignature kexec_pe_signature (const KexecInput *input, guint64 *end);
