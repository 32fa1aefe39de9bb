/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signatures that cannot be read: certificate tables and messages that are damaged or hostile. */
#include <string.h>

#include "tests/unit/read-signatures.h"

#define APPENDED "~Module signature appended~\n"

/* Messages that are PKCS#7 and yet no signature of a program. */
typedef struct {
  const char *name;
  MessageFlags flags;
  const char *text;
} Odd;

static const Odd odd[] = {
  { "other-content", MESSAGE_OTHER_CONTENT, "the digest of a program" },
  { "spoilt-content", MESSAGE_SPOILT_CONTENT, "the digest of a program" },
  { "empty-digest", MESSAGE_EMPTY_DIGEST, "the digest of a program" },
  { "without-signer", MESSAGE_WITHOUT_SIGNER, "no signer" },
};

static void
test_odd (gconstpointer data)
{
  const Odd *row = data;
  g_autoptr (Signer) signer = signer_new ("Signer", NULL);
  g_autoptr (GByteArray) made = make ();
  g_autoptr (GByteArray) message = make_message (signer, "sha256", "00", NULL, row->flags);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (GPtrArray) signatures = NULL;

  attach_message (made, message);
  signatures = read_signatures (made, findings);
  expect_signatures (signatures, "malformed");
  expect_findings (findings, "signature-malformed");
  g_assert_nonnull (strstr (finding_text (findings, "signature-malformed"), row->text));
}

/* A digest longer than any algorithm's. */
static void
test_long_digest (void)
{
  g_autoptr (Signer) signer = signer_new ("Signer", NULL);
  g_autoptr (GByteArray) made = make ();
  g_autofree char *digest = g_strnfill (130, '0');
  g_autoptr (GByteArray) message = make_message (signer, "sha256", digest, NULL, 0);

  attach_message (made, message);
  expect (made, "malformed", "signature-malformed");
}

/* The certificate table with a wrong number in it. The entry is what sign_pe() puts at the end. */
typedef struct {
  const char *name;
  guint offset; /* in the entry, or in the file with IN_FILE */
  guint size;
  guint32 value;
  const char *statuses;
  const char *text; /* a part of the sentence; NULL: nothing is said */
} Spoilt;

#define IN_FILE 0x80000000

static const Spoilt spoilt[] = {
  { "length-huge", 0, 4, 0xffffffff, "malformed", "larger or smaller" },
  { "length-tiny", 0, 4, 8, "malformed", "larger or smaller" },
  { "length-zero", 0, 4, 0, "malformed", "larger or smaller" },
  { "length-short", 0, 4, 16, "malformed malformed", "PKCS#7" },
  { "revision", 4, 2, 0x0100, "", NULL },
  { "type", 6, 2, 1, "", NULL },
  { "not-der", 8, 4, 0x5a5a5a5a, "malformed", "PKCS#7" },
  { "table-outside", IN_FILE + PE_CERTIFICATES, 4, 0xfffffff8, "malformed", "ends before" },
  { "table-cut", IN_FILE + PE_CERTIFICATES + 4, 4, 4, "malformed", "cut off" },
};

static void
test_spoilt (gconstpointer data)
{
  const Spoilt *row = data;
  g_autoptr (Signer) signer = signer_new ("Signer", NULL);
  g_autoptr (GByteArray) made = make ();
  guint end = made->len;
  guint place = row->offset & IN_FILE ? row->offset & ~IN_FILE : end + row->offset;
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (GPtrArray) signatures = NULL;

  sign_pe (made, signer, "sha256");
  if (row->size == 2)
    make_kernel_put16 (made, place, (guint16) row->value);
  else
    make_kernel_put32 (made, place, row->value);
  signatures = read_signatures (made, findings);
  expect_signatures (signatures, row->statuses);
  if (row->text != NULL)
    g_assert_nonnull (strstr (finding_text (findings, "signature-malformed"), row->text));
  else
    expect_findings (findings, "");
}

/* Every possible cut: never a crash, and never a good signature. */
static void
test_cut (void)
{
  g_autoptr (Signer) signer = signer_new ("Signer", NULL);
  g_autoptr (GByteArray) made = make ();

  sign_pe (made, signer, "sha256");
  for (guint size = 0; size < made->len; size += 7) {
    g_autofree guint8 *copy = g_memdup2 (made->data, size);
    const KexecInput input = kexec_input_from_data (copy, size);
    g_autoptr (KexecFindings) findings = kexec_findings_new ();
    g_autoptr (GPtrArray) signatures = kexec_signatures_read (&input, "", findings);

    if (signatures->len > 0)
      expect_signatures (signatures, "malformed");
    expect_sentences (findings);
  }
}

