/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signatures that are made on the spot: good ones, forged ones, strange ones, tampered files. */
#include <string.h>

#include "tests/unit/read-signatures.h"

static void
test_unsigned (void)
{
  g_autoptr (GByteArray) made = make ();
  g_autoptr (GByteArray) nothing = g_byte_array_new ();
  g_autoptr (GByteArray) text = g_byte_array_new ();

  expect (made, "", "");
  expect (nothing, "", "");
  g_byte_array_append (text, (const guint8 *) "not a program at all, though longer than a line",
                       47);
  expect (text, "", "");
}

static void
test_good (void)
{
  g_autoptr (Signer) authority = signer_new ("Authority", NULL);
  g_autoptr (Signer) signer = signer_new ("Signer, \"the\" J\303\274ngere", authority);
  g_autoptr (GByteArray) made = make ();
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (GPtrArray) signatures = NULL;
  g_autofree char *digest = digest_pe (made, G_CHECKSUM_SHA256);
  g_autofree char *key_ids = NULL;
  g_autofree char *own = signer_key_id (signer);
  g_autofree char *above = signer_key_id (authority);
  g_autofree char *expected = g_strdup_printf ("%s %s", own, above);
  const KexecSignature *signature;

  sign_pe (made, signer, "sha256");
  signatures = read_signatures (made, findings);
  expect_findings (findings, "");
  expect_signatures (signatures, "intact");
  signature = signatures->pdata[0];
  g_assert_cmpstr (signature->algorithm, ==, "sha256");
  g_assert_cmpstr (signature->digest, ==, digest);
  g_assert_cmpstr (signature->actual_digest, ==, digest);
  g_assert_true (signature->matches);
  g_assert_false (signature->is_nested);
  g_assert_false (signature->is_appended);
  g_assert_cmpstr (signature->signer, ==, "CN=Signer\\, \\\"the\\\" J\303\274ngere");
  g_assert_cmpstr (signature->issuer, ==, "CN=Authority");
  g_assert_cmpint (signature->not_before, ==, SIGNER_NOT_BEFORE);
  g_assert_cmpint (signature->not_after, ==, SIGNER_NOT_AFTER);
  key_ids = g_strjoinv (" ", signature->key_ids);
  g_assert_cmpstr (key_ids, ==, expected);
}

static void
test_algorithms (void)
{
  static const char *const algorithms[] = { "sha1", "sha256", "sha384", "sha512" };
  g_autoptr (Signer) signer = signer_new ("Signer", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (algorithms); i++) {
    g_autoptr (GByteArray) made = make ();
    g_autoptr (KexecFindings) findings = kexec_findings_new ();
    g_autoptr (GPtrArray) signatures = NULL;

    sign_pe (made, signer, algorithms[i]);
    signatures = read_signatures (made, findings);
    expect_signatures (signatures, "intact");
    g_assert_cmpstr (((KexecSignature *) signatures->pdata[0])->algorithm, ==, algorithms[i]);
  }
}

/* An algorithm that nobody computes here: what is signed is told, and nothing is said of it. */
static void
test_other_algorithm (void)
{
  g_autoptr (Signer) signer = signer_new ("Signer", NULL);
  g_autoptr (GByteArray) made = make ();
  g_autoptr (GByteArray) message =
    make_message (signer, "sha3-256", "0123456789abcdef", NULL, MESSAGE_ORDINARY);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (GPtrArray) signatures = NULL;
  const KexecSignature *signature;

  attach_message (made, message);
  signatures = read_signatures (made, findings);
  expect_findings (findings, "");
  expect_signatures (signatures, "unread");
  signature = signatures->pdata[0];
  g_assert_cmpstr (signature->algorithm, ==, "sha3-256");
  g_assert_cmpstr (signature->digest, ==, "0123456789abcdef");
  g_assert_cmpstr (signature->actual_digest, ==, NULL);
  g_assert_false (signature->matches);
}

