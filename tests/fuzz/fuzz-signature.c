/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes, taken for a file that is signed, and for the message in a signature. */
#include "image/signature/signature.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"

/* Of a PE file that is nothing but headers. */
enum {
  PE = 0x40,
  OPTIONAL = PE + 24,
  DIRECTORIES = OPTIONAL + 112,
  CERTIFICATES = DIRECTORIES + 4 * 8,
  HEADERS_SIZE = DIRECTORIES + 16 * 8,
};

static void
put32 (guint8 *file, gsize offset, guint32 value)
{
  value = GUINT32_TO_LE (value);
  memcpy (file + offset, &value, sizeof value);
}

/* Returns: (transfer full): a file that is signed with @data. */
static GBytes *
wrap (const guint8 *data, gsize size)
{
  gsize total = HEADERS_SIZE + 8 + (size + 7) / 8 * 8;
  guint8 *file = g_malloc0 (total);

  memcpy (file, "MZ", 2);
  put32 (file, 0x3c, PE);
  memcpy (file + PE, "PE\0", 4);
  put32 (file, PE + 20, HEADERS_SIZE - OPTIONAL);
  put32 (file, OPTIONAL, 0x20b);
  put32 (file, OPTIONAL + 60, HEADERS_SIZE);
  put32 (file, DIRECTORIES - 4, 16);
  put32 (file, CERTIFICATES, HEADERS_SIZE);
  put32 (file, CERTIFICATES + 4, (guint32) (total - HEADERS_SIZE));
  put32 (file, HEADERS_SIZE, (guint32) (size + 8));
  put32 (file, HEADERS_SIZE + 4, 0x00020200);
  memcpy (file + HEADERS_SIZE + 8, data, size);
  return g_bytes_new_take (file, total);
}

static void
check (const KexecSignature *signature)
{
  g_assert_nonnull (kexec_signature_status_name (signature->status));
  g_assert_true (signature->algorithm == NULL || g_utf8_validate (signature->algorithm, -1, NULL));
  g_assert_true (signature->signer == NULL || g_utf8_validate (signature->signer, -1, NULL));
  g_assert_true (signature->issuer == NULL || g_utf8_validate (signature->issuer, -1, NULL));
  if (signature->status == KEXEC_SIGNATURE_INTACT)
    g_assert_true (signature->matches);
  if (signature->matches)
    g_assert_cmpstr (signature->digest, ==, signature->actual_digest);
}

static void
read_signatures (const KexecInput *input)
{
  static const char *const keys[] = { "00", NULL };
  static const KexecSignaturePolicy policies[] = {
    { .lockdown = "integrity", .key_ids = keys },
    { .enforces = TRUE, .takes_appended = TRUE },
  };
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (GPtrArray) signatures = kexec_signatures_read (input, "", findings);
  g_autoptr (GVariant) variant = NULL;

  for (guint i = 0; i < signatures->len; i++)
    check (signatures->pdata[i]);
  for (guint i = 0; i < G_N_ELEMENTS (policies); i++)
    kexec_signature_predict (signatures, &policies[i], "", findings);
  variant = g_variant_ref_sink (kexec_findings_to_variant (findings));
  g_assert_true (g_variant_is_normal_form (variant));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) wrapped = wrap (data, size);
  const KexecInput plain = kexec_input_from_data (data, size);
  const KexecInput message = kexec_input_from_bytes (wrapped);

  read_signatures (&plain);
  read_signatures (&message);
  return 0;
}
