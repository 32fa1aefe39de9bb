/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What kernels will say: the whole truth table, written down a second time. */
#include "image/signature/signature.h"

#include "tests/unit/expect.h"

#define KNOWN "6ccece7e4c6c0d1f6149f3dd27dfcc5cbb419ea1"
#define OTHER "14011249c2675ea8e5148542202005810584b25f"

/* What kernels there are. */
typedef struct {
  const char *name;
  KexecSignaturePolicy policy;
} Kernel;

#define YES KEXEC_CONFIG_YES
#define NO  KEXEC_CONFIG_NO

static const char *const known_keys[] = { OTHER "00", KNOWN, NULL };

static const Kernel kernels[] = {
  { "open", { .lockdown = "none", .checks = YES, .verifies = YES } },
  { "no-lockdown", { .checks = YES, .verifies = YES } },
  { "locked", { .lockdown = "integrity", .checks = YES, .verifies = YES, .key_ids = known_keys } },
  { "secret", { .lockdown = "confidentiality", .key_ids = known_keys } },
  { "locked-unchecked", { .lockdown = "integrity", .checks = NO, .verifies = NO } },
  { "locked-no-verifier", { .lockdown = "integrity", .checks = YES, .verifies = NO } },
  { "enforcing", { .enforces = TRUE, .checks = YES, .verifies = YES, .key_ids = known_keys } },
  { "enforcing-locked",
    { .lockdown = "integrity",
      .enforces = TRUE,
      .checks = YES,
      .verifies = YES,
      .appraises = TRUE,
      .key_ids = known_keys } },
  { "enforcing-no-verifier", { .enforces = TRUE, .checks = YES, .verifies = NO } },
  { "appraising", { .lockdown = "integrity", .appraises = TRUE, .checks = NO } },
  { "keyless-locked", { .lockdown = "integrity", .checks = YES, .verifies = YES } },
  { "keyless-enforcing", { .enforces = TRUE, .checks = YES, .verifies = YES } },
  { "s390x", { .enforces = TRUE, .checks = YES, .verifies = YES, .takes_appended = TRUE } },
};

/* What images there are: each letter is a signature. */
typedef struct {
  const char *kernel;
  const char *image;
  const char *code;  /* "": nothing is said */
  const char *error; /* that it names */
} Row;

/*
 * g: good, by a key that the kernel shows; o: good, by another key; n: good, and it does not say by
 * which key; u: cannot be read; x: malformed; b: broken; m: mismatch; N: a nested one; a: appended;
 * "": unsigned.
 */
static const Row rows[] = {
  { "open", "", "", NULL },
  { "open", "o", "", NULL },
  { "open", "x", "", NULL },
  { "open", "m", "", NULL },
  { "no-lockdown", "", "", NULL },
  { "no-lockdown", "b", "", NULL },
  { "locked", "", "kernel-unsigned", "EPERM" },
  { "locked", "a", "kernel-unsigned", "EPERM" },
  { "locked", "g", "", NULL },
  { "locked", "gN", "", NULL },
  { "locked", "gmN", "signature-prediction", "EPERM" },
  { "locked", "ga", "", NULL },
  { "locked", "o", "signature-prediction", "EPERM" },
  { "locked", "n", "signature-uncertain", "EPERM" },
  { "locked", "u", "signature-uncertain", "EPERM" },
  { "locked", "x", "signature-prediction", "EPERM" },
  { "locked", "b", "signature-prediction", "EPERM" },
  { "locked", "m", "signature-prediction", "EPERM" },
  { "secret", "", "kernel-unsigned", "EPERM" },
  { "secret", "g", "", NULL },
  { "secret", "m", "signature-prediction", "EPERM" },
  { "locked-unchecked", "", "", NULL },
  { "locked-unchecked", "m", "", NULL },
  { "locked-no-verifier", "", "kernel-unsigned", "EPERM" },
  { "locked-no-verifier", "g", "signature-prediction", "EPERM" },
  { "enforcing", "", "kernel-unsigned", "ENODATA" },
  { "enforcing", "g", "", NULL },
  { "enforcing", "gg", "signature-prediction", "ELIBBAD" },
  { "enforcing", "o", "signature-prediction", "ENOKEY" },
  { "enforcing", "n", "signature-uncertain", "ENOKEY" },
  { "enforcing", "u", "signature-uncertain", "ENOKEY" },
  { "enforcing", "x", "signature-prediction", "ELIBBAD" },
  { "enforcing", "b", "signature-prediction", "EKEYREJECTED" },
  { "enforcing", "m", "signature-prediction", "EKEYREJECTED" },
  { "enforcing-locked", "", "kernel-unsigned", "ENODATA" },
  { "enforcing-locked", "g", "", NULL },
  { "enforcing-no-verifier", "g", "signature-prediction", "EKEYREJECTED" },
  { "appraising", "", "signature-uncertain", "EACCES" },
  { "appraising", "g", "signature-uncertain", "EACCES" },
  { "keyless-locked", "g", "signature-uncertain", "EPERM" },
  { "keyless-enforcing", "g", "signature-uncertain", "ENOKEY" },
  { "s390x", "g", "kernel-unsigned", "ENODATA" },
  { "s390x", "a", "signature-uncertain", "ENOKEY" },
};

