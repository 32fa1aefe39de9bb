/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Snippets of the Boot Loader Specification's type #1: their keys, their faults, their names. */
#include "boot/bls/snippet.h"

#include "tests/unit/expect.h"

static KexecBlsSnippet *
parse (const char *text)
{
  return kexec_bls_snippet_parse ("a.conf", text, strlen (text), "/boot/loader/entries/a.conf");
}

static void
expect_strv (GStrv values, const char *joined)
{
  g_autofree char *line = g_strjoinv ("|", values);

  g_assert_cmpstr (line, ==, joined);
}

static void
test_keys (void)
{
  g_autoptr (KexecBlsSnippet) snippet = parse ("# a comment\n"
                                               "title   Fedora Linux 40\n"
                                               "version 6.8.5\n"
                                               "  machine-id\t0123\t \n"
                                               "\n"
                                               "sort-key fedora\n"
                                               "linux /vmlinuz\n"
                                               "initrd /microcode.img\n"
                                               "initrd /initrd.img $tuned_initrd\n"
                                               "options root=/dev/a ro\n"
                                               "options  quiet\n"
                                               "devicetree /a.dtb\n"
                                               "devicetree-overlay /b.dtbo  /c.dtbo\n"
                                               "architecture x64\n"
                                               "grub_users $grub_users\n"
                                               "grub_arg --unrestricted\n"
                                               "grub_class fedora");

  expect_findings (snippet->findings, "");
  g_assert_cmpstr (snippet->id, ==, "a.conf");
  g_assert_cmpstr (snippet->title, ==, "Fedora Linux 40");
  g_assert_cmpstr (snippet->version, ==, "6.8.5");
  g_assert_cmpstr (snippet->machine_id, ==, "0123");
  g_assert_cmpstr (snippet->sort_key, ==, "fedora");
  g_assert_cmpstr (snippet->linux_path, ==, "/vmlinuz");
  expect_strv (snippet->initrds, "/microcode.img|/initrd.img $tuned_initrd");
  expect_strv (snippet->options, "root=/dev/a ro|quiet");
  g_assert_cmpstr (snippet->devicetree, ==, "/a.dtb");
  expect_strv (snippet->devicetree_overlays, "/b.dtbo|/c.dtbo");
  g_assert_cmpstr (snippet->architecture, ==, "x64");
  g_assert_cmpstr (snippet->grub_users, ==, "$grub_users");
  g_assert_cmpstr (snippet->efi, ==, "");
}

static void
test_missing (void)
{
  g_autoptr (KexecBlsSnippet) empty = parse ("");
  g_autoptr (KexecBlsSnippet) keys = parse ("linux\noptions\ntitle \ngrub_users\n");

  expect_findings (empty->findings, "entry-invalid");
  g_assert_null (empty->grub_users);
  expect_strv (empty->options, "");
  expect_findings (keys->findings, "entry-invalid");
  g_assert_cmpstr (keys->grub_users, ==, "");
}

static void
test_uki (void)
{
  g_autoptr (KexecBlsSnippet) snippet = parse ("uki /EFI/Linux/a.efi\nprofile 1\n");

  expect_findings (snippet->findings, "");
  g_assert_cmpstr (snippet->uki, ==, "/EFI/Linux/a.efi");
  g_assert_cmpstr (snippet->profile, ==, "1");
}

/* As systemd-boot reads them. */
static void
test_liberties (void)
{
  g_autoptr (KexecBlsSnippet) snippet = parse ("linux /old\n"
                                               "linux /new\n"
                                               "Title x\n"
                                               "title \"In quotes\"\n"
                                               "options root=\"a b\"\n"
                                               "options '\n");

  expect_findings (snippet->findings, "entry-malformed entry-malformed");
  g_assert_nonnull (strstr (finding_text (snippet->findings, "entry-malformed"), "\"Title\""));
  g_assert_cmpstr (snippet->linux_path, ==, "/new");
  g_assert_cmpstr (snippet->title, ==, "In quotes");
  expect_strv (snippet->options, "root=\"a b\"|'");
}