/* Whatever is changed, headers, sections or what follows, is seen. */
static void
test_tampered (void)
{
  g_autoptr (Signer) signer = signer_new ("Signer", NULL);
  g_autoptr (GByteArray) made = make ();
  guint end = made->len;

  sign_pe (made, signer, "sha256");
  for (guint i = 2; i < end; i += 61) {
    g_autoptr (KexecFindings) findings = kexec_findings_new ();
    g_autoptr (GPtrArray) signatures = NULL;

    /* The headers' own structure is tests of its own. */
    if (i >= 0x3c && i < PE_SECTION_TABLE + 2 * PE_SECTION_HEADER_SIZE)
      continue;
    made->data[i] ^= 0x10;
    signatures = read_signatures (made, findings);
    expect_signatures (signatures, "mismatch");
    expect_findings (findings, "signature-mismatch");
    g_assert_true (g_str_has_prefix (finding_text (findings, "signature-mismatch"),
                                     "vmlinuz was changed after it was signed: its sha256 digest"));
    made->data[i] ^= 0x10;
  }
  expect (made, "intact", "");
}

/* What was appended to a signed file belongs to it, too. */
static void
test_appended_data (void)
{
  g_autoptr (Signer) signer = signer_new ("Signer", NULL);
  g_autoptr (GByteArray) made = make ();

  sign_pe (made, signer, "sha256");
  g_byte_array_append (made, (const guint8 *) "more", 4);
  expect (made, "mismatch", "signature-mismatch");
}

/* Tools recompute the checksum afterwards, and may. */
static void
test_checksum (void)
{
  g_autoptr (Signer) signer = signer_new ("Signer", NULL);
  g_autoptr (GByteArray) made = make ();

  sign_pe (made, signer, "sha256");
  make_kernel_put32 (made, PE_OPTIONAL_HEADER + 64, 0xdeadbeef);
  expect (made, "intact", "");
}

/* Data before the table that are not a multiple of 8 are padded before they are signed. */
static void
test_odd_size (void)
{
  g_autoptr (Signer) signer = signer_new ("Signer", NULL);
  g_autoptr (GByteArray) made = make ();

  g_byte_array_append (made, (const guint8 *) "odd", 3);
  sign_pe (made, signer, "sha256");
  expect (made, "intact", "");
}

static void
test_several (void)
{
  g_autoptr (Signer) one = signer_new ("One", NULL);
  g_autoptr (Signer) other = signer_new ("Other", NULL);
  g_autoptr (GByteArray) made = make ();
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (GPtrArray) signatures = NULL;

  sign_pe (made, one, "sha256");
  sign_pe (made, other, "sha512");
  signatures = read_signatures (made, findings);
  expect_signatures (signatures, "intact intact");
  g_assert_cmpstr (((KexecSignature *) signatures->pdata[0])->signer, ==, "CN=One");
  g_assert_cmpstr (((KexecSignature *) signatures->pdata[1])->signer, ==, "CN=Other");
}

static void
test_nested (void)
{
  g_autoptr (Signer) one = signer_new ("One", NULL);
  g_autoptr (Signer) other = signer_new ("Other", NULL);
  g_autoptr (GByteArray) made = make ();
  g_autofree char *sha1 = digest_pe (made, G_CHECKSUM_SHA1);
  g_autofree char *sha256 = digest_pe (made, G_CHECKSUM_SHA256);
  g_autoptr (GByteArray) innermost = make_message (one, "sha1", sha1, NULL, MESSAGE_FORGED);
  g_autoptr (GByteArray) inner = make_message (other, "sha256", sha256, innermost, 0);
  g_autoptr (GByteArray) message = make_message (one, "sha1", sha1, inner, 0);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (GPtrArray) signatures = NULL;

  attach_message (made, message);
  signatures = read_signatures (made, findings);
  expect_signatures (signatures, "intact intact broken");
  expect_findings (findings, "signature-mismatch");
  g_assert_false (((KexecSignature *) signatures->pdata[0])->is_nested);
  g_assert_true (((KexecSignature *) signatures->pdata[1])->is_nested);
  g_assert_true (((KexecSignature *) signatures->pdata[2])->is_nested);
  g_assert_cmpstr (((KexecSignature *) signatures->pdata[1])->signer, ==, "CN=Other");
}

