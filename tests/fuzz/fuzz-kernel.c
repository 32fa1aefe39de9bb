/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes, taken for a kernel. */
#include "image/kernel/kernel.h"

#include <fcntl.h>

#include "image/kernel/native.h"
#include "tests/fuzz/fuzz.h"

/* What passes has everything that staging relies on. */
static void
expect_usable (const KexecKernel *kernel, const KexecMachine *machine)
{
  g_assert_true (kexec_native_is (machine->architecture, kernel->architecture));
  g_assert_cmpuint (kernel->cmdline_limit, >, 0);
  g_assert_cmpuint (kernel->init_size, >, 0);
  if (kernel->layers->len > 1)
    g_assert_cmpint (fcntl (kernel->image_fd, F_GET_SEALS) & F_SEAL_WRITE, ==, F_SEAL_WRITE);
}

static void
inspect (const KexecInput *input, const char *architecture)
{
  const KexecMachine machine = {
    .architecture = architecture, .memory = 1 << 30, .page_size = 4096, .has_la57 = TRUE
  };
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel =
    kexec_kernel_inspect (input, "vmlinuz", &machine, NULL, NULL, findings);
  g_autoptr (GVariant) variant = g_variant_ref_sink (kexec_findings_to_variant (findings));

  g_assert_cmpuint (kernel->layers->len, >, 0);
  g_assert_cmpstr (kernel->format, ==, kernel->layers->pdata[0]);
  g_assert_true (g_variant_is_normal_form (variant));
  g_assert_true (kernel->release == NULL || g_str_is_ascii (kernel->release));
  g_assert_true (kernel->version == NULL || g_str_is_ascii (kernel->version));
  if (kexec_findings_blocker (findings) == NULL)
    expect_usable (kernel, &machine);
  else
    g_assert_cmpint (kernel->image_fd, ==, -1);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const char *const machines[] = { "aarch64", "s390x", "ppc64le", "loongarch64" };
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autofree char *release = kexec_kernel_read_release (bytes);
  const KexecInput input = kexec_input_from_data (data, size);

  g_assert_true (release == NULL || *release != '\0');
  inspect (&input, "x86_64");
  inspect (&input, machines[size % G_N_ELEMENTS (machines)]);
  return 0;
}
