/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The menu that systemd-boot would show: entries of both types, their order, their faults. */
#include "boot/source.h"

#include "tests/unit/expect.h"
#include "tests/unit/make-kernel.h"
#include "tests/unit/make-menu.h"
#include "tests/unit/make-pe.h"

#define ENTRIES "boot/loader/entries/"
#define IMAGES  "efi/EFI/Linux/"

static GByteArray *
make_image (const char *os_release)
{
  return make_pe_of_text (".osrel", os_release, ".uname", "6.1.0-1-test\n", ".cmdline",
                          "root=/dev/vda1 quiet\n", ".initrd", "archive", ".linux", "kernel", NULL);
}

static GByteArray *
make_profiles (void)
{
  return make_pe_of_text (".osrel", "ID=test\nVERSION=1\nPRETTY_NAME='Test OS 1'\n", ".uname",
                          "6.1.0-1-test", ".cmdline", "root=/dev/vda1", ".linux", "kernel",
                          ".initrd", "archive", ".profile", "ID=main\nTITLE=Regular", ".profile",
                          "TITLE=Debug", ".cmdline", "debug", ".profile", "ID=Bare", NULL);
}

static void
take_file (Tree *tree, const char *path, GByteArray *bytes)
{
  tree_write_bytes (tree, path, bytes);
  g_byte_array_unref (bytes);
}

/* A tree with a kernel, an initrd and an entry for them. */
static Tree *
make_tree (void)
{
  Tree *tree = tree_new ();

  tree_write (tree, "boot/initrd", "x");
  take_file (tree, "boot/linux", make_kernel ("6.1.0"));
  tree_write (tree, ENTRIES "a.conf",
              "title A\nversion 1\nlinux /linux\ninitrd initrd\noptions root=/dev/a\noptions ro\n");
  return tree;
}

static void
test_entry (void)
{
  g_autoptr (Tree) tree = make_tree ();
  g_autoptr (Menu) menu = menu_read (&kexec_source_bls, tree);
  const KexecEntry *entry = menu_entry (menu, 0);

  menu_expect (menu, "a.conf*");
  expect_findings (entry->findings, "");
  g_assert_cmpstr (entry->title, ==, "A");
  g_assert_cmpstr (entry->source, ==, "bls");
  g_assert_cmpstr (entry->version, ==, "6.1.0");
  g_assert_cmpstr (entry->kernel, ==, "/boot/linux");
  g_assert_cmpstr (entry->initrds[0], ==, "/boot/initrd");
  g_assert_cmpstr (entry->cmdline, ==, "root=/dev/a ro");
  g_assert_cmpint (entry->cmdline_origin, ==, KEXEC_CMDLINE_OWN);
  g_assert_cmpstr (entry->named_by[0], ==, "/" ENTRIES "a.conf");
  g_assert_cmpstr (entry->place->path, ==, "/boot");
  g_assert_cmpstr (entry->aliases[0], ==, "a");
  g_assert_cmpstr (entry->aliases[1], ==, "6.1.0");
}

static void
test_nothing (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (Menu) menu = menu_read (&kexec_source_bls, tree);

  menu_expect (menu, "");
  expect_findings (menu->menu->findings, "");
}

/* Both partitions are one menu. */
static void
test_merged (void)
{
  g_autoptr (Tree) tree = make_tree ();
  g_autoptr (Menu) menu = NULL;

  tree_write (tree, "efi/linux", "");
  take_file (tree, "efi/linux", make_kernel ("6.2.0"));
  tree_write (tree, "efi/loader/entries/b.conf", "linux /linux\n");
  tree_write (tree, "efi/loader/entries/A.conf", "linux /linux\n");
  tree_write (tree, "efi/loader/entries/.c.conf", "linux /linux\n");
  tree_write (tree, "efi/loader/entries/c.txt", "linux /linux\n");
  menu = menu_read (&kexec_source_bls, tree);
  menu_expect (menu, "b.conf* A.conf a.conf");
  g_assert_cmpstr (menu_entry (menu, 0)->kernel, ==, "/efi/linux");
  g_assert_cmpstr (menu_entry (menu, 2)->kernel, ==, "/boot/linux");
}

static void
test_same_directory (void)
{
  g_autoptr (Tree) tree = make_tree ();
  g_autoptr (Menu) menu = NULL;

  tree_link (tree, "efi", "boot");
  menu = menu_read (&kexec_source_bls, tree);
  menu_expect (menu, "a.conf*");
}