/* Headers that do not tell what is signed. */
static void
test_overlap (void)
{
  g_autoptr (Signer) signer = signer_new ("Signer", NULL);
  g_autoptr (GByteArray) made = make ();
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (GPtrArray) signatures = NULL;

  sign_pe (made, signer, "sha256");
  make_kernel_put32 (made, PE_SECTION (0) + SECTION_RAW_SIZE, 1024);
  signatures = read_signatures (made, findings);
  expect_signatures (signatures, "malformed");
  expect_findings (findings, "signature-malformed");
  g_assert_nonnull (strstr (finding_text (findings, "signature-malformed"), "overlap"));
}

static void
test_too_many (void)
{
  g_autoptr (Signer) signer = signer_new ("Signer", NULL);
  g_autoptr (GByteArray) made = make ();
  g_autoptr (GByteArray) message = NULL;
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (GPtrArray) signatures = NULL;
  g_autofree char *digest = digest_pe (made, G_CHECKSUM_SHA256);

  message = make_message (signer, "sha256", digest, NULL, 0);
  for (guint i = 0; i < 40; i++)
    attach_message (made, message);
  signatures = read_signatures (made, findings);
  g_assert_cmpuint (signatures->len, ==, 17);
  expect_findings (findings, "signature-malformed");
  g_assert_nonnull (strstr (finding_text (findings, "signature-malformed"), "more of them"));
}

static void
test_too_large (void)
{
  g_autoptr (GByteArray) made = make ();
  g_autoptr (GByteArray) message = g_byte_array_new ();
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (GPtrArray) signatures = NULL;

  g_byte_array_set_size (message, 64 * 1024 + 1);
  memset (message->data, 0x30, message->len);
  attach_message (made, message);
  signatures = read_signatures (made, findings);
  expect_signatures (signatures, "malformed");
  g_assert_nonnull (strstr (finding_text (findings, "signature-malformed"), "kernels read"));
}

/* @size: what the header says of the signature, big-endian */
static void
append_signature (GByteArray *made, guint32 size)
{
  guint8 header[12] = { 0, 0, 2 };

  size = GUINT32_TO_BE (size);
  memcpy (header + 8, &size, sizeof size);
  g_byte_array_append (made, (const guint8 *) "signature", 9);
  g_byte_array_append (made, header, sizeof header);
  g_byte_array_append (made, (const guint8 *) APPENDED, strlen (APPENDED));
}

static void
test_appended (void)
{
  static const struct {
    guint32 size;
    const char *status;
    const char *codes;
  } rows[] = {
    { 9, "unread", "" },
    { 15, "unread", "" },
    { 16, "malformed", "signature-malformed" },
    { 0, "malformed", "signature-malformed" },
    { 0xffffffff, "malformed", "signature-malformed" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GByteArray) made = g_byte_array_new ();
    g_autoptr (KexecFindings) findings = kexec_findings_new ();
    g_autoptr (GPtrArray) signatures = NULL;
    const KexecSignature *signature;

    g_byte_array_append (made, (const guint8 *) "kernel", 6);
    append_signature (made, rows[i].size);
    signatures = read_signatures (made, findings);
    expect_signatures (signatures, rows[i].status);
    expect_findings (findings, rows[i].codes);
    signature = signatures->pdata[0];
    g_assert_true (signature->is_appended);
    g_assert_cmpstr (signature->algorithm, ==, "appended");
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (odd); i++) {
    g_autofree char *path = g_strdup_printf ("/signature-damaged/odd/%s", odd[i].name);

    g_test_add_data_func (path, &odd[i], test_odd);
  }
  g_test_add_func ("/signature-damaged/long-digest", test_long_digest);
  for (guint i = 0; i < G_N_ELEMENTS (spoilt); i++) {
    g_autofree char *path = g_strdup_printf ("/signature-damaged/spoilt/%s", spoilt[i].name);

    g_test_add_data_func (path, &spoilt[i], test_spoilt);
  }
  g_test_add_func ("/signature-damaged/cut", test_cut);
  g_test_add_func ("/signature-damaged/overlap", test_overlap);
  g_test_add_func ("/signature-damaged/too-many", test_too_many);
  g_test_add_func ("/signature-damaged/too-large", test_too_large);
  g_test_add_func ("/signature-damaged/appended", test_appended);
  return g_test_run ();
}
