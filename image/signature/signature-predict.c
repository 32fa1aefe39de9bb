/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the running kernel will make of a signature: kimage_validate_signature() of Linux's
 * kernel/kexec_file.c and what it calls, as two tables. It cannot be more than a prediction: which
 * keys are trusted, and revoked, the kernel alone knows.
 */
#include "image/signature/signature.h"

#include <string.h>

/* Who has the last word. */
typedef enum {
  JUDGE_NOBODY,
  JUDGE_LOCKDOWN, /* whatever is wrong, the answer is EPERM */
  JUDGE_LOADER,   /* it answers with what is wrong */
  JUDGE_IMA,      /* kimage_validate_signature() leaves it to IMA, even under lockdown */
  N_JUDGES
} Judge;

/* What it will see. */
typedef enum {
  CASE_UNSIGNED,
  CASE_NO_VERIFIER,
  CASE_SEVERAL,
  CASE_MALFORMED,
  CASE_BROKEN,
  CASE_MISMATCH,
  CASE_OTHER_KEY,
  CASE_UNKNOWN_KEY,
  CASE_KNOWN_KEY,
  N_CASES
} Case;

/* What there is to say, and what to do about it, where loading is likely to fail. */
static const struct {
  const char *what;
  const char *remedy;
} cases[N_CASES] = {
  [CASE_UNSIGNED] = { "has no signature", "use a kernel that the distribution signed" },
  [CASE_NO_VERIFIER] = { "cannot be verified, since CONFIG_KEXEC_BZIMAGE_VERIFY_SIG is off",
                         "reboot in the ordinary way" },
  [CASE_SEVERAL] = { "has more than one signature", "sign it once" },
  [CASE_MALFORMED] = { "has a damaged signature", "install it again or sign it again" },
  [CASE_BROKEN] = { "has a signature that was changed", "install it again or sign it again" },
  [CASE_MISMATCH] = { "was changed after it was signed", "install it again or sign it again" },
  [CASE_OTHER_KEY] = { "is signed with a key that is not among those in /proc/keys",
                       "enrol its certificate, or use a kernel that the distribution signed" },
};

typedef struct {
  KexecFindingCode code;
  const char *error; /* what kexec_file_load(2) fails with; NULL: nothing is said */
} Verdict;

/* clang-format off */
#define NOTHING         { 0, NULL }
#define UNSIGNED(error) { KEXEC_FINDING_KERNEL_UNSIGNED, error }
#define LIKELY(error)   { KEXEC_FINDING_SIGNATURE_PREDICTION, error }
#define POSSIBLE(error) { KEXEC_FINDING_SIGNATURE_UNCERTAIN, error }
#define IMA             POSSIBLE ("EACCES")

static const Verdict verdicts[N_CASES][N_JUDGES] = {
  /*                    nobody    lockdown            the loader                IMA */
  [CASE_UNSIGNED]    = { NOTHING, UNSIGNED ("EPERM"), UNSIGNED ("ENODATA"),     IMA },
  [CASE_NO_VERIFIER] = { NOTHING, LIKELY ("EPERM"),   LIKELY ("EKEYREJECTED"),  IMA },
  [CASE_SEVERAL]     = { NOTHING, LIKELY ("EPERM"),   LIKELY ("ELIBBAD"),       IMA },
  [CASE_MALFORMED]   = { NOTHING, LIKELY ("EPERM"),   LIKELY ("ELIBBAD"),       IMA },
  [CASE_BROKEN]      = { NOTHING, LIKELY ("EPERM"),   LIKELY ("EKEYREJECTED"),  IMA },
  [CASE_MISMATCH]    = { NOTHING, LIKELY ("EPERM"),   LIKELY ("EKEYREJECTED"),  IMA },
  [CASE_OTHER_KEY]   = { NOTHING, LIKELY ("EPERM"),   LIKELY ("ENOKEY"),        IMA },
  [CASE_UNKNOWN_KEY] = { NOTHING, POSSIBLE ("EPERM"), POSSIBLE ("ENOKEY"),      IMA },
  [CASE_KNOWN_KEY]   = { NOTHING, NOTHING,            NOTHING,                  IMA },
};
/* clang-format on */

static gboolean
is_locked_down (const KexecSignaturePolicy *policy)
{
  return policy->lockdown != NULL && !g_str_equal (policy->lockdown, "none");
}

/* A kernel without CONFIG_KEXEC_SIG looks at no signature, and lockdown does not stop it either. */
static Judge
find_judge (const KexecSignaturePolicy *policy)
{
  if (policy->enforces)
    return JUDGE_LOADER;
  if (policy->appraises)
    return JUDGE_IMA;
  return is_locked_down (policy) && policy->checks != KEXEC_CONFIG_NO ? JUDGE_LOCKDOWN
                                                                      : JUDGE_NOBODY;
}