static void
test_same_id (void)
{
  g_autoptr (Tree) tree = make_tree ();
  g_autoptr (Menu) menu = NULL;

  tree_write (tree, ENTRIES "a+3.conf", "linux /linux\n");
  tree_write (tree, ENTRIES "a+2.conf", "linux /linux\n");
  menu = menu_read (&kexec_source_bls, tree);
  g_assert_cmpuint (menu->menu->entries->len, ==, 3);
  menu_expect (menu, "a.conf* a.conf+ a.conf+2");
  g_assert_false (menu_has (menu, 0, "entry-malformed"));
  g_assert_true (menu_has (menu, 1, "entry-malformed"));
  g_assert_true (menu_has (menu, 2, "entry-malformed"));
}

static void
test_counters (void)
{
  g_autoptr (Tree) tree = make_tree ();
  g_autoptr (Menu) menu = NULL;

  tree_write (tree, ENTRIES "b+2-1.conf", "linux /linux\n");
  tree_write (tree, ENTRIES "c+0-3.conf", "linux /linux\n");
  menu = menu_read (&kexec_source_bls, tree);
  menu_expect (menu, "b.conf* a.conf c.conf");
  expect_findings (menu_entry (menu, 0)->findings, "boot-counter");
  expect_findings (menu_entry (menu, 2)->findings, "entry-bad");
}

static void
test_order (void)
{
  static const struct {
    const char *file;
    const char *text;
  } files[] = {
    { "e.conf", "sort-key a\nmachine-id 1\nversion 2\n" },
    { "d.conf", "sort-key a\nmachine-id 1\nversion 10\n" },
    { "c.conf", "sort-key a\nmachine-id 0\nversion 1\n" },
    { "b.conf", "sort-key b\nversion 3~rc1\n" },
    { "b2.conf", "sort-key b\nversion 3\n" },
    { "x-9.conf", "version 1\n" },
    { "x-10.conf", "version 1\n" },
  };
  g_autoptr (Tree) tree = make_tree ();
  g_autoptr (Menu) menu = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *path = g_strconcat (ENTRIES, files[i].file, NULL);
    g_autofree char *text = g_strconcat ("linux /linux\n", files[i].text, NULL);

    tree_write (tree, path, text);
  }
  menu = menu_read (&kexec_source_bls, tree);
  menu_expect (menu, "c.conf* d.conf e.conf b2.conf b.conf x-10.conf x-9.conf a.conf");
}

static void
test_titles (void)
{
  g_autoptr (Tree) tree = make_tree ();
  g_autoptr (Menu) menu = NULL;
  static const char *const titles[] = { "A (e.conf)", "A (2) (01234567)", "A (2) (89abcdef)",
                                        "A (1)", "b.conf" };

  tree_write (tree, ENTRIES "b.conf", "linux /linux\nversion 2\n");
  tree_write (tree, ENTRIES "c.conf",
              "title A\nlinux /linux\nversion 2\nmachine-id 89abcdef89abcdef\n");
  tree_write (tree, ENTRIES "d.conf",
              "title A\nlinux /linux\nversion 2\nmachine-id 0123456701234567\n");
  tree_write (tree, ENTRIES "e.conf", "title A\nlinux /linux\n");
  menu = menu_read (&kexec_source_bls, tree);
  menu_expect (menu, "e.conf* d.conf c.conf b.conf a.conf");
  g_assert_cmpstr (menu_entry (menu, 0)->title, ==, "A");
  g_assert_cmpstr (menu_entry (menu, 1)->title, ==, titles[1]);
  g_assert_cmpstr (menu_entry (menu, 2)->title, ==, titles[2]);
  g_assert_cmpstr (menu_entry (menu, 3)->title, ==, titles[4]);
  g_assert_cmpstr (menu_entry (menu, 4)->title, ==, titles[3]);
}

