/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes, taken for a snippet of the Boot Loader Specification; the first line is its name. */
#include <string.h>

#include "boot/bls/snippet.h"
#include "tests/fuzz/fuzz.h"

static void
check_texts (GStrv texts)
{
  g_assert_cmpuint (g_strv_length (texts), <=, KEXEC_BLS_VALUES_MAX);
  for (guint i = 0; texts[i] != NULL; i++)
    g_assert_true (g_utf8_validate (texts[i], -1, NULL));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const uint8_t *end = size > 0 ? memchr (data, '\n', size) : NULL;
  gsize length = end != NULL ? (gsize) (end - data) : 0;
  g_autofree char *file = g_strndup ((const char *) data, length);
  g_autoptr (KexecBlsSnippet) snippet =
    kexec_bls_snippet_parse (file, (const char *) data + length, size - length, "a.conf");
  g_autoptr (GVariant) variant = g_variant_ref_sink (kexec_findings_to_variant (snippet->findings));

  g_assert_true (g_variant_is_normal_form (variant));
  g_assert_cmpuint (snippet->findings->len, <, 32);
  g_assert_cmpint (snippet->tries_left, >=, -1);
  g_assert_cmpint (snippet->tries_done, >=, 0);
  g_assert_true (g_utf8_validate (snippet->title, -1, NULL));
  g_assert_true (g_utf8_validate (snippet->linux_path, -1, NULL));
  check_texts (snippet->initrds);
  check_texts (snippet->options);
  check_texts (snippet->devicetree_overlays);
  return 0;
}
