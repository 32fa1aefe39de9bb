/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Authenticode signatures of kernels (Microsoft, "Windows Authenticode Portable Executable
 * Signature Format"): what they say, whether the file is still what was signed, and what the
 * running kernel will make of it. Advice: the kernel has the last word, and alone knows its keys.
 */
#pragma once

#include "image/finding.h"
#include "image/input.h"

/* One signature. Strings are NULL where this build has no OpenSSL, or the file does not tell. */
typedef struct {
  char *algorithm;     /* of the digest, "sha256" */
  char *digest;        /* that was signed, in lower-case hexadecimal */
  char *actual_digest; /* of the file as it is */
  gboolean matches;    /* … which are the same */
  char *signer;        /* the subject of the signer's certificate, RFC 2253 */
  char *issuer;        /* likewise */
  gint64 not_before;   /* of that certificate, seconds since 1970; 0: not known */
  gint64 not_after;
} KexecSignature;

void kexec_signature_free (KexecSignature *self);

/**
 * kexec_signatures_read:
 *
 * Returns: (transfer full): the file's signatures, none for an unsigned one; what is wrong with
 * them is among @findings.
 */
GPtrArray *kexec_signatures_read (const KexecInput *input, const char *subject,
                                  KexecFindings *findings);

/* What the running kernel asks of an image. */
typedef struct {
  const char *lockdown; /* "none", "integrity", "confidentiality"; NULL: not known */
  gboolean checks;      /* CONFIG_KEXEC_SIG: it looks at signatures */
  gboolean enforces;    /* CONFIG_KEXEC_SIG_FORCE: it loads nothing without a good one */
  gboolean secure_boot; /* the firmware does */
} KexecSignaturePolicy;

/**
 * kexec_signature_predict:
 * @signatures: of the image that is loaded (for a UKI: of its inner kernel)
 *
 * Adds what the kernel will probably answer, and with which errno, to @findings.
 */
void kexec_signature_predict (const GPtrArray *signatures, const KexecSignaturePolicy *policy,
                              const char *subject, KexecFindings *findings);
