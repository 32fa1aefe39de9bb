/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A build without OpenSSL: that there is a signature is known, and nothing is said of it. */
#include "image/signature/signature.h"

#include "tests/unit/expect.h"
#include "tests/unit/make-kernel.h"

static GPtrArray *
read_signatures (const GByteArray *made, KexecFindings *findings)
{
  const KexecInput input = kexec_input_from_data (made->data, made->len);

  return kexec_signatures_read (&input, "vmlinuz", findings);
}

static void
test_signed (void)
{
  g_autoptr (GByteArray) made = make_kernel ("6.1.0-test");
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (GPtrArray) signatures = NULL;
  const KexecSignature *signature;

  make_kernel_sign (made);
  signatures = read_signatures (made, findings);
  expect_findings (findings, "");
  g_assert_cmpuint (signatures->len, ==, 1);
  signature = signatures->pdata[0];
  g_assert_cmpstr (kexec_signature_status_name (signature->status), ==, "unread");
  g_assert_cmpstr (signature->algorithm, ==, NULL);
  g_assert_cmpstr (signature->digest, ==, NULL);
  g_assert_cmpstr (signature->actual_digest, ==, NULL);
  g_assert_cmpstr (signature->signer, ==, NULL);
  g_assert_false (signature->matches);
}

static void
test_unsigned (void)
{
  g_autoptr (GByteArray) made = make_kernel ("6.1.0-test");
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (GPtrArray) signatures = read_signatures (made, findings);

  expect_findings (findings, "");
  g_assert_cmpuint (signatures->len, ==, 0);
}

/* A table that is damaged is seen without OpenSSL, too. */
static void
test_cut (void)
{
  g_autoptr (GByteArray) made = make_kernel ("6.1.0-test");
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (GPtrArray) signatures = NULL;

  make_kernel_sign (made);
  g_byte_array_set_size (made, made->len - 1);
  signatures = read_signatures (made, findings);
  expect_findings (findings, "signature-malformed");
  g_assert_cmpuint (signatures->len, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/signature-none/signed", test_signed);
  g_test_add_func ("/signature-none/unsigned", test_unsigned);
  g_test_add_func ("/signature-none/cut", test_cut);
  return g_test_run ();
}