/* Each has its finding, and the others are listed all the same. */
static void
test_bad_input (void)
{
  g_autoptr (Tree) tree = make_tree ();
  g_autoptr (Menu) menu = NULL;
  static const struct {
    const char *id;
    const char *finding;
  } expected[] = {
    { "rubbish.conf", "entry-malformed" },    { "pipe.conf", "entry-unreadable" },
    { "out.conf", "entry-unreadable" },       { "kernel-.conf", "entry-invalid" },
    { "gone.conf", "entry-unreadable" },      { "empty.conf", "entry-unreadable" },
    { "dots.conf", "entry-invalid" },         { "dangling.conf", "entry-unreadable" },
    { "crlf.conf", "entry-malformed" },       { "archi.conf", "entry-other-architecture" },
    { "an-initrd.conf", "entry-unreadable" },
  };

  tree_write (tree, ENTRIES "rubbish.conf", "\xff\xfe\x01\nlinux /linux\n");
  tree_fifo (tree, ENTRIES "pipe.conf");
  tree_link (tree, ENTRIES "out.conf", "../../../secret");
  tree_write (tree, "secret", "linux /linux\n");
  tree_write (tree, ENTRIES "kernel-.conf", "title none\n");
  tree_write (tree, ENTRIES "gone.conf", "linux /gone\n");
  tree_write (tree, ENTRIES "empty.conf", "");
  tree_write (tree, ENTRIES "dots.conf", "linux ../../etc/shadow\n");
  tree_link (tree, ENTRIES "dangling.conf", "nothing");
  tree_write (tree, ENTRIES "crlf.conf", "\xef\xbb\xbftitle c\r\nlinux /linux\r\n");
  tree_write (tree, ENTRIES "archi.conf", "linux /linux\narchitecture m68k\n");
  tree_write (tree, ENTRIES "an-initrd.conf", "linux /linux\ninitrd /gone\n");
  tree_dir (tree, ENTRIES "directory.conf");
  tree_link (tree, ENTRIES "link.conf", "a.conf");
  menu = menu_read (&kexec_source_bls, tree);
  menu_expect (menu, "rubbish.conf* pipe.conf out.conf link.conf kernel-.conf gone.conf empty.conf "
                     "dots.conf dangling.conf crlf.conf archi.conf an-initrd.conf a.conf");
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++) {
    KexecEntry *entry = menu_find (menu, expected[i].id);

    g_test_message ("%s", entry->id);
    finding_text (entry->findings, expected[i].finding);
  }
  g_assert_cmpstr (menu_find (menu, "dots.conf")->kernel, ==, "");
  g_assert_cmpstr (menu_find (menu, "crlf.conf")->kernel, ==, "/boot/linux");
}

/* Names that are no ids. */
static void
test_names (void)
{
  g_autoptr (Tree) tree = make_tree ();
  g_autoptr (Menu) menu = NULL;

  tree_write (tree, ENTRIES "b c.conf", "linux /linux\n");
  tree_write (tree, ENTRIES "b\xc3\xa4.CONF", "linux /linux\n");
  tree_write (tree, ENTRIES "auto-x.conf", "linux /linux\n");
  menu = menu_read (&kexec_source_bls, tree);
  g_assert_cmpuint (menu->menu->entries->len, ==, 4);
  g_assert_cmpstr (menu->menu->default_entry->id, !=, "auto-x.conf");
}

static void
test_grub (void)
{
  g_autoptr (Tree) tree = make_tree ();
  g_autoptr (Menu) menu = NULL;

  tree_write (tree, ENTRIES "a.conf",
              "linux /linux\ninitrd /initrd $tuned_initrd\noptions $kernelopts quiet\n");
  menu = menu_read (&kexec_source_bls, tree);
  expect_findings (menu_entry (menu, 0)->findings, "entry-malformed entry-malformed");
  g_assert_cmpstr (menu_entry (menu, 0)->cmdline, ==, "$kernelopts quiet");
  g_assert_cmpstr (menu_entry (menu, 0)->initrds[0], ==, "/boot/initrd");
}

static void
test_rescue (void)
{
  g_autoptr (Tree) tree = make_tree ();
  g_autoptr (Menu) menu = NULL;

  tree_write (tree, ENTRIES "0123-0-rescue.conf", "linux /linux\n");
  menu = menu_read (&kexec_source_bls, tree);
  g_assert_cmpint (menu_find (menu, "0123-0-rescue.conf")->kind, ==, KEXEC_ENTRY_RESCUE);
  g_assert_cmpint (menu_find (menu, "a.conf")->kind, ==, KEXEC_ENTRY_NORMAL);
}

static void
test_devicetree (void)
{
  g_autoptr (Tree) tree = make_tree ();
  g_autoptr (Menu) menu = NULL;

  tree_write (tree, ENTRIES "a.conf", "linux /linux\ndevicetree /a.dtb\n");
  menu = menu_read (&kexec_source_bls, tree);
  expect_findings (menu_entry (menu, 0)->findings, "devicetree-ignored");
}