/* A signature by another key than the certificate's, although the digest is the file's. */
static void
test_forged (void)
{
  g_autoptr (Signer) signer = signer_new ("Signer", NULL);
  g_autoptr (GByteArray) made = make ();
  g_autofree char *digest = digest_pe (made, G_CHECKSUM_SHA256);
  g_autoptr (GByteArray) message = make_message (signer, "sha256", digest, NULL, MESSAGE_FORGED);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (GPtrArray) signatures = NULL;

  attach_message (made, message);
  signatures = read_signatures (made, findings);
  expect_signatures (signatures, "broken");
  expect_findings (findings, "signature-mismatch");
  g_assert_true (((KexecSignature *) signatures->pdata[0])->matches);
  g_assert_nonnull (
    strstr (finding_text (findings, "signature-mismatch"), "its signer did not make"));
}

/* The digest in a signature cannot be replaced: the attributes that are signed hold its own. */
static void
test_replaced_digest (void)
{
  g_autoptr (Signer) signer = signer_new ("Signer", NULL);
  g_autoptr (GByteArray) made = make ();
  g_autofree char *digest = digest_pe (made, G_CHECKSUM_SHA256);
  g_autofree guint8 *bytes = g_malloc (32);
  guint8 *place;

  for (guint i = 0; i < 32; i++)
    bytes[i] = (guint8) (g_ascii_xdigit_value (digest[2 * i]) << 4 |
                         g_ascii_xdigit_value (digest[2 * i + 1]));
  sign_pe (made, signer, "sha256");
  place = memmem (made->data, made->len, bytes, 32);
  g_assert_nonnull (place);
  place[31] ^= 1;
  expect (made, "broken", "signature-mismatch");
}

/* Without the certificate nobody can tell whose the signature is; the digest still counts. */
static void
test_without_certificate (void)
{
  g_autoptr (Signer) signer = signer_new ("Signer", NULL);
  g_autoptr (GByteArray) made = make ();
  g_autofree char *digest = digest_pe (made, G_CHECKSUM_SHA256);
  g_autoptr (GByteArray) message =
    make_message (signer, "sha256", digest, NULL, MESSAGE_WITHOUT_CERTIFICATE);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (GPtrArray) signatures = NULL;
  const KexecSignature *signature;

  attach_message (made, message);
  signatures = read_signatures (made, findings);
  expect_findings (findings, "");
  expect_signatures (signatures, "unread");
  signature = signatures->pdata[0];
  g_assert_true (signature->matches);
  g_assert_cmpstr (signature->signer, ==, NULL);
  g_assert_null (signature->key_ids);
  made->data[600] ^= 1;
  expect (made, "mismatch", "signature-mismatch");
}

/* The keys above the signer's are those that come along, and the one above these. */
static void
test_chain (void)
{
  g_autoptr (Signer) root = signer_new ("Root", NULL);
  g_autoptr (Signer) middle = signer_new ("Middle", root);
  g_autoptr (Signer) signer = signer_new ("Signer", middle);
  g_autoptr (GByteArray) made = make ();
  g_autofree char *digest = digest_pe (made, G_CHECKSUM_SHA256);
  g_autoptr (GByteArray) message =
    make_message (signer, "sha256", digest, NULL, MESSAGE_WITH_ISSUER);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (GPtrArray) signatures = NULL;
  g_autofree char *signer_id = signer_key_id (signer);
  g_autofree char *middle_id = signer_key_id (middle);
  g_autofree char *root_id = signer_key_id (root);
  g_autofree char *expected = g_strdup_printf ("%s %s %s", signer_id, middle_id, root_id);
  g_autofree char *actual = NULL;

  attach_message (made, message);
  signatures = read_signatures (made, findings);
  expect_signatures (signatures, "intact");
  actual = g_strjoinv (" ", ((KexecSignature *) signatures->pdata[0])->key_ids);
  g_assert_cmpstr (actual, ==, expected);
}

