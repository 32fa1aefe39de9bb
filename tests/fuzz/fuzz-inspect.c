/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes, through everything that image/ has: what are they, are they good, do they fit. */
#include "image/fit.h"
#include "image/kind.h"
#include "tests/fuzz/fuzz.h"

static const KexecMachine machine = { .architecture = "x86_64",
                                      .memory = 1 << 30,
                                      .page_size = 4096 };

static void
expect_findings (const KexecFindings *findings)
{
  g_autoptr (GVariant) variant = g_variant_ref_sink (kexec_findings_to_variant (findings));

  g_assert_true (g_variant_is_normal_form (variant));
}

/* The same bytes as an initrd of the kernel that they may be: that is of no use, but no harm. */
static void
inspect_both (const KexecInput *input, KexecFindings *findings)
{
  g_autoptr (GPtrArray) initrds =
    g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_initrd_free);
  g_autoptr (KexecKernel) kernel =
    kexec_kernel_inspect (input, "file", &machine, "1", NULL, findings);

  g_ptr_array_add (initrds, kexec_initrd_inspect (input, "file", NULL, findings));
  kexec_fit_check (kernel, initrds, kernel->config, "root=/dev/vda1", &machine, findings);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  const KexecInput input = kexec_input_from_data (data, size);

  g_assert_nonnull (kexec_kind_name (kexec_kind_identify (&input)));
  inspect_both (&input, findings);
  if (kexec_uki_recognize (&input)) {
    g_autoptr (KexecUki) uki = kexec_uki_read (&input, "file", findings);

    g_assert_true (uki != NULL || kexec_findings_blocker (findings) != NULL);
  }
  expect_findings (findings);
  return 0;
}
