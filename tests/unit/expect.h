/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Expectations about findings that several tests share. */
#pragma once

#include <string.h>

#include "image/finding.h"

/* Every finding has a sentence that fits a line, begins like one and says what to do. */
static inline void
expect_sentences (const KexecFindings *findings)
{
  for (guint i = 0; i < findings->len; i++) {
    const KexecFinding *finding = findings->pdata[i];

    g_test_message ("%s: %s", kexec_finding_name (finding->code), finding->text);
    g_assert_true (g_utf8_validate (finding->text, -1, NULL));
    g_assert_true (g_utf8_validate (finding->subject, -1, NULL));
    for (const char *p = finding->text; *p != '\0'; p++)
      g_assert_false (g_ascii_iscntrl (*p));
    g_assert_nonnull (strstr (finding->text, "; "));
    g_assert_false (g_str_has_suffix (finding->text, "."));
    g_assert_true (g_variant_is_of_type (finding->args, G_VARIANT_TYPE_VARDICT));
  }
}

/* @codes: the names of the findings in their order, "kernel-truncated untrusted" */
static inline void
expect_findings (const KexecFindings *findings, const char *codes)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < findings->len; i++) {
    const KexecFinding *finding = findings->pdata[i];

    g_string_append_printf (names, "%s%s", i > 0 ? " " : "", kexec_finding_name (finding->code));
  }
  expect_sentences (findings);
  g_assert_cmpstr (names->str, ==, codes);
}

/* Returns: the sentence of the first finding of this name. */
static inline const char *
finding_text (const KexecFindings *findings, const char *name)
{
  for (guint i = 0; i < findings->len; i++) {
    const KexecFinding *finding = findings->pdata[i];

    if (g_str_equal (kexec_finding_name (finding->code), name))
      return finding->text;
  }
  g_error ("There is no finding %s", name);
}
