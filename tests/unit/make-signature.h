/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signs PE files for real, with keys that are made on the spot and thrown away. */
#pragma once

#include <glib.h>

/* Somebody with a key and a certificate. */
typedef struct Signer Signer;

/* The years 2000 and 2100, between which tests run. */
#define SIGNER_NOT_BEFORE G_GINT64_CONSTANT (946684800)
#define SIGNER_NOT_AFTER  G_GINT64_CONSTANT (4102444800)

/**
 * signer_new:
 * @name: the common name; a longer one than 64 characters is a description
 * @issuer: (nullable): who signs the certificate; %NULL: it signs itself. Has to stay.
 */
Signer *signer_new (const char *name, const Signer *issuer);
/** As signer_new(), with a validity in seconds since 1970, and perhaps without key identifiers. */
Signer *signer_new_full (const char *name, const Signer *issuer, gint64 not_before,
                         gint64 not_after, gboolean has_key_ids);
void signer_free (Signer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Signer, signer_free)

/** The subject key identifier, in hexadecimal. Returns: (transfer full) */
char *signer_key_id (const Signer *self);

/* How a message differs from an ordinary one. */
typedef enum {
  MESSAGE_ORDINARY = 0,
  MESSAGE_WITHOUT_CERTIFICATE = 1 << 0,
  MESSAGE_WITH_ISSUER = 1 << 1,    /* the issuer's certificate comes along */
  MESSAGE_FORGED = 1 << 2,         /* the signature is another's */
  MESSAGE_OTHER_CONTENT = 1 << 3,  /* not SpcIndirectDataContent */
  MESSAGE_SPOILT_CONTENT = 1 << 4, /* SpcIndirectDataContent without a digest in it */
  MESSAGE_WITHOUT_SIGNER = 1 << 5, /* nobody signed */
  MESSAGE_EMPTY_DIGEST = 1 << 6,
} MessageFlags;

/**
 * make_message:
 * @algorithm: of @digest, as OpenSSL names it; the signature itself is always with SHA-256
 * @digest: in hexadecimal
 * @nested: (nullable): a message to put inside of it
 *
 * Returns: (transfer full): PKCS#7 with an SpcIndirectDataContent.
 */
GByteArray *make_message (const Signer *signer, const char *algorithm, const char *digest,
                          const GByteArray *nested, MessageFlags flags);

/** Appends an entry with @message to the certificate table of what make_pe() made. */
void attach_message (GByteArray *pe, const GByteArray *message);

/** Signs what make_pe() made. May be called again for a second signature. */
void sign_pe (GByteArray *pe, const Signer *signer, const char *algorithm);

/** Returns: (transfer full): the digest that a signature of @pe holds. */
char *digest_pe (const GByteArray *pe, GChecksumType type);