/* What is no kernel is no entry of ours, but it can be the default. */
static void
test_program (void)
{
  g_autoptr (Tree) tree = make_tree ();
  g_autoptr (Menu) menu = NULL;

  tree_write (tree, "boot/shell.efi", "MZ, but no kernel");
  tree_write (tree, ENTRIES "z.conf", "title Shell\nefi /shell.efi\n");
  tree_write (tree, ENTRIES "b.conf", "efi /linux\n");
  menu = menu_read (&kexec_source_bls, tree);
  menu_expect (menu, "b.conf a.conf");
  g_assert_cmpstr (menu->menu->default_other, ==, "Shell");
}

static void
test_image (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (Menu) menu = NULL;
  const KexecEntry *entry;

  take_file (tree, IMAGES "test-1+3.efi", make_image ("ID=test\nPRETTY_NAME='Test OS 1'\n"));
  take_file (tree, IMAGES "nameless.efi", make_image ("HOME_URL=x\n"));
  tree_write (tree, IMAGES "rubbish.efi", "rubbish");
  menu = menu_read (&kexec_source_bls, tree);
  menu_expect (menu, "test-1.efi* rubbish.efi nameless.efi");
  entry = menu_entry (menu, 0);
  expect_findings (entry->findings, "boot-counter");
  expect_findings (menu_entry (menu, 1)->findings, "entry-invalid");
  expect_findings (menu_entry (menu, 2)->findings, "entry-malformed");
  g_assert_cmpstr (entry->title, ==, "Test OS 1");
  g_assert_cmpstr (entry->source, ==, "uki");
  g_assert_cmpstr (entry->version, ==, "6.1.0-1-test");
  g_assert_cmpstr (entry->kernel, ==, "/" IMAGES "test-1+3.efi");
  g_assert_cmpstr (entry->cmdline, ==, "root=/dev/vda1 quiet");
  g_assert_true (g_strv_contains ((const char *const *) entry->aliases, "test-1"));
  g_assert_true (entry->is_uki);
  g_assert_null (entry->named_by[0]);
}

/* A boot stub for another machine. */
static void
test_image_architecture (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (Menu) menu = NULL;
  GByteArray *image = make_image ("ID=test\n");

  make_kernel_put16 (image, PE_HEADER + 4, 0x6264); /* loongarch64 */
  take_file (tree, IMAGES "a.efi", image);
  menu = menu_read (&kexec_source_bls, tree);
  menu_expect (menu, "a.efi");
  expect_findings (menu_entry (menu, 0)->findings, "entry-other-architecture");
}

static void
test_profiles (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (Menu) menu = NULL;

  take_file (tree, IMAGES "a.efi", make_profiles ());
  take_file (tree, IMAGES "b.efi", make_image ("ID=test\nVERSION=2\nPRETTY_NAME='Test OS 2'\n"));
  menu = menu_read (&kexec_source_bls, tree);
  menu_expect (menu, "b.efi* a.efi a.efi@1 a.efi@Bare");
  g_assert_cmpstr (menu_entry (menu, 1)->title, ==, "Test OS 1 (Regular)");
  g_assert_cmpstr (menu_entry (menu, 2)->title, ==, "Test OS 1 (Debug)");
  g_assert_cmpstr (menu_entry (menu, 3)->title, ==, "Test OS 1 (Bare)");
  g_assert_cmpstr (menu_entry (menu, 2)->cmdline, ==, "debug");
  g_assert_true (g_strv_contains ((const char *const *) menu_entry (menu, 3)->aliases, "a@Bare"));
}

