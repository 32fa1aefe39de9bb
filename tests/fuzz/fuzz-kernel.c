/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes, taken for a kernel. */
#include "image/kernel.h"
#include "tests/fuzz/fuzz.h"

static void
inspect (const KexecInput *input, const char *architecture)
{
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  const KexecMachine machine = { .architecture = architecture };
  g_autoptr (KexecKernel) kernel =
    kexec_kernel_inspect (input, "vmlinuz", &machine, NULL, NULL, findings);
  g_autoptr (GVariant) variant = g_variant_ref_sink (kexec_findings_to_variant (findings));

  g_assert_nonnull (kernel->format);
  g_assert_true (g_variant_is_normal_form (variant));
  g_assert_true (kernel->release == NULL || g_str_is_ascii (kernel->release));
  g_assert_true (kernel->version == NULL || g_str_is_ascii (kernel->version));
  if (kexec_findings_blocker (findings) != NULL)
    return;
  /* What passes has everything that staging relies on. */
  g_assert_cmpstr (kernel->architecture, ==, "x86_64");
  g_assert_cmpuint (kernel->cmdline_limit, >, 0);
  g_assert_cmpuint (kernel->init_size, >, 0);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autofree char *release = kexec_kernel_read_release (bytes);
  const KexecInput input = kexec_input_from_data (data, size);

  g_assert_true (release == NULL || *release != '\0');
  inspect (&input, "x86_64");
  inspect (&input, "aarch64");
  return 0;
}
