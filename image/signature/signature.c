/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the signatures of a file, has them read, and compares what they say with the file. */
#include "image/signature/signature.h"

#include <string.h>

#include "image/signature/authenticode.h"
#include "image/bytes.h"
#include "image/signature/signature-pkcs7.h"

/* More signatures than this are not read; real files have one or two. */
#define SIGNATURES_MAX 16

/* An entry of the certificate table: length, revision, type (PE Format). */
#define ENTRY_HEADER     8
#define ENTRY_ALIGNMENT  8
#define REVISION_2       0x0200
#define PKCS_SIGNED_DATA 2

/* What ends a file with an appended signature; before it a header whose last word is the size. */
#define APPENDED_MAGIC  "~Module signature appended~\n"
#define APPENDED_HEADER 12

static const struct {
  const char *name;
  GChecksumType type;
} algorithms[] = {
  { "sha1", G_CHECKSUM_SHA1 },
  { "sha256", G_CHECKSUM_SHA256 },
  { "sha384", G_CHECKSUM_SHA384 },
  { "sha512", G_CHECKSUM_SHA512 },
};

static const char *const status_names[] = { "unread", "malformed", "broken", "mismatch", "intact" };

G_STATIC_ASSERT (G_N_ELEMENTS (status_names) == KEXEC_SIGNATURE_INTACT + 1);

typedef struct {
  const KexecInput *input;
  const KexecPe *pe;
  const char *subject;
  const char *name; /* in sentences */
  gint64 now;       /* seconds since 1970 */
  KexecFindings *findings;
  GPtrArray *signatures;
  char *digests[G_N_ELEMENTS (algorithms)]; /* of the file, where one was needed */
} Reader;

void
kexec_signature_free (KexecSignature *self)
{
  g_free (self->algorithm);
  g_free (self->digest);
  g_free (self->actual_digest);
  g_free (self->signer);
  g_free (self->issuer);
  g_strfreev (self->key_ids);
  g_free (self);
}

const char *
kexec_signature_status_name (KexecSignatureStatus status)
{
  g_return_val_if_fail (status < G_N_ELEMENTS (status_names), NULL);
  return status_names[status];
}

static KexecSignature *
add_signature (Reader *self)
{
  KexecSignature *signature = g_new0 (KexecSignature, 1);

  g_ptr_array_add (self->signatures, signature);
  return signature;
}

static void
tell_malformed (const Reader *self, const char *problem)
{
  kexec_findings_add (self->findings, KEXEC_FINDING_SIGNATURE_MALFORMED, self->subject, NULL,
                      "%s has a damaged signature: %s; install it again or sign it again",
                      self->name, problem);
}

static GVariant *
describe (const KexecSignature *signature)
{
  g_auto (GVariantDict) args = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&args, "algorithm", "s", signature->algorithm);
  g_variant_dict_insert (&args, "digest", "s", signature->digest);
  if (signature->actual_digest != NULL)
    g_variant_dict_insert (&args, "actual_digest", "s", signature->actual_digest);
  if (signature->signer != NULL)
    g_variant_dict_insert (&args, "signer", "s", signature->signer);
  return g_variant_dict_end (&args);
}

/* Returns: (nullable): %NULL, with @problem or none, if there is no digest to compare with. */
static const char *
digest_file (Reader *self, const char *algorithm, const char **problem)
{
  *problem = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (algorithms); i++) {
    if (!g_str_equal (algorithms[i].name, algorithm))
      continue;
    if (self->digests[i] == NULL)
      self->digests[i] =
        kexec_authenticode_digest (self->input, self->pe, algorithms[i].type, problem);
    return self->digests[i];
  }
  return NULL;
}

static void
tell_validity (const Reader *self, const KexecSignature *signature)
{
  gboolean is_early = signature->not_before != 0 && self->now < signature->not_before;
  gint64 limit = is_early ? signature->not_before : signature->not_after;
  g_autoptr (GDateTime) time = NULL;
  g_autofree char *date = NULL;

  if (!is_early && (signature->not_after == 0 || self->now <= signature->not_after))
    return;
  time = g_date_time_new_from_unix_utc (limit);
  date = time != NULL ? g_date_time_format (time, "%Y-%m-%d") : g_strdup ("another time");
  kexec_findings_add (self->findings, KEXEC_FINDING_SIGNATURE_EXPIRED, self->subject,
                      g_variant_new_parsed ("{'not_before': <%x>, 'not_after': <%x>}",
                                            signature->not_before * G_USEC_PER_SEC,
                                            signature->not_after * G_USEC_PER_SEC),
                      "%s was signed with a certificate that %s %s; kernels do not look at that, so"
                      " nothing has to be done",
                      self->name, is_early ? "is not valid before" : "was valid until", date);
}

/* Compares what was signed with what is there. */
static void
judge (Reader *self, KexecSignature *signature)
{
  const char *problem;
  const char *actual = digest_file (self, signature->algorithm, &problem);

  if (problem != NULL) {
    signature->status = KEXEC_SIGNATURE_MALFORMED;
    kexec_findings_add (self->findings, KEXEC_FINDING_SIGNATURE_MALFORMED, self->subject, NULL,
                        "%s is signed, but does not tell what of it: %s; install it again or sign"
                        " it again",
                        self->name, problem);
    return;
  }
  signature->actual_digest = g_strdup (actual);
  signature->matches = g_strcmp0 (signature->digest, actual) == 0;
  if (signature->status == KEXEC_SIGNATURE_BROKEN) {
    kexec_findings_add (self->findings, KEXEC_FINDING_SIGNATURE_MISMATCH, self->subject,
                        describe (signature),
                        "%s has a signature that its signer did not make, or that was changed"
                        " since; install it again or sign it again",
                        self->name);
  } else if (actual != NULL && !signature->matches) {
    signature->status = KEXEC_SIGNATURE_MISMATCH;
    kexec_findings_add (self->findings, KEXEC_FINDING_SIGNATURE_MISMATCH, self->subject,
                        describe (signature),
                        "%s was changed after it was signed: its %s digest is not the one that was"
                        " signed; install it again or sign it again",
                        self->name, signature->algorithm);
  } else if (actual == NULL) {
    signature->status = KEXEC_SIGNATURE_UNREAD;
  }
}

