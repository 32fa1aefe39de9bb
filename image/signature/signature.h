/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Authenticode signatures of kernels (Microsoft, "Windows Authenticode Portable Executable
 * Signature Format"): what they say, whether the file is still what was signed, and what the
 * running kernel will make of it. Advice: the kernel has the last word, and alone knows its keys.
 */
#pragma once

#include "image/finding.h"
#include "image/input.h"
#include "image/kernel/kernel-config.h"

/* What can be said of a signature without knowing whom the kernel trusts. */
typedef enum {
  KEXEC_SIGNATURE_UNREAD,    /* it is there; this build cannot read its kind, or has no OpenSSL */
  KEXEC_SIGNATURE_MALFORMED, /* it is not what a signature looks like */
  KEXEC_SIGNATURE_BROKEN,    /* the signature itself was changed: it is not its signer's */
  KEXEC_SIGNATURE_MISMATCH,  /* the file was changed */
  KEXEC_SIGNATURE_INTACT,    /* the signer signed this file, whoever that is */
} KexecSignatureStatus;

/* One signature. Strings are NULL where this build has no OpenSSL, or the file does not tell. */
typedef struct {
  KexecSignatureStatus status;
  gboolean is_nested; /* it is inside of the one before it; kernels do not look at it */
  /* It stands at the end of the file, as those of modules do; s390x and ppc64 kernels have it. */
  gboolean is_appended;
  char *algorithm;     /* of the digest, "sha256"; "appended" for an appended one */
  char *digest;        /* that was signed, in lower-case hexadecimal */
  char *actual_digest; /* of the file as it is */
  gboolean matches;    /* … which are the same */
  char *signer;        /* the subject of the signer's certificate, RFC 2253, UTF-8 */
  char *issuer;        /* likewise */
  gint64 not_before;   /* of that certificate, seconds since 1970; 0: not known */
  gint64 not_after;
  /* Of the certificates that a kernel has to know one of, as /proc/keys shows them: subject key
     identifier or serial number, in lower-case hexadecimal; nullable. */
  GStrv key_ids;
} KexecSignature;

void kexec_signature_free (KexecSignature *self);

/** A short stable name, "intact". */
const char *kexec_signature_status_name (KexecSignatureStatus status);

/**
 * kexec_signatures_read:
 * @subject: what to call the file in findings; "" if it has no name
 *
 * Reads the attribute certificate table of a PE file, the signatures nested in its entries, and the
 * signature that may be appended to any file (Linux: include/linux/module_signature.h). A
 * certificate that is not valid now is told of, although kernels do not look at that.
 *
 * Returns: (transfer full) (element-type KexecSignature): the file's signatures, none for an
 * unsigned one; what is wrong with them is among @findings.
 */
GPtrArray *kexec_signatures_read (const KexecInput *input, const char *subject,
                                  KexecFindings *findings);

/* What the running kernel asks of an image. */
typedef struct {
  const char *lockdown;    /* "none", "integrity", "confidentiality"; NULL: not known */
  KexecConfigValue checks; /* CONFIG_KEXEC_SIG: it looks at signatures */
  /* … and its loader can verify them: CONFIG_KEXEC_BZIMAGE_VERIFY_SIG and the like. */
  KexecConfigValue verifies;
  /* It loads nothing without a good one: CONFIG_KEXEC_SIG_FORCE, or IMA's rules for Secure Boot. */
  gboolean enforces;
  gboolean appraises; /* IMA wants a signature of the file (security.ima) as well */
  /* It looks for appended signatures (s390x, ppc64), not for those of Authenticode. */
  gboolean takes_appended;
  gboolean secure_boot;       /* the firmware checks what it starts */
  const char *const *key_ids; /* of the keys that it shows; NULL: it shows none */
} KexecSignaturePolicy;

/**
 * kexec_signature_predict:
 * @signatures: (element-type KexecSignature): of the image that is loaded (for a UKI: of its inner
 * kernel)
 * @subject: what to call the image; "" if it has no name
 *
 * Adds what the kernel will probably answer, and with which errno, to @findings: nothing where it
 * is expected to take the image. Follows kimage_validate_signature() of Linux's
 * kernel/kexec_file.c.
 */
void kexec_signature_predict (const GPtrArray *signatures, const KexecSignaturePolicy *policy,
                              const char *subject, KexecFindings *findings);
