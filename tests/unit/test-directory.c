/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Entries out of directories as distributions fill them, and as accidents leave them. */
#include "boot/source.h"

#include <gio/gio.h>

#include "tests/unit/expect.h"
#include "tests/unit/make-kernel.h"
#include "tests/unit/make-tree.h"

/* A kernel whose header says @release. */
static void
add_kernel (Tree *tree, const char *path, const char *release)
{
  g_autoptr (GByteArray) kernel = make_kernel (release);

  tree_write_bytes (tree, path, kernel);
}

static GPtrArray *
list (const Tree *tree)
{
  g_autoptr (KexecConfig) config = kexec_config_new ();
  g_autoptr (KexecScan) scan = kexec_scan_new (tree->fd, config);
  g_autoptr (KexecMenu) menu = kexec_source_directory.read (scan);

  g_assert_no_error (scan->error);
  expect_findings (scan->findings, "");
  expect_findings (menu->findings, "");
  return g_ptr_array_ref (menu->entries);
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(KexecEntry *const *) a)->id, (*(KexecEntry *const *) b)->id);
}

/* @expected: "id=kernel,initrd,…" of each entry, in the order of their ids */
static void
expect_entries (GPtrArray *entries, const char *const *expected)
{
  g_ptr_array_sort (entries, compare_ids);
  for (guint i = 0; i < entries->len; i++) {
    KexecEntry *entry = entries->pdata[i];
    g_autofree char *initrds = g_strjoinv (",", entry->initrds);
    g_autofree char *line =
      g_strdup_printf ("%s=%s%s%s", entry->id, entry->kernel, *initrds != '\0' ? "," : "", initrds);

    expect_sentences (entry->findings);
    g_assert_cmpstr (line, ==, expected[i]);
    g_assert_true (kexec_entry_is_id (entry->id));
    g_assert_cmpstr (entry->place->path, ==, "/boot");
    g_assert_cmpstr (entry->source, ==, "directory");
  }
  g_assert_null (expected[entries->len]);
}

static const KexecEntry *
find (GPtrArray *entries, const char *id)
{
  for (guint i = 0; i < entries->len; i++)
    if (g_str_equal (((KexecEntry *) entries->pdata[i])->id, id))
      return entries->pdata[i];
  g_error ("There is no entry %s", id);
}

static void
test_debian (void)
{
  static const char *const expected[] = {
    "6.1.0-29-amd64=/boot/vmlinuz-6.1.0-29-amd64,/boot/initrd.img-6.1.0-29-amd64",
    "6.1.0-30-amd64=/boot/vmlinuz-6.1.0-30-amd64,/boot/initrd.img-6.1.0-30-amd64",
    NULL,
  };
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;

  add_kernel (tree, "boot/vmlinuz-6.1.0-29-amd64", "6.1.0-29-amd64");
  add_kernel (tree, "boot/vmlinuz-6.1.0-30-amd64", "6.1.0-30-amd64");
  tree_write (tree, "boot/initrd.img-6.1.0-29-amd64", "x");
  tree_write (tree, "boot/initrd.img-6.1.0-30-amd64", "x");
  tree_write (tree, "boot/System.map-6.1.0-30-amd64", "x");
  tree_write (tree, "boot/config-6.1.0-30-amd64", "x");
  tree_write (tree, "boot/vmlinuz-6.1.0-30-amd64.dpkg-new", "x");
  tree_dir (tree, "boot/grub");
  tree_dir (tree, "boot/vmlinuz-directory");
  entries = list (tree);
  expect_entries (entries, expected);
  expect_findings (find (entries, "6.1.0-30-amd64")->findings, "");
  g_assert_cmpstr (find (entries, "6.1.0-30-amd64")->version, ==, "6.1.0-30-amd64");
}

