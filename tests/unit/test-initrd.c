/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which files pass for initrds, and what is said of the others. */
#include "image/initrd.h"
#include "tests/unit/expect.h"

static const struct {
  const char *bytes;
  guint length;
  const char *format;
  const char *text; /* a part of the sentence; NULL: it is an initrd */
} cases[] = {
#define CASE(string, ...)                                                                          \
  {                                                                                                \
    string, sizeof string - 1, __VA_ARGS__                                                         \
  }
  CASE ("070701", "cpio", NULL),
  CASE ("\x1f\x8b\x08\0", "gzip", NULL),
  CASE ("\xfd"
        "7zXZ\0",
        "xz", NULL),
  CASE ("\x28\xb5\x2f\xfd", "zstd", NULL),
  CASE ("\x02\x21\x4c\x18", "lz4", NULL),
  CASE ("\x89LZO\0", "lzo", NULL),
  CASE ("\x5d\0\0\x80", "lzma", NULL),
  CASE ("BZh9", "bzip2", NULL),
  CASE ("\x04\x22\x4d\x18", "lz4-frame", "lz4 -l"),
  CASE ("MZ\0\0zimg", "efi-zboot", "changed places"),
  CASE ("", "empty", "not written to its end"),
  CASE ("\0\0\0\0", "zeros", "not written to its end"),
  CASE ("<html>", "text", "a text file"),
  CASE ("\177ELF", "ELF", "an ELF file"),
  CASE ("\1\2\3\4", "unknown", "unknown kind"),
#undef CASE
};

static void
test_cases (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GBytes) bytes = g_bytes_new (cases[i].bytes, cases[i].length);
    const KexecInput input = kexec_input_from_bytes (bytes);
    g_autoptr (KexecFindings) findings = kexec_findings_new ();
    g_autoptr (KexecInitrd) initrd = kexec_initrd_inspect (&input, "initrd.img", NULL, findings);

    g_test_message ("%s", cases[i].format);
    g_assert_cmpstr (initrd->format, ==, cases[i].format);
    g_assert_cmpuint (initrd->size, ==, cases[i].length);
    expect_findings (findings, cases[i].text != NULL ? "not-an-initrd" : "");
    if (cases[i].text != NULL)
      g_assert_nonnull (strstr (finding_text (findings, "not-an-initrd"), cases[i].text));
  }
}

static void
test_without_name (void)
{
  const KexecInput input = kexec_input_from_data ((const guint8 *) "text", 4);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecInitrd) initrd = kexec_initrd_inspect (&input, "", NULL, findings);

  g_assert_cmpstr (initrd->format, ==, "text");
  g_assert_true (g_str_has_prefix (finding_text (findings, "not-an-initrd"), "The initrd is "));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/initrd/cases", test_cases);
  g_test_add_func ("/initrd/without-name", test_without_name);
  return g_test_run ();
}
