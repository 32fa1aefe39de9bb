/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text, taken for Gentoo's conf.d/kexec. */
#include <string.h>

#include "boot/config-gentoo.h"
#include "boot/shell-assign.h"
#include "image/cmdline.h"
#include "tests/fuzz/fuzz.h"

/* Bounded, whatever the text does to itself. */
static void
check_variables (const char *text)
{
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (GPtrArray) variables = kexec_shell_assign_parse (text, "kexec", findings);

  g_assert_cmpuint (variables->len, <=, KEXEC_SHELL_ASSIGN_MAX);
  g_assert_cmpuint (findings->len, <=, 33);
  for (guint i = 0; i < variables->len; i++) {
    const KexecShellAssign *variable = variables->pdata[i];

    g_assert_cmpuint (strlen (variable->value), <=, KEXEC_SHELL_ASSIGN_VALUE_MAX);
    g_assert_cmpuint (variable->line, >, 0);
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (KexecConfig) config = kexec_config_new ();
  g_autoptr (GVariant) variant = NULL;

  check_variables (text);
  kexec_config_gentoo_parse (config, text, "kexec");
  variant = g_variant_ref_sink (kexec_findings_to_variant (config->findings));
  g_assert_true (g_variant_is_normal_form (variant));
  g_assert_true (config->cmdline == NULL || strlen (config->cmdline) <= KEXEC_CMDLINE_MAX);
  g_assert_true (config->boot_path == NULL || *config->boot_path == '/');
  g_assert_true (config->kernel == NULL || strstr (config->kernel, "/../") == NULL);
  g_assert_true ((config->kernel == NULL) == (config->kernel_from == NULL));
  return 0;
}