static void
test_fedora (void)
{
  static const char *const expected[] = {
    "0-rescue-0123abcd=/boot/vmlinuz-0-rescue-0123abcd,/boot/initramfs-0-rescue-0123abcd.img",
    "6.8.5-301.fc40.x86_64=/boot/vmlinuz-6.8.5-301.fc40.x86_64,"
    "/boot/initramfs-6.8.5-301.fc40.x86_64.img",
    NULL,
  };
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;

  add_kernel (tree, "boot/vmlinuz-6.8.5-301.fc40.x86_64", "6.8.5-301.fc40.x86_64");
  add_kernel (tree, "boot/vmlinuz-0-rescue-0123abcd", "6.8.5-301.fc40.x86_64");
  tree_write (tree, "boot/initramfs-6.8.5-301.fc40.x86_64.img", "x");
  tree_write (tree, "boot/initramfs-6.8.5-301.fc40.x86_64kdump.img", "x");
  tree_write (tree, "boot/initramfs-0-rescue-0123abcd.img", "x");
  tree_write (tree, "boot/.vmlinuz-6.8.5-301.fc40.x86_64.hmac", "x");
  tree_write (tree, "boot/symvers-6.8.5-301.fc40.x86_64.xz", "x");
  entries = list (tree);
  expect_entries (entries, expected);
  g_assert_cmpint (find (entries, "0-rescue-0123abcd")->kind, ==, KEXEC_ENTRY_RESCUE);
}

/* Microcode first, and the initrd is not the fallback one. */
static void
test_arch (void)
{
  static const char *const expected[] = {
    "linux=/boot/vmlinuz-linux,/boot/intel-ucode.img,/boot/amd-ucode.img,"
    "/boot/initramfs-linux.img",
    "linux-lts=/boot/vmlinuz-linux-lts,/boot/intel-ucode.img,/boot/amd-ucode.img,"
    "/boot/initramfs-linux-lts.img",
    NULL,
  };
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;

  add_kernel (tree, "boot/vmlinuz-linux", "6.12.4-arch1-1");
  add_kernel (tree, "boot/vmlinuz-linux-lts", "6.6.65-1-lts");
  tree_write (tree, "boot/initramfs-linux.img", "x");
  tree_write (tree, "boot/initramfs-linux-fallback.img", "x");
  tree_write (tree, "boot/initramfs-linux-lts.img", "x");
  tree_write (tree, "boot/intel-ucode.img", "x");
  tree_write (tree, "boot/amd-ucode.img", "x");
  entries = list (tree);
  expect_entries (entries, expected);
  g_assert_cmpstr (find (entries, "linux-lts")->version, ==, "6.6.65-1-lts");
}

static void
test_gentoo (void)
{
  static const char *const expected[] = {
    "6.6.1-gentoo=/boot/kernel-6.6.1-gentoo,/boot/initramfs-6.6.1-gentoo.img",
    "6.6.1-gentoo.old=/boot/kernel-6.6.1-gentoo.old,/boot/initramfs-6.6.1-gentoo.img",
    "6.6.2-gentoo=/boot/kernel-genkernel-x86_64-6.6.2-gentoo,"
    "/boot/initramfs-genkernel-x86_64-6.6.2-gentoo",
    "6.6.3-gentoo=/boot/kernel-x86_64-6.6.3-gentoo",
    "6.6.4-gentoo=/boot/bzImage-6.6.4-gentoo",
    "kernel=/boot/kernel,/boot/initramfs",
    NULL,
  };
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;

  add_kernel (tree, "boot/kernel-6.6.1-gentoo", "6.6.1-gentoo");
  add_kernel (tree, "boot/kernel-6.6.1-gentoo.old", "6.6.1-gentoo");
  tree_write (tree, "boot/initramfs-6.6.1-gentoo.img", "x");
  add_kernel (tree, "boot/kernel-genkernel-x86_64-6.6.2-gentoo", "6.6.2-gentoo");
  tree_write (tree, "boot/initramfs-genkernel-x86_64-6.6.2-gentoo", "x");
  add_kernel (tree, "boot/kernel-x86_64-6.6.3-gentoo", "6.6.3-gentoo");
  add_kernel (tree, "boot/bzImage-6.6.4-gentoo", "6.6.4-gentoo");
  add_kernel (tree, "boot/kernel", "6.6.9-gentoo");
  tree_write (tree, "boot/initramfs", "x");
  entries = list (tree);
  expect_entries (entries, expected);
  expect_findings (find (entries, "6.6.4-gentoo")->findings, "no-initrd");
  expect_findings (find (entries, "kernel")->findings, "");
  g_assert_cmpint (find (entries, "6.6.1-gentoo.old")->kind, ==, KEXEC_ENTRY_OLD);
}

