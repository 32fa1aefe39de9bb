/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads PKCS#7 with OpenSSL: the digest of the file from the SpcIndirectDataContent (Microsoft,
 * "Windows Authenticode Portable Executable Signature Format"), the signer from the certificates
 * that come along (RFC 2315). No chain is followed to a root: the kernel alone knows its keys.
 */
#include "image/signature/signature-pkcs7.h"

#include <openssl/err.h>
#include <openssl/pkcs7.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

#include "image/openssl.h"
#include "image/printable.h"

#define SPC_INDIRECT_DATA    "1.3.6.1.4.1.311.2.1.4"
#define SPC_NESTED_SIGNATURE "1.3.6.1.4.1.311.2.4.1"

#define CHAIN_MAX       8   /* certificates from the signer's upwards that are looked at */
#define NAME_LENGTH_MAX 512 /* characters of a name that are kept */
#define DIGEST_MAX      64  /* bytes: that of SHA-512 */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PKCS7, PKCS7_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free_all)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_SIG, X509_SIG_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ASN1_OBJECT, ASN1_OBJECT_free)

static void
sequence_free (ASN1_SEQUENCE_ANY *sequence)
{
  sk_ASN1_TYPE_pop_free (sequence, ASN1_TYPE_free);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ASN1_SEQUENCE_ANY, sequence_free)

static gboolean
is_object (const ASN1_OBJECT *object, const char *id)
{
  g_autoptr (ASN1_OBJECT) wanted = OBJ_txt2obj (id, 1);

  return wanted != NULL && OBJ_cmp (object, wanted) == 0;
}

static char *
to_hex (const guint8 *data, gsize size)
{
  GString *hex = g_string_sized_new (2 * size);

  for (gsize i = 0; i < size; i++)
    g_string_append_printf (hex, "%02x", data[i]);
  return g_string_free (hex, FALSE);
}

/* "sha256"; a name that OpenSSL does not have stays a number, "1.2.3.4". */
static char *
name_algorithm (const ASN1_OBJECT *object)
{
  char name[128];
  int nid = OBJ_obj2nid (object);

  if (nid != NID_undef)
    return g_ascii_strdown (OBJ_nid2sn (nid), -1);
  return OBJ_obj2txt (name, sizeof name, object, 1) > 0 ? g_strdup (name) : g_strdup ("unknown");
}

/* DigestInfo, which is what X509_SIG describes (RFC 2315, 9.4): an algorithm and some bytes. */
static gboolean
read_digest (const ASN1_STRING *der, KexecSignature *self)
{
  const guint8 *data = ASN1_STRING_get0_data (der);
  g_autoptr (X509_SIG) info = d2i_X509_SIG (NULL, &data, ASN1_STRING_length (der));
  const X509_ALGOR *algorithm;
  const ASN1_OCTET_STRING *digest;
  const ASN1_OBJECT *object;

  if (info == NULL)
    return FALSE;
  X509_SIG_get0 (info, &algorithm, &digest);
  X509_ALGOR_get0 (&object, NULL, NULL, algorithm);
  if (ASN1_STRING_length (digest) == 0 || ASN1_STRING_length (digest) > DIGEST_MAX)
    return FALSE;
  self->algorithm = name_algorithm (object);
  self->digest = to_hex (ASN1_STRING_get0_data (digest), (gsize) ASN1_STRING_length (digest));
  return TRUE;
}

/* Returns: (nullable): the SpcIndirectDataContent, a DER-encoded SEQUENCE. */
static const ASN1_STRING *
find_content (const PKCS7 *message)
{
  const PKCS7 *content = message->d.sign->contents;

  if (content == NULL || !is_object (content->type, SPC_INDIRECT_DATA) ||
      content->d.other == NULL || content->d.other->type != V_ASN1_SEQUENCE)
    return NULL;
  return content->d.other->value.sequence;
}