/* @data: a PKCS#7 message. Adds the signatures that are nested in it to @nested. */
static void
read_message (Reader *self, const guint8 *data, gsize size, gboolean is_nested, GPtrArray *nested)
{
  KexecSignature *signature = add_signature (self);
  const char *problem = kexec_pkcs7_read (data, size, signature, nested);

  signature->is_nested = is_nested;
  if (problem != NULL) {
    signature->status = KEXEC_SIGNATURE_MALFORMED;
    tell_malformed (self, problem);
    return;
  }
  if (signature->algorithm == NULL)
    return;
  judge (self, signature);
  tell_validity (self, signature);
}

/* Messages may be nested in nested ones: @nested grows while it is gone through. */
static void
read_messages (Reader *self, const guint8 *data, gsize size)
{
  g_autoptr (GPtrArray) nested = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  read_message (self, data, size, FALSE, nested);
  for (guint i = 0; i < nested->len && self->signatures->len < SIGNATURES_MAX; i++) {
    gsize nested_size;
    const guint8 *bytes = g_bytes_get_data (nested->pdata[i], &nested_size);

    read_message (self, bytes, nested_size, TRUE, nested);
  }
}

/* @size: of the message, which is behind the entry's header at @offset. */
static const char *
read_entry (Reader *self, guint64 offset, guint64 size)
{
  g_autoptr (GBytes) bytes = NULL;

  if (size > KEXEC_PKCS7_MAX)
    return "it is larger than kernels read";
  bytes = kexec_input_load (self->input, offset, (gsize) size);
  if (bytes == NULL)
    return "it cannot be read to its end";
  read_messages (self, g_bytes_get_data (bytes, NULL), (gsize) size);
  return NULL;
}

/* Returns: what is wrong with the table. The entries before that are read. */
static const char *
read_table (Reader *self)
{
  guint64 end = self->pe->certificate_offset + self->pe->certificate_size;
  guint64 offset = self->pe->certificate_offset;

  if (end > self->input->size)
    return "the file ends before it does";
  for (guint i = 0; offset < end; i++) {
    guint8 header[ENTRY_HEADER];
    guint64 length;
    const char *problem = NULL;

    if (i == SIGNATURES_MAX || self->signatures->len == SIGNATURES_MAX)
      return "there are more of them than any file needs";
    if (end - offset < sizeof header ||
        kexec_input_read (self->input, offset, header, sizeof header) < sizeof header)
      return "its table is cut off";
    length = kexec_le32 (header);
    if (length <= sizeof header || length > end - offset)
      return "its table says that it is larger or smaller than it is";
    if (kexec_le16 (header + 4) == REVISION_2 && kexec_le16 (header + 6) == PKCS_SIGNED_DATA)
      problem = read_entry (self, offset + sizeof header, length - sizeof header);
    if (problem != NULL)
      return problem;
    offset += (length + ENTRY_ALIGNMENT - 1) / ENTRY_ALIGNMENT * ENTRY_ALIGNMENT;
  }
  return NULL;
}

static void
read_pe (Reader *self)
{
  const char *problem;

  if (self->pe == NULL || self->pe->certificate_size == 0)
    return;
  problem = read_table (self);
  if (problem == NULL)
    return;
  add_signature (self)->status = KEXEC_SIGNATURE_MALFORMED;
  tell_malformed (self, problem);
}

/* What comes before the size in the header is for the kernel, which reads it with the signature. */
static void
read_appended (Reader *self)
{
  guint8 tail[APPENDED_HEADER + sizeof APPENDED_MAGIC - 1];
  const KexecInput *input = self->input;
  KexecSignature *signature;
  guint32 size;

  if (input->size < sizeof tail ||
      kexec_input_read (input, input->size - sizeof tail, tail, sizeof tail) < sizeof tail ||
      memcmp (tail + APPENDED_HEADER, APPENDED_MAGIC, sizeof APPENDED_MAGIC - 1) != 0)
    return;
  signature = add_signature (self);
  signature->is_appended = TRUE;
  signature->algorithm = g_strdup ("appended");
  size = GUINT32_SWAP_LE_BE (kexec_le32 (tail + APPENDED_HEADER - 4));
  if (size > 0 && size <= input->size - sizeof tail)
    return;
  signature->status = KEXEC_SIGNATURE_MALFORMED;
  tell_malformed (self, "it says that it is larger or smaller than it is");
}

GPtrArray *
kexec_signatures_read (const KexecInput *input, const char *subject, KexecFindings *findings)
{
  g_autoptr (KexecPe) pe = kexec_pe_read (input, NULL);
  Reader self = {
    .input = input,
    .pe = pe,
    .subject = subject,
    .name = *subject != '\0' ? subject : "The kernel",
    .now = g_get_real_time () / G_USEC_PER_SEC,
    .findings = findings,
    .signatures = g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_signature_free),
  };

  read_pe (&self);
  read_appended (&self);
  for (guint i = 0; i < G_N_ELEMENTS (self.digests); i++)
    g_free (self.digests[i]);
  return self.signatures;
}