static void
test_image_in_snippet (void)
{
  g_autoptr (Tree) tree = make_tree ();
  g_autoptr (Menu) menu = NULL;
  const KexecEntry *entry;

  take_file (tree, "boot/u.efi", make_profiles ());
  tree_write (tree, ENTRIES "b.conf", "title B\nuki /u.efi\nprofile 1\n");
  tree_write (tree, ENTRIES "c.conf", "title C\nlinux /u.efi\noptions quiet\n");
  tree_write (tree, ENTRIES "d.conf", "title D\nuki /u.efi\nprofile 7\n");
  menu = menu_read (&kexec_source_bls, tree);
  menu_expect (menu, "d.conf* c.conf b.conf a.conf");
  finding_text (menu_entry (menu, 0)->findings, "uki-no-such-profile");
  g_assert_cmpstr (menu_entry (menu, 1)->cmdline, ==, "quiet");
  g_assert_cmpstr (menu_entry (menu, 1)->title, ==, "C");
  entry = menu_entry (menu, 2);
  g_assert_cmpstr (entry->cmdline, ==, "debug");
  g_assert_cmpstr (entry->title, ==, "B");
  g_assert_cmpstr (entry->profile, ==, "1");
  g_assert_cmpstr (entry->named_by[0], ==, "/" ENTRIES "b.conf");
  g_assert_cmpstr (entry->place->path, ==, "/boot");
}

/* With Secure Boot, an image does not let its own command line be replaced. */
static void
test_secure_boot (void)
{
  static const guint8 on[] = { 6, 0, 0, 0, 1 };
  g_autoptr (Tree) tree = make_tree ();
  g_autoptr (GByteArray) variable = g_byte_array_new ();
  g_autoptr (Menu) menu = NULL;

  g_byte_array_append (variable, on, sizeof on);
  tree_write_bytes (
    tree, "sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c", variable);
  take_file (tree, "boot/u.efi", make_image ("ID=x\n"));
  take_file (tree, "boot/v.efi", make_pe_of_text (".linux", "kernel", NULL));
  tree_write (tree, ENTRIES "b.conf", "linux /u.efi\noptions quiet\n");
  tree_write (tree, ENTRIES "c.conf", "linux /v.efi\noptions quiet\n");
  menu = menu_read (&kexec_source_bls, tree);
  g_assert_cmpstr (menu_find (menu, "b.conf")->cmdline, ==, "root=/dev/vda1 quiet");
  g_assert_cmpstr (menu_find (menu, "c.conf")->cmdline, ==, "quiet");
  g_assert_cmpint (menu_find (menu, "c.conf")->cmdline_origin, ==, KEXEC_CMDLINE_OWN);
}

static void
test_limits (void)
{
  g_autoptr (Tree) tree = make_tree ();
  g_autoptr (GString) large = g_string_new ("linux /linux\n#");
  g_autoptr (GString) options = g_string_new ("linux /linux\noptions ");
  g_autoptr (Menu) menu = NULL;

  while (large->len < 60000)
    g_string_append_c (large, 'x');
  while (options->len < 5000)
    g_string_append_c (options, 'x');
  for (guint i = 0; i < 200; i++) {
    g_autofree char *path = g_strdup_printf (ENTRIES "large-%u.conf", i);

    tree_write (tree, path, large->str);
  }
  tree_write (tree, ENTRIES "b.conf", options->str);
  menu = menu_read (&kexec_source_bls, tree);
  g_assert_cmpuint (menu->menu->entries->len, <, 200);
  expect_findings (menu->menu->findings, "directory-too-large");
  finding_text (menu_find (menu, "b.conf")->findings, "cmdline-too-long");
  g_assert_cmpstr (menu_find (menu, "b.conf")->cmdline, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bls-source/entry", test_entry);
  g_test_add_func ("/bls-source/nothing", test_nothing);
  g_test_add_func ("/bls-source/merged", test_merged);
  g_test_add_func ("/bls-source/same-directory", test_same_directory);
  g_test_add_func ("/bls-source/same-id", test_same_id);
  g_test_add_func ("/bls-source/counters", test_counters);
  g_test_add_func ("/bls-source/order", test_order);
  g_test_add_func ("/bls-source/titles", test_titles);
  g_test_add_func ("/bls-source/bad-input", test_bad_input);
  g_test_add_func ("/bls-source/names", test_names);
  g_test_add_func ("/bls-source/grub", test_grub);
  g_test_add_func ("/bls-source/rescue", test_rescue);
  g_test_add_func ("/bls-source/devicetree", test_devicetree);
  g_test_add_func ("/bls-source/program", test_program);
  g_test_add_func ("/bls-source/image", test_image);
  g_test_add_func ("/bls-source/image-architecture", test_image_architecture);
  g_test_add_func ("/bls-source/profiles", test_profiles);
  g_test_add_func ("/bls-source/image-in-snippet", test_image_in_snippet);
  g_test_add_func ("/bls-source/secure-boot", test_secure_boot);
  g_test_add_func ("/bls-source/limits", test_limits);
  return g_test_run ();
}