/* SpcIndirectDataContent: what is signed, of which nothing matters here, and its digest. */
static gboolean
read_content (const ASN1_STRING *content, KexecSignature *self)
{
  const guint8 *data = ASN1_STRING_get0_data (content);
  g_autoptr (ASN1_SEQUENCE_ANY) parts =
    d2i_ASN1_SEQUENCE_ANY (NULL, &data, ASN1_STRING_length (content));
  const ASN1_TYPE *digest;

  if (parts == NULL || sk_ASN1_TYPE_num (parts) != 2)
    return FALSE;
  digest = sk_ASN1_TYPE_value (parts, 1);
  return digest->type == V_ASN1_SEQUENCE && read_digest (digest->value.sequence, self);
}

static char *
name_to_string (const X509_NAME *name)
{
  g_autoptr (BIO) bio = BIO_new (BIO_s_mem ());
  g_autofree char *text = NULL;
  g_autofree char *shown = NULL;
  char *data;
  long length;

  if (X509_NAME_print_ex (bio, name, 0, XN_FLAG_RFC2253 & ~(unsigned long) ASN1_STRFLGS_ESC_MSB) <
      0)
    return NULL;
  length = BIO_get_mem_data (bio, &data);
  text = g_strndup (data, (gsize) length);
  shown = kexec_printable (text);
  if (g_utf8_strlen (shown, -1) <= NAME_LENGTH_MAX)
    return g_steal_pointer (&shown);
  *g_utf8_offset_to_pointer (shown, NAME_LENGTH_MAX) = '\0';
  return g_strconcat (shown, "...", NULL);
}

static gint64
time_to_unix (const ASN1_TIME *time)
{
  struct tm tm;

  return ASN1_TIME_to_tm (time, &tm) == 1 ? (gint64) timegm (&tm) : 0;
}

/* As the kernel describes keys (crypto/asymmetric_keys/x509_public_key.c): where there is no
 * subject key identifier, by the bytes of the serial number, with the 00 that keeps it positive. */
static char *
describe_key (X509 *certificate)
{
  const ASN1_OCTET_STRING *id = X509_get0_subject_key_id (certificate);
  const ASN1_INTEGER *serial = X509_get0_serialNumber (certificate);
  const guint8 *data = ASN1_STRING_get0_data (id != NULL ? id : serial);
  gsize size = (gsize) ASN1_STRING_length (id != NULL ? id : serial);
  g_autofree char *hex = to_hex (data, size);

  if (id == NULL && size > 0 && data[0] >= 0x80)
    return g_strconcat ("00", hex, NULL);
  return g_steal_pointer (&hex);
}

static X509 *
find_issuer (const STACK_OF (X509) * certificates, X509 *certificate)
{
  for (int i = 0; i < sk_X509_num (certificates); i++) {
    X509 *candidate = sk_X509_value (certificates, i);

    if (candidate != certificate && X509_check_issued (candidate, certificate) == X509_V_OK)
      return candidate;
  }
  return NULL;
}

static void
add_key (GPtrArray *ids, char *id)
{
  if (g_ptr_array_find_with_equal_func (ids, id, g_str_equal, NULL))
    g_free (id);
  else
    g_ptr_array_add (ids, id);
}

/* The keys of which the kernel has to know one (crypto/asymmetric_keys/pkcs7_trust.c): the
 * signer's, those above it that come along, and the one that signed the last of these. */
static GStrv
list_keys (const PKCS7 *message, X509 *signer)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  X509 *certificate = signer;

  for (guint i = 0; certificate != NULL && i < CHAIN_MAX; i++) {
    const ASN1_OCTET_STRING *above = X509_get0_authority_key_id (certificate);

    add_key (ids, describe_key (certificate));
    if (above != NULL)
      add_key (ids, to_hex (ASN1_STRING_get0_data (above), (gsize) ASN1_STRING_length (above)));
    certificate = find_issuer (message->d.sign->cert, certificate);
  }
  g_ptr_array_add (ids, NULL);
  return (GStrv) g_ptr_array_steal (ids, NULL);
}

static void
read_signer (const PKCS7 *message, X509 *signer, KexecSignature *self)
{
  self->signer = name_to_string (X509_get_subject_name (signer));
  self->issuer = name_to_string (X509_get_issuer_name (signer));
  self->not_before = time_to_unix (X509_get0_notBefore (signer));
  self->not_after = time_to_unix (X509_get0_notAfter (signer));
  self->key_ids = list_keys (message, signer);
}