static void
test_alpine_and_suse (void)
{
  static const char *const expected[] = {
    "6.4.0-default=/boot/vmlinuz-6.4.0-default,/boot/initrd-6.4.0-default",
    "lts=/boot/vmlinuz-lts,/boot/initramfs-lts",
    NULL,
  };
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;

  add_kernel (tree, "boot/vmlinuz-lts", "6.6.58-0-lts");
  tree_write (tree, "boot/initramfs-lts", "x");
  add_kernel (tree, "boot/vmlinuz-6.4.0-default", "6.4.0-default");
  tree_write (tree, "boot/initrd-6.4.0-default", "x");
  tree_link (tree, "boot/vmlinuz", "vmlinuz-6.4.0-default");
  tree_link (tree, "boot/initrd", "initrd-6.4.0-default");
  entries = list (tree);
  expect_entries (entries, expected);
}

static void
test_yocto (void)
{
  static const char *const expected[] = {
    "6.6.32-yocto-standard=/boot/bzImage-6.6.32-yocto-standard",
    NULL,
  };
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;

  add_kernel (tree, "boot/bzImage-6.6.32-yocto-standard", "6.6.32-yocto-standard");
  tree_link (tree, "boot/bzImage", "bzImage-6.6.32-yocto-standard");
  entries = list (tree);
  expect_entries (entries, expected);
}

/* Its kernels lie deeper, and only its menu tells which initrd belongs to which. */
static void
test_nixos (void)
{
  static const char *const expected[] = { NULL };
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;

  add_kernel (tree, "boot/kernels/0a1b2c-linux-6.6.32-bzImage", "6.6.32");
  tree_write (tree, "boot/kernels/3d4e5f-initrd-linux-6.6.32-initrd", "x");
  entries = list (tree);
  expect_entries (entries, expected);
}

/* Links: to something listed, to something that is not, twice to the same, and to nothing. */
static void
test_links (void)
{
  static const char *const expected[] = {
    "6.1.0=/boot/vmlinuz-6.1.0", "current=/boot/vmlinuz-current", "kernel=/boot/kernel",
    "out=/boot/vmlinuz-out",     "vmlinuz.old=/boot/vmlinuz.old", NULL,
  };
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;

  add_kernel (tree, "boot/vmlinuz-6.1.0", "6.1.0");
  add_kernel (tree, "boot/store/abc", "6.2.0");
  add_kernel (tree, "elsewhere", "6.3.0");
  tree_link (tree, "boot/vmlinuz", "vmlinuz-6.1.0");
  tree_link (tree, "boot/bzImage", "../boot/vmlinuz-6.1.0");
  tree_link (tree, "boot/vmlinuz-current", "store/abc");
  tree_link (tree, "boot/vmlinuz-next", "vmlinuz-current");
  tree_link (tree, "boot/vmlinuz.old", "vmlinuz-5.10.0");
  tree_link (tree, "boot/vmlinuz-out", "../elsewhere");
  tree_link (tree, "boot/kernel", "kernel");
  entries = list (tree);
  expect_entries (entries, expected);
  expect_findings (find (entries, "6.1.0")->findings, "no-initrd");
  expect_findings (find (entries, "current")->findings, "no-initrd");
  g_assert_cmpstr (find (entries, "current")->version, ==, "6.2.0");
  expect_findings (find (entries, "vmlinuz.old")->findings, "entry-unreadable no-initrd");
  g_assert_nonnull (
    strstr (finding_text (find (entries, "vmlinuz.old")->findings, "entry-unreadable"),
            "a link to something that is not there"));
  expect_findings (find (entries, "out")->findings, "entry-unreadable no-initrd");
  expect_findings (find (entries, "kernel")->findings, "entry-unreadable no-initrd");
}