static Case
look_at_keys (const KexecSignature *signature, const KexecSignaturePolicy *policy)
{
  if (signature->key_ids == NULL || policy->key_ids == NULL)
    return CASE_UNKNOWN_KEY;
  for (guint i = 0; signature->key_ids[i] != NULL; i++)
    if (g_strv_contains (policy->key_ids, signature->key_ids[i]))
      return CASE_KNOWN_KEY;
  return CASE_OTHER_KEY;
}

static Case
look_at (const KexecSignature *signature, const KexecSignaturePolicy *policy)
{
  switch (signature->status) {
  case KEXEC_SIGNATURE_MALFORMED:
    return CASE_MALFORMED;
  case KEXEC_SIGNATURE_BROKEN:
    return CASE_BROKEN;
  case KEXEC_SIGNATURE_MISMATCH:
    return CASE_MISMATCH;
  default:
    return look_at_keys (signature, policy);
  }
}

/* Whether the kernel looks at it: at what is appended or at what a PE file holds, as its
 * architecture has it, and never at nested ones. */
static gboolean
is_looked_at (const KexecSignature *signature, const KexecSignaturePolicy *policy)
{
  return !signature->is_nested && signature->is_appended == policy->takes_appended;
}

/* Returns: (nullable): the signature that the kernel looks at. */
static const KexecSignature *
find_signature (const GPtrArray *signatures, const KexecSignaturePolicy *policy, guint *n)
{
  const KexecSignature *first = NULL;

  *n = 0;
  for (guint i = 0; i < signatures->len; i++)
    if (is_looked_at (signatures->pdata[i], policy) && (*n)++ == 0)
      first = signatures->pdata[i];
  return first;
}

/* Where the certificate table has several entries, none is read (verify_pefile.c). */
static Case
find_case (const KexecSignature *signature, guint n, const KexecSignaturePolicy *policy)
{
  if (n == 0)
    return CASE_UNSIGNED;
  if (policy->verifies == KEXEC_CONFIG_NO)
    return CASE_NO_VERIFIER;
  return n > 1 ? CASE_SEVERAL : look_at (signature, policy);
}

/* What the kernel is like: a part of the sentence. */
static char *
describe_judge (Judge judge, const KexecSignaturePolicy *policy)
{
  if (judge == JUDGE_LOCKDOWN)
    return g_strdup_printf ("the running kernel is locked down (%s)", policy->lockdown);
  return g_strdup ("the running kernel enforces signatures");
}

static GVariant *
describe (const Verdict *verdict, const KexecSignature *signature,
          const KexecSignaturePolicy *policy)
{
  g_auto (GVariantDict) args = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&args, "errno", "s", verdict->error);
  g_variant_dict_insert (&args, "secure_boot", "b", policy->secure_boot);
  if (policy->lockdown != NULL)
    g_variant_dict_insert (&args, "lockdown", "s", policy->lockdown);
  if (signature != NULL && signature->signer != NULL)
    g_variant_dict_insert (&args, "signer", "s", signature->signer);
  if (signature != NULL && signature->issuer != NULL)
    g_variant_dict_insert (&args, "issuer", "s", signature->issuer);
  return g_variant_dict_end (&args);
}

void
kexec_signature_predict (const GPtrArray *signatures, const KexecSignaturePolicy *policy,
                         const char *subject, KexecFindings *findings)
{
  Judge judge = find_judge (policy);
  guint n;
  const KexecSignature *signature = find_signature (signatures, policy, &n);
  Case what = find_case (signature, n, policy);
  const Verdict *verdict = &verdicts[what][judge];
  const char *name = *subject != '\0' ? subject : "The kernel";
  g_autofree char *reason = describe_judge (judge, policy);

  if (verdict->error == NULL)
    return;
  if (judge == JUDGE_IMA)
    kexec_findings_add (findings, verdict->code, subject, describe (verdict, signature, policy),
                        "%s needs a signature of its own for the integrity policy (IMA) of this"
                        " system, which was not looked at; if loading fails with %s, sign the file"
                        " with evmctl",
                        name, verdict->error);
  else if (what == CASE_UNKNOWN_KEY)
    kexec_findings_add (findings, verdict->code, subject, describe (verdict, signature, policy),
                        "%s is signed by %s, and %s, but whether it trusts that key is not known;"
                        " if loading fails with %s, enrol the signer's certificate",
                        name, signature->signer != NULL ? signature->signer : "somebody", reason,
                        verdict->error);
  else
    kexec_findings_add (findings, verdict->code, subject, describe (verdict, signature, policy),
                        "%s %s, and %s, so that loading it will probably fail (%s); %s", name,
                        cases[what].what, reason, verdict->error, cases[what].remedy);
}
