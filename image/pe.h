/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The little of the PE/COFF format that tells whether a kernel is signed. */
#pragma once

#include <glib.h>

typedef enum {
  KEXEC_PE_UNSIGNED, /* no signature, or no PE file at all */
  KEXEC_PE_SIGNED,   /* carries an Authenticode signature; whether it is good is not looked at */
  KEXEC_PE_CUT_OFF,  /* says that it carries one, but ends before that does */
} KexecPeSignature;

/**
 * kexec_pe_signature:
 * @data: the whole file
 * @end: (out): where the signature ends, in bytes from the beginning of the file; 0 if there is
 * none
 *
 * Looks for the attribute certificate table (Microsoft PE format, "The Attribute Certificate
 * Table").
 */
KexecPeSignature kexec_pe_signature (const guint8 *data, gsize size, guint64 *end);
