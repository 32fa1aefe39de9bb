/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Certificates and PKCS#7 messages with OpenSSL; the little that Authenticode adds by hand. */
#include "tests/unit/make-signature.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pkcs7.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "image/signature/authenticode.h"
#include "tests/unit/make-kernel.h"
#include "tests/unit/make-pe.h"

#define SPC_INDIRECT_DATA    "1.3.6.1.4.1.311.2.1.4"
#define SPC_NESTED_SIGNATURE "1.3.6.1.4.1.311.2.4.1"

#define ENTRY_HEADER 8

struct Signer {
  EVP_PKEY *key;
  X509 *certificate;
  const Signer *issuer; /* itself if it has none */
};

static void
add_extension (Signer *self, int nid, const char *value)
{
  X509V3_CTX context;
  X509_EXTENSION *extension;

  X509V3_set_ctx (&context, self->issuer->certificate, self->certificate, NULL, NULL, 0);
  extension = X509V3_EXT_conf_nid (NULL, &context, nid, value);
  g_assert_nonnull (extension);
  X509_add_ext (self->certificate, extension, -1);
  X509_EXTENSION_free (extension);
}

Signer *
signer_new_full (const char *name, const Signer *issuer, gint64 not_before, gint64 not_after,
                 gboolean has_key_ids)
{
  static long serial = 0x80;
  Signer *self = g_new0 (Signer, 1);
  X509_NAME *subject;

  self->issuer = issuer != NULL ? issuer : self;
  self->key = EVP_EC_gen ("P-256");
  self->certificate = X509_new ();
  X509_set_version (self->certificate, X509_VERSION_3);
  ASN1_INTEGER_set (X509_get_serialNumber (self->certificate), serial++);
  ASN1_TIME_set (X509_getm_notBefore (self->certificate), not_before);
  ASN1_TIME_set (X509_getm_notAfter (self->certificate), not_after);
  subject = X509_get_subject_name (self->certificate);
  X509_NAME_add_entry_by_txt (subject, g_utf8_strlen (name, -1) <= 64 ? "CN" : "description",
                              MBSTRING_UTF8, (const guint8 *) name, -1, -1, 0);
  X509_set_issuer_name (self->certificate, X509_get_subject_name (self->issuer->certificate));
  X509_set_pubkey (self->certificate, self->key);
  if (has_key_ids) {
    add_extension (self, NID_subject_key_identifier, "hash");
    add_extension (self, NID_authority_key_identifier, "keyid:always");
  }
  g_assert_cmpint (X509_sign (self->certificate, self->issuer->key, EVP_sha256 ()), >, 0);
  return self;
}

Signer *
signer_new (const char *name, const Signer *issuer)
{
  return signer_new_full (name, issuer, SIGNER_NOT_BEFORE, SIGNER_NOT_AFTER, TRUE);
}

void
signer_free (Signer *self)
{
  EVP_PKEY_free (self->key);
  X509_free (self->certificate);
  g_free (self);
}

static char *
to_hex (const guint8 *data, gsize size)
{
  GString *hex = g_string_new (NULL);

  for (gsize i = 0; i < size; i++)
    g_string_append_printf (hex, "%02x", data[i]);
  return g_string_free (hex, FALSE);
}

char *
signer_key_id (const Signer *self)
{
  const ASN1_OCTET_STRING *id = X509_get0_subject_key_id (self->certificate);

  return to_hex (ASN1_STRING_get0_data (id), (gsize) ASN1_STRING_length (id));
}

/* SpcIndirectDataContent, without the SEQUENCE around it. */
static GByteArray *
make_content (const char *algorithm, const char *digest, MessageFlags flags)
{
  static const guint8 data[] = { 0x30, 0x0c, 0x06, 0x0a, 0x2b, 0x06, 0x01,
                                 0x04, 0x01, 0x82, 0x37, 0x02, 0x01, 0x0f };
  GByteArray *content = g_byte_array_new ();
  X509_SIG *info = X509_SIG_new ();
  X509_ALGOR *algor;
  ASN1_OCTET_STRING *octets;
  long size;
  g_autofree guint8 *bytes = OPENSSL_hexstr2buf (digest, &size);
  guint8 *der = NULL;
  int length;

  X509_SIG_getm (info, &algor, &octets);
  X509_ALGOR_set0 (algor, OBJ_txt2obj (algorithm, 0), V_ASN1_NULL, NULL);
  ASN1_OCTET_STRING_set (octets, bytes, flags & MESSAGE_EMPTY_DIGEST ? 0 : (int) size);
  length = i2d_X509_SIG (info, &der);
  g_byte_array_append (content, data, sizeof data);
  if (!(flags & MESSAGE_SPOILT_CONTENT))
    g_byte_array_append (content, der, (guint) length);
  OPENSSL_free (der);
  X509_SIG_free (info);
  return content;
}

/* Wraps it into a SEQUENCE; it is shorter than 128 bytes. */
static void
set_content (PKCS7 *message, const GByteArray *content, MessageFlags flags)
{
  guint8 header[2] = { 0x30, (guint8) content->len };
  g_autoptr (GByteArray) der = g_byte_array_new ();
  ASN1_STRING *string = ASN1_STRING_type_new (V_ASN1_SEQUENCE);
  PKCS7 *inner = PKCS7_new ();

  g_assert_cmpuint (content->len, <, 128);
  g_byte_array_append (der, header, sizeof header);
  g_byte_array_append (der, content->data, content->len);
  ASN1_STRING_set (string, der->data, (int) der->len);
  inner->type = OBJ_txt2obj (flags & MESSAGE_OTHER_CONTENT ? "1.2.3.4" : SPC_INDIRECT_DATA, 1);
  inner->d.other = ASN1_TYPE_new ();
  ASN1_TYPE_set (inner->d.other, V_ASN1_SEQUENCE, string);
  g_assert_true (PKCS7_set_content (message, inner));
}