/*
 * What is signed is the content without its own tag and length (RFC 2315, 9.3). OpenSSL's
 * PKCS7_verify() takes no content of this type, so that the digest is made here. Returns: UNREAD
 * where this OpenSSL lacks the algorithm.
 */
static KexecSignatureStatus
verify (PKCS7 *message, PKCS7_SIGNER_INFO *info, X509 *signer, const ASN1_STRING *content)
{
  const guint8 *data = ASN1_STRING_get0_data (content);
  const EVP_MD *algorithm = EVP_get_digestbyobj (info->digest_alg->algorithm);
  g_autoptr (BIO) bio = NULL;
  guint8 buffer[1024];
  long length;
  int tag;
  int class;

  if (ASN1_get_object (&data, &length, &tag, &class, ASN1_STRING_length (content)) !=
      V_ASN1_CONSTRUCTED)
    return KEXEC_SIGNATURE_BROKEN;
  bio = BIO_new (BIO_f_md ());
  if (algorithm == NULL || BIO_set_md (bio, algorithm) != 1)
    return KEXEC_SIGNATURE_UNREAD;
  BIO_push (bio, BIO_new_mem_buf (data, (int) length));
  while (BIO_read (bio, buffer, sizeof buffer) > 0)
    ;
  return PKCS7_signatureVerify (bio, message, info, signer) == 1 ? KEXEC_SIGNATURE_INTACT
                                                                 : KEXEC_SIGNATURE_BROKEN;
}

static void
collect_nested (const PKCS7_SIGNER_INFO *info, GPtrArray *nested)
{
  for (int i = 0; i < sk_X509_ATTRIBUTE_num (info->unauth_attr); i++) {
    X509_ATTRIBUTE *attribute = sk_X509_ATTRIBUTE_value (info->unauth_attr, i);

    if (!is_object (X509_ATTRIBUTE_get0_object (attribute), SPC_NESTED_SIGNATURE))
      continue;
    for (int j = 0; j < X509_ATTRIBUTE_count (attribute); j++) {
      const ASN1_STRING *der = X509_ATTRIBUTE_get0_data (attribute, j, V_ASN1_SEQUENCE, NULL);

      if (der != NULL)
        g_ptr_array_add (
          nested, g_bytes_new (ASN1_STRING_get0_data (der), (gsize) ASN1_STRING_length (der)));
    }
  }
}

static const char *
read_signed (PKCS7 *message, KexecSignature *self, GPtrArray *nested)
{
  const ASN1_STRING *content = find_content (message);
  const STACK_OF (PKCS7_SIGNER_INFO) *infos = PKCS7_get_signer_info (message);
  PKCS7_SIGNER_INFO *info;
  X509 *signer;

  if (content == NULL || !read_content (content, self))
    return "it does not hold the digest of a program";
  if (sk_PKCS7_SIGNER_INFO_num (infos) != 1)
    return "it has no signer, or several";
  info = sk_PKCS7_SIGNER_INFO_value (infos, 0);
  signer = PKCS7_cert_from_signer_info (message, info);
  if (signer != NULL) {
    read_signer (message, signer, self);
    self->status = verify (message, info, signer, content);
  }
  collect_nested (info, nested);
  return NULL;
}

const char *
kexec_pkcs7_read (const guint8 *data, gsize size, KexecSignature *self, GPtrArray *nested)
{
  const char *problem = "it is not PKCS#7";
  g_autoptr (PKCS7) message = NULL;

  g_return_val_if_fail (size <= KEXEC_PKCS7_MAX, problem);
  kexec_openssl_init ();
  ERR_set_mark ();
  message = d2i_PKCS7 (NULL, &data, (long) size);
  if (message != NULL && PKCS7_type_is_signed (message) && message->d.sign != NULL)
    problem = read_signed (message, self, nested);
  ERR_pop_to_mark ();
  return problem;
}
