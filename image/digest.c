/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "image/digest.h"

#if HAVE_OPENSSL
#include <openssl/evp.h>

#include "image/openssl.h"
#endif

struct KexecDigest {
  GChecksum *checksum; /* NULL: OpenSSL does it */
#if HAVE_OPENSSL
  EVP_MD_CTX *context;
  gboolean has_failed;
#endif
};

#if HAVE_OPENSSL

static const EVP_MD *
find_algorithm (GChecksumType type)
{
  switch (type) {
  case G_CHECKSUM_SHA1:
    return EVP_sha1 ();
  case G_CHECKSUM_SHA256:
    return EVP_sha256 ();
  case G_CHECKSUM_SHA384:
    return EVP_sha384 ();
  case G_CHECKSUM_SHA512:
    return EVP_sha512 ();
  case G_CHECKSUM_MD5:
  default:
    return NULL;
  }
}

static gboolean
openssl_begin (KexecDigest *self, GChecksumType type)
{
  const EVP_MD *algorithm;

  kexec_openssl_init ();
  algorithm = find_algorithm (type);
  if (algorithm == NULL)
    return FALSE;
  self->context = EVP_MD_CTX_new ();
  return self->context != NULL && EVP_DigestInit_ex (self->context, algorithm, NULL) == 1;
}

static void
openssl_update (KexecDigest *self, gconstpointer data, gsize size)
{
  if (EVP_DigestUpdate (self->context, data, size) != 1)
    self->has_failed = TRUE;
}

static char *
openssl_finish (KexecDigest *self)
{
  guint8 bytes[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  GString *text;

  if (self->has_failed || EVP_DigestFinal_ex (self->context, bytes, &size) != 1)
    return NULL;
  text = g_string_sized_new (2 * size);
  for (unsigned int i = 0; i < size; i++)
    g_string_append_printf (text, "%02x", bytes[i]);
  return g_string_free (text, FALSE);
}

static void
openssl_free (KexecDigest *self)
{
  EVP_MD_CTX_free (self->context);
}

#else

static gboolean
openssl_begin (KexecDigest *self, GChecksumType type)
{
  return FALSE;
}

static void
openssl_update (KexecDigest *self, gconstpointer data, gsize size)
{
  g_assert_not_reached ();
}

static char *
openssl_finish (KexecDigest *self)
{
  g_assert_not_reached ();
}

static void
openssl_free (KexecDigest *self)
{
}

#endif

KexecDigest *
kexec_digest_new (GChecksumType type)
{
  KexecDigest *self = g_new0 (KexecDigest, 1);

  if (!openssl_begin (self, type))
    self->checksum = g_checksum_new (type);
  return self;
}

void
kexec_digest_update (KexecDigest *self, gconstpointer data, gsize size)
{
  if (self->checksum != NULL)
    g_checksum_update (self->checksum, data, (gssize) size);
  else
    openssl_update (self, data, size);
}

char *
kexec_digest_finish (KexecDigest *self)
{
  return self->checksum != NULL ? g_strdup (g_checksum_get_string (self->checksum))
                                : openssl_finish (self);
}

void
kexec_digest_free (KexecDigest *self)
{
  g_clear_pointer (&self->checksum, g_checksum_free);
  openssl_free (self);
  g_free (self);
}