static void
add_nested (PKCS7_SIGNER_INFO *info, const GByteArray *nested)
{
  X509_ATTRIBUTE *attribute = X509_ATTRIBUTE_new ();
  ASN1_OBJECT *type = OBJ_txt2obj (SPC_NESTED_SIGNATURE, 1);

  X509_ATTRIBUTE_set1_object (attribute, type);
  ASN1_OBJECT_free (type);
  X509_ATTRIBUTE_set1_data (attribute, V_ASN1_SEQUENCE, nested->data, (int) nested->len);
  info->unauth_attr = sk_X509_ATTRIBUTE_new_null ();
  sk_X509_ATTRIBUTE_push (info->unauth_attr, attribute);
}

static void
add_signature (PKCS7 *message, const Signer *signer, const GByteArray *content,
               const GByteArray *nested, MessageFlags flags)
{
  g_autoptr (Signer) other = flags & MESSAGE_FORGED ? signer_new ("somebody else", NULL) : NULL;
  const EVP_MD *type = EVP_sha256 ();
  EVP_PKEY *key = other != NULL ? other->key : signer->key;
  PKCS7_SIGNER_INFO *info;
  guint8 digest[EVP_MAX_MD_SIZE];
  guint length;

  /* It takes a key that fits the certificate; which one signs is changed after that. */
  info = PKCS7_add_signature (message, signer->certificate, signer->key, type);
  g_assert_nonnull (info);
  EVP_Digest (content->data, content->len, digest, &length, type, NULL);
  PKCS7_add_attrib_content_type (info, OBJ_txt2obj (SPC_INDIRECT_DATA, 1));
  PKCS7_add1_attrib_digest (info, digest, (int) length);
  EVP_PKEY_up_ref (key);
  EVP_PKEY_free (info->pkey);
  info->pkey = key;
  g_assert_true (PKCS7_SIGNER_INFO_sign (info));
  if (nested != NULL)
    add_nested (info, nested);
}

GByteArray *
make_message (const Signer *signer, const char *algorithm, const char *digest,
              const GByteArray *nested, MessageFlags flags)
{
  g_autoptr (GByteArray) content = make_content (algorithm, digest, flags);
  GByteArray *result = g_byte_array_new ();
  PKCS7 *message = PKCS7_new ();
  guint8 *der = NULL;
  int length;

  PKCS7_set_type (message, NID_pkcs7_signed);
  set_content (message, content, flags);
  if (!(flags & MESSAGE_WITHOUT_SIGNER))
    add_signature (message, signer, content, nested, flags);
  if (!(flags & MESSAGE_WITHOUT_CERTIFICATE))
    PKCS7_add_certificate (message, signer->certificate);
  if (flags & MESSAGE_WITH_ISSUER)
    PKCS7_add_certificate (message, signer->issuer->certificate);
  length = i2d_PKCS7 (message, &der);
  g_assert_cmpint (length, >, 0);
  g_byte_array_append (result, der, (guint) length);
  OPENSSL_free (der);
  PKCS7_free (message);
  return result;
}

static void
pad (GByteArray *file)
{
  static const guint8 zeros[8] = { 0 };

  g_byte_array_append (file, zeros, (8 - file->len % 8) % 8);
}

static guint32
get32 (const GByteArray *file, gsize offset)
{
  guint32 value;

  memcpy (&value, file->data + offset, sizeof value);
  return GUINT32_FROM_LE (value);
}

void
attach_message (GByteArray *pe, const GByteArray *message)
{
  guint32 table = get32 (pe, PE_CERTIFICATES);
  guint entry;

  pad (pe);
  entry = pe->len;
  g_byte_array_set_size (pe, entry + ENTRY_HEADER);
  make_kernel_put32 (pe, entry, ENTRY_HEADER + message->len);
  make_kernel_put16 (pe, entry + 4, 0x0200);
  make_kernel_put16 (pe, entry + 6, 0x0002);
  g_byte_array_append (pe, message->data, message->len);
  pad (pe);
  if (table == 0)
    table = entry;
  make_kernel_put32 (pe, PE_CERTIFICATES, table);
  make_kernel_put32 (pe, PE_CERTIFICATES + 4, pe->len - table);
}

char *
digest_pe (const GByteArray *pe, GChecksumType type)
{
  const KexecInput input = kexec_input_from_data (pe->data, pe->len);
  g_autoptr (KexecPe) headers = kexec_pe_read (&input, NULL);
  const char *problem;

  return kexec_authenticode_digest (&input, headers, type, &problem);
}

void
sign_pe (GByteArray *pe, const Signer *signer, const char *algorithm)
{
  g_autofree char *digest = NULL;
  g_autoptr (GByteArray) message = NULL;
  GChecksumType type = g_str_equal (algorithm, "sha1")     ? G_CHECKSUM_SHA1
                       : g_str_equal (algorithm, "sha384") ? G_CHECKSUM_SHA384
                       : g_str_equal (algorithm, "sha512") ? G_CHECKSUM_SHA512
                                                           : G_CHECKSUM_SHA256;

  pad (pe);
  digest = digest_pe (pe, type);
  message = make_message (signer, algorithm, digest, NULL, MESSAGE_ORDINARY);
  attach_message (pe, message);
}