/* One bad file does not spoil the others. */
static void
test_bad_files (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;

  add_kernel (tree, "boot/vmlinuz-1", "1");
  tree_write (tree, "boot/initrd.img-1", "x");
  tree_write (tree, "boot/vmlinuz-2-empty", "");
  tree_fifo (tree, "boot/vmlinuz-3-fifo");
  tree_write (tree, "boot/vmlinuz-4-text", "text");
  add_kernel (tree, "boot/vmlinuz-5", "5");
  tree_link (tree, "boot/initrd.img-5", "initrd.img-missing");
  add_kernel (tree, "boot/vmlinuz-6", "6");
  tree_write (tree, "boot/initrd.img-6", "");
  tree_fifo (tree, "boot/intel-ucode.img");
  entries = list (tree);
  g_assert_cmpuint (entries->len, ==, 6);
  expect_findings (find (entries, "1")->findings, "");
  g_assert_cmpuint (g_strv_length (find (entries, "1")->initrds), ==, 1);
  expect_findings (find (entries, "2-empty")->findings, "entry-unreadable no-initrd");
  expect_findings (find (entries, "3-fifo")->findings, "entry-unreadable no-initrd");
  expect_findings (find (entries, "4-text")->findings,
                   "no-initrd"); /* read only when it is staged */
  g_assert_cmpstr (find (entries, "4-text")->version, ==, "4-text");
  expect_findings (find (entries, "5")->findings, "entry-unreadable");
  expect_findings (find (entries, "6")->findings, "entry-unreadable");
}

static void
test_unreadable (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;

  add_kernel (tree, "boot/vmlinuz-6.1.0", "6.1.0");
  tree_write (tree, "boot/initrd.img-6.1.0", "x");
  tree_chmod (tree, "boot/vmlinuz-6.1.0", 0);
  tree_drop_root ();
  entries = list (tree);
  tree_regain_root ();
  expect_findings (find (entries, "6.1.0")->findings, "entry-unreadable");
  g_assert_nonnull (strstr (finding_text (find (entries, "6.1.0")->findings, "entry-unreadable"),
                            "ask again as root"));
  g_assert_cmpstr (find (entries, "6.1.0")->version, ==, "6.1.0");
}

/* The same label in two names: the first keeps the short id, and no id is there twice. */
static void
test_ids (void)
{
  static const char *const expected[] = {
    "1=/boot/kernel-1",
    "6.1.0=/boot/bzImage-6.1.0",
    "kernel-6.1.0=/boot/kernel-6.1.0",
    "kernel-genkernel-x86_64-6.1.0=/boot/kernel-genkernel-x86_64-6.1.0",
    "vmlinuz-1=/boot/bzImage-vmlinuz-1",
    "vmlinuz-1+=/boot/vmlinuz-1",
    "vmlinuz-6.1.0=/boot/vmlinuz-6.1.0",
    "vmlinuz-kernel-6.1.0=/boot/vmlinuz-kernel-6.1.0",
    NULL,
  };
  static const char *const files[] = {
    "boot/kernel-6.1.0",      "boot/vmlinuz-6.1.0",
    "boot/bzImage-6.1.0",     "boot/vmlinuz-kernel-6.1.0",
    "boot/bzImage-vmlinuz-1", "boot/kernel-genkernel-x86_64-6.1.0",
    "boot/kernel-1",          "boot/vmlinuz-1",
  };
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    add_kernel (tree, files[i], "x");
  entries = list (tree);
  expect_entries (entries, expected);
}