/* A certificate without identifiers is known by its serial number, kept positive. */
static void
test_serial_number (void)
{
  g_autoptr (Signer) signer =
    signer_new_full ("Signer", NULL, SIGNER_NOT_BEFORE, SIGNER_NOT_AFTER, FALSE);
  g_autoptr (GByteArray) made = make ();
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (GPtrArray) signatures = NULL;
  const KexecSignature *signature;

  sign_pe (made, signer, "sha256");
  signatures = read_signatures (made, findings);
  expect_signatures (signatures, "intact");
  signature = signatures->pdata[0];
  g_assert_cmpuint (g_strv_length (signature->key_ids), ==, 1);
  g_assert_true (g_str_has_prefix (signature->key_ids[0], "00"));
  g_assert_cmpuint (strlen (signature->key_ids[0]), ==, 4);
}

/* Control characters are escaped, and a name that nobody could read is cut. */
static void
test_names (void)
{
  g_autofree char *large = g_strnfill (2000, 'x');
  g_autofree char *shown = g_strnfill (512 - strlen ("description="), 'x');
  g_autofree char *cut = g_strconcat ("description=", shown, "...", NULL);
  const char *const names[][2] = {
    { "a\033[31m\nb", "CN=a\\1B[31m\\0Ab" },
    { "\342\200\256x", "CN=?x" },
    { large, cut },
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (Signer) signer = signer_new (names[i][0], NULL);
    g_autoptr (GByteArray) made = make ();
    g_autoptr (KexecFindings) findings = kexec_findings_new ();
    g_autoptr (GPtrArray) signatures = NULL;

    sign_pe (made, signer, "sha256");
    signatures = read_signatures (made, findings);
    g_assert_cmpstr (((KexecSignature *) signatures->pdata[0])->signer, ==, names[i][1]);
  }
}

typedef struct {
  const char *name;
  gint64 not_before;
  gint64 not_after;
  const char *text;
} Validity;

static const Validity validities[] = {
  { "expired", SIGNER_NOT_BEFORE, SIGNER_NOT_BEFORE + 86400, "was valid until 2000-01-02" },
  { "early", SIGNER_NOT_AFTER - 86400, SIGNER_NOT_AFTER, "is not valid before 2099-12-31" },
};

static void
test_validity (gconstpointer data)
{
  const Validity *row = data;
  g_autoptr (Signer) signer =
    signer_new_full ("Signer", NULL, row->not_before, row->not_after, TRUE);
  g_autoptr (GByteArray) made = make ();
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (GPtrArray) signatures = NULL;

  sign_pe (made, signer, "sha256");
  signatures = read_signatures (made, findings);
  expect_signatures (signatures, "intact");
  expect_findings (findings, "signature-expired");
  g_assert_nonnull (strstr (finding_text (findings, "signature-expired"), row->text));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/signature/unsigned", test_unsigned);
  g_test_add_func ("/signature/good", test_good);
  g_test_add_func ("/signature/algorithms", test_algorithms);
  g_test_add_func ("/signature/other-algorithm", test_other_algorithm);
  g_test_add_func ("/signature/tampered", test_tampered);
  g_test_add_func ("/signature/appended-data", test_appended_data);
  g_test_add_func ("/signature/checksum", test_checksum);
  g_test_add_func ("/signature/odd-size", test_odd_size);
  g_test_add_func ("/signature/several", test_several);
  g_test_add_func ("/signature/nested", test_nested);
  g_test_add_func ("/signature/forged", test_forged);
  g_test_add_func ("/signature/replaced-digest", test_replaced_digest);
  g_test_add_func ("/signature/without-certificate", test_without_certificate);
  g_test_add_func ("/signature/chain", test_chain);
  g_test_add_func ("/signature/serial-number", test_serial_number);
  g_test_add_func ("/signature/names", test_names);
  for (guint i = 0; i < G_N_ELEMENTS (validities); i++) {
    g_autofree char *path = g_strdup_printf ("/signature/validity/%s", validities[i].name);

    g_test_add_data_func (path, &validities[i], test_validity);
  }
  return g_test_run ();
}
