/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes, taken for an initrd. */
#include "image/initrd.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const KexecInput input = kexec_input_from_data (data, size);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecInitrd) initrd = kexec_initrd_inspect (&input, "initrd", NULL, findings);
  g_autoptr (GVariant) variant = g_variant_ref_sink (kexec_findings_to_variant (findings));

  g_assert_nonnull (initrd->format);
  g_assert_cmpuint (initrd->size, ==, size);
  g_assert_true (g_variant_is_normal_form (variant));
  return 0;
}
