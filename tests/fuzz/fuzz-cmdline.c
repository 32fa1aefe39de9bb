/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text, taken for a command line, and what has to hold between the functions that read it. */
#include "image/cmdline.h"
#include "tests/fuzz/fuzz.h"

/* Splitting, joining and splitting again changes nothing. */
static void
check_split (const char *cmdline)
{
  g_auto (GStrv) words = kexec_cmdline_split (cmdline);
  g_autofree char *joined = g_strjoinv (" ", words);
  g_auto (GStrv) again = kexec_cmdline_split (joined);

  g_assert_true (g_strv_equal ((const char *const *) words, (const char *const *) again));
}

static void
check_clean (const char *cmdline)
{
  g_autofree char *cleaned = kexec_cmdline_clean (cmdline);
  g_autofree char *again = kexec_cmdline_clean (cleaned);
  g_autofree char *image = kexec_cmdline_get (cleaned, "BOOT_IMAGE");
  g_autofree char *initrd = kexec_cmdline_get (cleaned, "initrd");

  g_assert_cmpstr (cleaned, ==, again);
  g_assert_null (image);
  g_assert_null (initrd);
}

/* Where the kernel sees a word that opens a shell, so do we. */
static void
check_shell (const char *cmdline)
{
  static const char *const keys[] = { "init", "rdinit" };
  g_autofree char *word = kexec_cmdline_opens_shell (cmdline);

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    g_autofree char *value = kexec_cmdline_get (cmdline, keys[i]);

    g_assert_true (value == NULL || word != NULL);
  }
  g_assert_true (!kexec_cmdline_has (cmdline, "rd.break") || word != NULL);
  g_assert_true (word == NULL || g_str_is_ascii (word));
}

static void
check_findings (const char *cmdline, const char *own)
{
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (GVariant) variant = NULL;

  kexec_cmdline_check (cmdline, 2016, own, "vmlinuz", findings);
  variant = g_variant_ref_sink (kexec_findings_to_variant (findings));
  g_assert_true (g_variant_is_normal_form (variant));
  if (kexec_findings_blocker (findings) == NULL)
    g_assert_true (g_utf8_validate (cmdline, -1, NULL));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *cmdline = g_strndup ((const char *) data, size);
  g_autofree char *appended = kexec_cmdline_append (cmdline, "quiet");

  check_split (cmdline);
  check_clean (cmdline);
  check_shell (cmdline);
  check_findings (cmdline, NULL);
  check_findings (cmdline, cmdline);
  g_assert_true (g_str_has_suffix (appended, "quiet"));
  return 0;
}
