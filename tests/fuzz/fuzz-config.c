/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text, taken for a configuration file. */
#include <string.h>

#include "boot/config.h"
#include "boot/entry.h"
#include "image/cmdline.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (KexecConfig) config = kexec_config_new ();
  g_autoptr (GVariant) variant = NULL;

  kexec_config_parse (config, text, "kexecd.conf");
  variant = g_variant_ref_sink (kexec_findings_to_variant (config->findings));
  g_assert_true (g_variant_is_normal_form (variant));
  g_assert_true (config->entry == NULL || kexec_entry_is_glob (config->entry));
  g_assert_true (config->boot_path == NULL || *config->boot_path == '/');
  g_assert_true (config->cmdline == NULL || strlen (config->cmdline) <= KEXEC_CMDLINE_MAX);
  g_assert_true (config->append == NULL || strlen (config->append) <= KEXEC_CMDLINE_MAX);
  /* In microseconds it has to fit into 63 bits. */
  g_assert_cmpuint (config->staged_lifetime_sec, <, G_MAXINT64 / G_USEC_PER_SEC);
  return 0;
}
