/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes, taken for loader.conf, and its patterns matched. */
#include "boot/bls/glob.h"
#include "boot/bls/loader-conf.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (KexecBlsLoaderConf) conf =
    kexec_bls_loader_conf_parse ("loader.conf", (const char *) data, size);

  g_assert_true (g_utf8_validate (conf->preferred, -1, NULL));
  g_assert_true (g_utf8_validate (conf->default_pattern, -1, NULL));
  kexec_bls_glob_match (conf->preferred, conf->default_pattern);
  kexec_bls_glob_match (conf->default_pattern, "aaaaaaaa-aaaaaaaa.conf");
  return 0;
}