/* The release in the header counts, the name only where there is none. */
static void
test_versions (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;

  add_kernel (tree, "boot/vmlinuz-6.1.0", "6.1.0-own");
  tree_write (tree, "boot/initramfs-6.1.0-own.img", "x");
  tree_write (tree, "boot/vmlinuz-6.2.0", "no kernel");
  tree_write (tree, "boot/vmlinuz-lts", "no kernel");
  entries = list (tree);
  g_assert_cmpstr (find (entries, "6.1.0")->version, ==, "6.1.0-own");
  g_assert_cmpstr (find (entries, "6.1.0")->initrds[0], ==, "/boot/initramfs-6.1.0-own.img");
  g_assert_cmpstr (find (entries, "6.2.0")->version, ==, "6.2.0");
  g_assert_cmpstr (find (entries, "lts")->version, ==, "");
}

static void
test_no_directory (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = list (tree);
  g_autoptr (GPtrArray) none = NULL;

  g_assert_cmpuint (entries->len, ==, 0);
  tree_dir (tree, "boot");
  none = list (tree);
  g_assert_cmpuint (none->len, ==, 0);
}

static void
expect_unreachable (const Tree *tree, int code)
{
  g_autoptr (KexecConfig) config = kexec_config_new ();
  g_autoptr (KexecScan) scan = kexec_scan_new (tree->fd, config);
  g_autoptr (KexecMenu) menu = kexec_source_directory.read (scan);

  g_assert_cmpuint (menu->entries->len, ==, 0);
  g_assert_error (scan->error, G_IO_ERROR, code);
  expect_findings (scan->findings, "boot-unreachable");
  expect_sentences (scan->findings);
}

/* A directory that cannot be read is an error: nothing is known. */
static void
test_unreadable_directory (void)
{
  g_autoptr (Tree) tree = tree_new ();

  tree_dir (tree, "boot");
  tree_chmod (tree, "boot", 0);
  tree_drop_root ();
  expect_unreachable (tree, G_IO_ERROR_PERMISSION_DENIED);
  tree_regain_root ();
  tree_remove (tree, "boot");
  tree_write (tree, "boot", "a file");
  expect_unreachable (tree, G_IO_ERROR_NOT_DIRECTORY);
}

/* Links in the path of the directory itself stay in the root. */
static void
test_linked_directory (void)
{
  static const char *const expected[] = { "1=/boot/vmlinuz-1", NULL };
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;

  add_kernel (tree, "sysroot/boot/vmlinuz-1", "1");
  tree_link (tree, "boot", "/sysroot/boot");
  entries = list (tree);
  expect_entries (entries, expected);
}

static void
test_too_large (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecConfig) config = kexec_config_new ();
  g_autoptr (KexecScan) scan = NULL;
  g_autoptr (KexecMenu) menu = NULL;

  for (guint i = 0; i < 1024; i++) {
    g_autofree char *path = g_strdup_printf ("boot/vmlinuz-%u", i);

    tree_write (tree, path, "x");
  }
  scan = kexec_scan_new (tree->fd, config);
  menu = kexec_source_directory.read (scan);
  g_assert_cmpuint (menu->entries->len, >, 1000);
  g_assert_cmpuint (menu->entries->len, <=, 1024);
  expect_findings (menu->findings, "directory-too-large");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/directory/debian", test_debian);
  g_test_add_func ("/directory/fedora", test_fedora);
  g_test_add_func ("/directory/arch", test_arch);
  g_test_add_func ("/directory/gentoo", test_gentoo);
  g_test_add_func ("/directory/alpine-and-suse", test_alpine_and_suse);
  g_test_add_func ("/directory/yocto", test_yocto);
  g_test_add_func ("/directory/nixos", test_nixos);
  g_test_add_func ("/directory/links", test_links);
  g_test_add_func ("/directory/bad-files", test_bad_files);
  g_test_add_func ("/directory/unreadable", test_unreadable);
  g_test_add_func ("/directory/ids", test_ids);
  g_test_add_func ("/directory/versions", test_versions);
  g_test_add_func ("/directory/no-directory", test_no_directory);
  g_test_add_func ("/directory/unreadable-directory", test_unreadable_directory);
  g_test_add_func ("/directory/linked-directory", test_linked_directory);
  g_test_add_func ("/directory/too-large", test_too_large);
  return g_test_run ();
}