static const KexecSignaturePolicy *
find_policy (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (kernels); i++)
    if (g_str_equal (kernels[i].name, name))
      return &kernels[i].policy;
  g_error ("There is no kernel %s", name);
}

static KexecSignatureStatus
status_of (char letter)
{
  switch (letter) {
  case 'x':
    return KEXEC_SIGNATURE_MALFORMED;
  case 'b':
    return KEXEC_SIGNATURE_BROKEN;
  case 'm':
    return KEXEC_SIGNATURE_MISMATCH;
  case 'u':
  case 'a':
    return KEXEC_SIGNATURE_UNREAD;
  default:
    return KEXEC_SIGNATURE_INTACT;
  }
}

static GPtrArray *
make_signatures (const char *image)
{
  GPtrArray *signatures = g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_signature_free);

  for (const char *p = image; *p != '\0'; p++) {
    KexecSignature *signature = g_new0 (KexecSignature, 1);
    const char *keys = *p == 'g' || *p == 'N' ? OTHER " " KNOWN : *p == 'o' ? OTHER : NULL;

    signature->status = status_of (*p);
    signature->is_nested = *p == 'N';
    signature->is_appended = *p == 'a';
    if (keys != NULL) {
      signature->signer = g_strdup ("CN=Signer");
      signature->issuer = g_strdup ("CN=Issuer");
      signature->key_ids = g_strsplit (keys, " ", -1);
    }
    g_ptr_array_add (signatures, signature);
  }
  return signatures;
}

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  const KexecSignaturePolicy *policy = find_policy (row->kernel);
  g_autoptr (GPtrArray) signatures = make_signatures (row->image);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  const KexecFinding *finding;
  const char *error = NULL;

  kexec_signature_predict (signatures, policy, "vmlinuz", findings);
  expect_findings (findings, row->code);
  if (row->error == NULL)
    return;
  finding = findings->pdata[0];
  g_assert_cmpstr (finding->subject, ==, "vmlinuz");
  g_assert_true (g_str_has_prefix (finding->text, "vmlinuz "));
  g_assert_nonnull (strstr (finding->text, row->error));
  g_assert_true (g_variant_lookup (finding->args, "errno", "&s", &error));
  g_assert_cmpstr (error, ==, row->error);
}

/* The facts in a finding, and the sentence for an image without a name. */
static void
test_facts (void)
{
  g_autoptr (GPtrArray) signatures = make_signatures ("o");
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  const KexecFinding *finding;
  const char *value;

  kexec_signature_predict (signatures, find_policy ("locked"), "", findings);
  finding = findings->pdata[0];
  g_assert_true (g_str_has_prefix (finding->text, "The kernel is signed with a key"));
  g_assert_nonnull (strstr (finding->text, "locked down (integrity)"));
  g_assert_nonnull (strstr (finding->text, "probably"));
  g_assert_true (g_variant_lookup (finding->args, "lockdown", "&s", &value));
  g_assert_cmpstr (value, ==, "integrity");
  g_assert_true (g_variant_lookup (finding->args, "signer", "&s", &value));
  g_assert_cmpstr (value, ==, "CN=Signer");
  g_assert_true (g_variant_lookup (finding->args, "issuer", "&s", &value));
  g_assert_cmpstr (value, ==, "CN=Issuer");
}

/* The signer is who has to be known. */
static void
test_signer (void)
{
  g_autoptr (GPtrArray) signatures = make_signatures ("g");
  g_autoptr (KexecFindings) findings = kexec_findings_new ();

  kexec_signature_predict (signatures, find_policy ("keyless-locked"), "vmlinuz", findings);
  g_assert_nonnull (
    strstr (finding_text (findings, "signature-uncertain"), "is signed by CN=Signer"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strdup_printf ("/signature-predict/%s/%s", rows[i].kernel,
                                             *rows[i].image != '\0' ? rows[i].image : "unsigned");

    g_test_add_data_func (path, &rows[i], test_row);
  }
  g_test_add_func ("/signature-predict/facts", test_facts);
  g_test_add_func ("/signature-predict/signer", test_signer);
  return g_test_run ();
}
