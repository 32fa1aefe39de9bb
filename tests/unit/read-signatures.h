/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What tests of signatures share: a file to sign, and what is expected of those that are read. */
#pragma once

#include <openssl/err.h>

#include "image/signature/signature.h"
#include "tests/unit/expect.h"
#include "tests/unit/make-kernel.h"
#include "tests/unit/make-pe.h"
#include "tests/unit/make-signature.h"

static inline GByteArray *
make (void)
{
  return make_pe_of_text (".text", "the program", ".data", "its data", NULL);
}

static inline GPtrArray *
read_signatures (const GByteArray *made, KexecFindings *findings)
{
  /* A copy of the exact size, so that a read beyond the end is seen. */
  g_autofree guint8 *copy = g_memdup2 (made->data, made->len);
  const KexecInput input = kexec_input_from_data (copy, made->len);
  GPtrArray *signatures = kexec_signatures_read (&input, "vmlinuz", findings);

  /* Nothing is left for the next user of OpenSSL in this thread. */
  g_assert_cmpuint (ERR_peek_error (), ==, 0);
  return signatures;
}

/* @statuses: of the signatures in their order, "intact broken" */
static inline void
expect_signatures (const GPtrArray *signatures, const char *statuses)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < signatures->len; i++) {
    const KexecSignature *signature = signatures->pdata[i];

    g_string_append_printf (names, "%s%s", i > 0 ? " " : "",
                            kexec_signature_status_name (signature->status));
  }
  g_assert_cmpstr (names->str, ==, statuses);
}

static inline void
expect (const GByteArray *made, const char *statuses, const char *codes)
{
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (GPtrArray) signatures = read_signatures (made, findings);

  expect_signatures (signatures, statuses);
  expect_findings (findings, codes);
}
