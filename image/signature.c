/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/signature.h"

#include "image/pe.h"

void
kexec_signature_free (KexecSignature *self)
{
  g_free (self->algorithm);
  g_free (self->digest);
  g_free (self->actual_digest);
  g_free (self->signer);
  g_free (self->issuer);
  g_free (self);
}

GPtrArray *
kexec_signatures_read (const KexecInput *input, const char *subject, KexecFindings *findings)
{
  GPtrArray *signatures = g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_signature_free);
  guint64 end;

  if (kexec_pe_signature (input, &end) == KEXEC_PE_SIGNED)
    g_ptr_array_add (signatures, g_new0 (KexecSignature, 1));
  return signatures;
}

void
kexec_signature_predict (const GPtrArray *signatures, const KexecSignaturePolicy *policy,
                         const char *subject, KexecFindings *findings)
{
}
