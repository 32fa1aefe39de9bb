/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tables of findings and errors, and lists of findings. */
#include "image/finding.h"

#include <string.h>

#include "image/printable.h"

/* Names are on the bus and in manuals: each is there, once, and stays as it is written. */
static void
expect_name (GHashTable *seen, const char *name, const char *characters)
{
  g_assert_nonnull (name);
  g_assert_cmpuint (strspn (name, characters), ==, strlen (name));
  g_assert_true (g_hash_table_add (seen, (gpointer) name));
}

static void
test_names (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < KEXEC_N_FINDINGS; i++)
    expect_name (seen, kexec_finding_name (i), G_CSET_a_2_z "-");
  for (guint i = 0; i < KEXEC_N_ERRORS; i++)
    expect_name (seen, kexec_error_name (i), G_CSET_a_2_z G_CSET_A_2_Z);
  g_assert_cmpstr (g_quark_to_string (KEXEC_ERROR), ==, "kexec-error-quark");
}

/* What blocks ends in an error that says more than that it failed. */
static void
test_errors (void)
{
  for (guint i = 0; i < KEXEC_N_FINDINGS; i++) {
    gboolean blocks = kexec_finding_severity (i) == KEXEC_SEVERITY_BLOCKER;

    g_assert_cmpint (kexec_finding_error (i) != KEXEC_ERROR_FAILED, ==, blocks);
  }
  g_assert_cmpstr (kexec_severity_name (KEXEC_SEVERITY_NOTE), ==, "note");
  g_assert_cmpstr (kexec_severity_name (KEXEC_SEVERITY_WARNING), ==, "warning");
  g_assert_cmpstr (kexec_severity_name (KEXEC_SEVERITY_BLOCKER), ==, "blocker");
}

static void
test_check (void)
{
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (kexec_findings_check (findings, &error));
  kexec_findings_add (findings, KEXEC_FINDING_NO_INITRD, NULL, NULL, "A note");
  kexec_findings_add (findings, KEXEC_FINDING_UNTRUSTED, "/boot", NULL, "A warning");
  g_assert_null (kexec_findings_blocker (findings));
  g_assert_true (kexec_findings_check (findings, &error));
  g_assert_no_error (error);
  kexec_findings_add (findings, KEXEC_FINDING_KERNEL_TRUNCATED, "k", NULL, "Lacks %d bytes", 7);
  kexec_findings_add (findings, KEXEC_FINDING_LOAD_DISABLED, NULL, NULL, "Another");
  g_assert_true (kexec_findings_blocker (findings) == findings->pdata[2]);
  g_assert_false (kexec_findings_check (findings, &error));
  g_assert_error (error, KEXEC_ERROR, KEXEC_ERROR_INVALID_IMAGE);
  g_assert_cmpstr (error->message, ==, "Lacks 7 bytes");
}

static void
test_variant (void)
{
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecFindings) copy = kexec_findings_new ();
  g_autoptr (GVariant) variant = NULL;

  kexec_findings_add (findings, KEXEC_FINDING_NO_INITRD, NULL, NULL, "n");
  kexec_findings_add (findings, KEXEC_FINDING_UNTRUSTED, "/boot", NULL, "w");
  kexec_findings_add (findings, KEXEC_FINDING_KERNEL_TRUNCATED, "k",
                      g_variant_new_parsed ("{'missing': <@t 7>}"), "b");
  kexec_findings_append (copy, findings);
  kexec_findings_append (copy, findings); /* adds nothing */
  variant = g_variant_ref_sink (kexec_findings_to_variant (copy));
  g_assert_cmpstr (g_variant_get_type_string (variant), ==, "aa{sv}");
  g_assert_cmpuint (g_variant_n_children (variant), ==, 3);
  for (guint i = 0; i < 3; i++) {
    static const char *const expected[] = { "blocker kernel-truncated b k",
                                            "warning untrusted w /boot", "note no-initrd n " };
    g_autoptr (GVariant) child = g_variant_get_child_value (variant, i);
    g_autoptr (GVariant) args = g_variant_lookup_value (child, "args", G_VARIANT_TYPE_VARDICT);
    g_autofree char *line = NULL;
    const char *severity, *code, *text, *subject;

    g_assert_true (g_variant_lookup (child, "severity", "&s", &severity));
    g_assert_true (g_variant_lookup (child, "code", "&s", &code));
    g_assert_true (g_variant_lookup (child, "text", "&s", &text));
    g_assert_true (g_variant_lookup (child, "subject", "&s", &subject));
    line = g_strjoin (" ", severity, code, text, subject, NULL);
    g_assert_cmpstr (line, ==, expected[i]);
    g_assert_cmpuint (g_variant_n_children (args), ==, i == 0 ? 1 : 0);
    g_assert_cmpuint (g_variant_n_children (child), ==, 5);
  }
}

static void
test_printable_size (void)
{
  static const struct {
    unsigned long size;
    const char *shown;
  } cases[] = {
    { 0, "0 bytes" },         { 1023, "1023 bytes" },  { 1024, "1 KiB" },
    { 65536, "64 KiB" },      { 1048576, "1 MiB" },    { 1048577, "1048577 bytes" },
    { 104857600, "100 MiB" }, { 3221225472, "3 GiB" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *shown = kexec_printable_size (cases[i].size);

    g_assert_cmpstr (shown, ==, cases[i].shown);
  }
}

static void
test_printable (void)
{
  static const char *const cases[][2] = {
    { "/boot/vmlinuz", "/boot/vmlinuz" },
    { "", "" },
    { "\033[2J\n", "?[2J?" },
    { "Gr\303\274n", "Gr\303\274n" },
    { "Gr\374n", "Gr\357\277\275n" },
    { "a\302\205b", "a?b" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *shown = kexec_printable (cases[i][0]);

    g_assert_cmpstr (shown, ==, cases[i][1]);
  }
}

/* Whatever a file is called, its findings can be shown and sent. */
static void
test_hostile_names (void)
{
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  const KexecFinding *finding;

  kexec_findings_add (findings, KEXEC_FINDING_NOT_A_KERNEL, "a\nb\374", NULL, "%s is bad",
                      "\033[2J");
  finding = findings->pdata[0];
  g_assert_cmpstr (finding->subject, ==, "a?b\357\277\275");
  g_assert_cmpstr (finding->text, ==, "?[2J is bad");
}

/* A file can make names of any length; a listing of thousands of them has to fit into a message. */
static void
test_long_names (void)
{
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (GString) name = g_string_new ("x");
  const KexecFinding *finding;

  while (name->len < 100000)
    g_string_append (name, "\303\244");
  kexec_findings_add (findings, KEXEC_FINDING_NOT_A_KERNEL, name->str, NULL, "%s", name->str);
  finding = findings->pdata[0];
  g_assert_cmpuint (strlen (finding->subject), <, 600);
  g_assert_cmpuint (strlen (finding->text), <, 2100);
  g_assert_true (g_utf8_validate (finding->text, -1, NULL));
  g_assert_true (g_str_has_suffix (finding->text, "\303\244…"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/finding/names", test_names);
  g_test_add_func ("/finding/errors", test_errors);
  g_test_add_func ("/finding/check", test_check);
  g_test_add_func ("/finding/variant", test_variant);
  g_test_add_func ("/finding/printable", test_printable);
  g_test_add_func ("/finding/printable-size", test_printable_size);
  g_test_add_func ("/finding/hostile-names", test_hostile_names);
  g_test_add_func ("/finding/long-names", test_long_names);
  return g_test_run ();
}
