/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the PKCS#7 message of an Authenticode signature says. For signature.c alone. */
#pragma once

#include "image/signature/signature.h"

/* Linux reads no longer ones (crypto/asymmetric_keys/verify_pefile.c), which bounds memory, too. */
#define KEXEC_PKCS7_MAX (64 * 1024)

/**
 * kexec_pkcs7_read:
 * @data: a DER-encoded message; what follows it is ignored
 * @self: gets algorithm, digest, signer, issuer, validity and key_ids; status tells whether the
 * signature was made with the key of the certificate that it comes with: INTACT or BROKEN, UNREAD
 * if it comes without one
 * @nested: (element-type GBytes): gets the messages that are nested in this one
 *
 * Without OpenSSL nothing is read, and nothing is wrong.
 *
 * Returns: what is wrong with it, the end of a sentence; %NULL if it can be read.
 */
const char *kexec_pkcs7_read (const guint8 *data, gsize size, KexecSignature *self,
                              GPtrArray *nested);