static void
test_two_kernels (void)
{
  g_autoptr (KexecBlsSnippet) snippet = parse ("linux /a\nefi /b\n");

  expect_findings (snippet->findings, "entry-malformed");
}

static void
test_windows (void)
{
  g_autoptr (KexecBlsSnippet) snippet = parse ("\xef\xbb\xbftitle A\r\nlinux /a\r\n");

  expect_findings (snippet->findings, "entry-malformed entry-malformed");
  g_assert_cmpstr (snippet->title, ==, "A");
  g_assert_cmpstr (snippet->linux_path, ==, "/a");
}

static void
test_rubbish (void)
{
  static const char bytes[] = "linux /a\ntitle \xff\n\0linux /b\n";
  g_autoptr (KexecBlsSnippet) snippet =
    kexec_bls_snippet_parse ("a.conf", bytes, sizeof bytes - 1, "a.conf");

  expect_findings (snippet->findings, "entry-malformed");
  g_assert_cmpstr (snippet->linux_path, ==, "/a");
  g_assert_cmpstr (snippet->title, ==, "\xef\xbf\xbd");
}

static void
test_limits (void)
{
  g_autoptr (GString) text = g_string_new ("linux /a\n");
  g_autoptr (KexecBlsSnippet) many = NULL;
  g_autoptr (KexecBlsSnippet) large = NULL;

  for (guint i = 0; i <= KEXEC_BLS_VALUES_MAX; i++)
    g_string_append (text, "initrd /i\n");
  many = parse (text->str);
  expect_findings (many->findings, "entry-invalid");
  g_assert_cmpuint (g_strv_length (many->initrds), ==, KEXEC_BLS_VALUES_MAX);
  g_string_assign (text, "linux /a\n#");
  while (text->len <= KEXEC_BLS_SNIPPET_MAX)
    g_string_append_c (text, 'x');
  large = parse (text->str);
  expect_findings (large->findings, "entry-invalid");
}

static void
test_names (void)
{
  static const struct {
    const char *file;
    const char *id;
    int left;
    int done;
  } names[] = {
    { "a.conf", "a.conf", -1, 0 },
    { "a+3.conf", "a.conf", 3, 0 },
    { "a+2-1.efi", "a.efi", 2, 1 },
    { "a+0-3.CONF", "a.CONF", 0, 3 },
    { "a+1+2.conf", "a+1.conf", 2, 0 },
    { "a+2+b.conf", "a+2+b.conf", -1, 0 },
    { "a+.conf", "a+.conf", -1, 0 },
    { "a+2-.conf", "a+2-.conf", -1, 0 },
    { "a+-1.conf", "a+-1.conf", -1, 0 },
    { "a+2x.conf", "a+2x.conf", -1, 0 },
    { "a+2147483648.conf", "a+2147483648.conf", -1, 0 },
    { "a+99999999999999999999999.conf", "a+99999999999999999999999.conf", -1, 0 },
    { "a+1", "a+1", -1, 0 },
    { "", "", -1, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    int left;
    int done;
    g_autofree char *id = kexec_bls_id_parse (names[i].file, &left, &done);

    g_assert_cmpstr (id, ==, names[i].id);
    g_assert_cmpint (left, ==, names[i].left);
    g_assert_cmpint (done, ==, names[i].done);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bls-snippet/keys", test_keys);
  g_test_add_func ("/bls-snippet/missing", test_missing);
  g_test_add_func ("/bls-snippet/uki", test_uki);
  g_test_add_func ("/bls-snippet/liberties", test_liberties);
  g_test_add_func ("/bls-snippet/two-kernels", test_two_kernels);
  g_test_add_func ("/bls-snippet/windows", test_windows);
  g_test_add_func ("/bls-snippet/rubbish", test_rubbish);
  g_test_add_func ("/bls-snippet/limits", test_limits);
  g_test_add_func ("/bls-snippet/names", test_names);
  return g_test_run ();
}
