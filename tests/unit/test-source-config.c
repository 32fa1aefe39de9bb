/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Kernels that are named one by one: by Kernel=, by Gentoo's KNAME and by installkernel's list. */
#include "boot/source.h"

#include "tests/unit/expect.h"
#include "tests/unit/make-kernel.h"
#include "tests/unit/make-pe.h"
#include "tests/unit/make-tree.h"

#define LIST "var/lib/misc/installkernel"

/* A line of the list; dir, kernel, initrd */
#define LINE(version, dir, kernel, initrd)                                                         \
  "date\tsystemd\t" version "\t/etc/kernel\tcompat\tdracut\tnone\t" dir "\t" kernel "\t" initrd    \
  "\tplugins\t\n"

static void
add_kernel (Tree *tree, const char *path, const char *release)
{
  g_autoptr (GByteArray) kernel = make_kernel (release);

  tree_write_bytes (tree, path, kernel);
}

/* @expected: "ID=KERNEL,INITRD…" of each entry, with " " between them; "*" after the default */
static void
expect_menu (const KexecMenu *menu, const char *expected)
{
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint i = 0; i < menu->entries->len; i++) {
    KexecEntry *entry = menu->entries->pdata[i];
    g_autofree char *initrds = g_strjoinv (",", entry->initrds);

    g_assert_true (kexec_entry_is_id (entry->id));
    g_assert_nonnull (entry->place);
    g_assert_cmpuint (g_strv_length (entry->named_by), ==, 1);
    expect_sentences (entry->findings);
    g_string_append_printf (line, "%s%s%s=%s%s%s", i > 0 ? " " : "", entry->id,
                            entry == menu->default_entry ? "*" : "", entry->kernel,
                            *initrds != '\0' ? "," : "", initrds);
  }
  g_assert_cmpstr (line->str, ==, expected);
}

/* Reads the configuration in the tree, and the menu. */
static KexecMenu *
read_menu (Tree *tree)
{
  g_autoptr (KexecConfig) config = kexec_config_load (tree->fd);
  g_autoptr (KexecScan) scan = kexec_scan_new (tree->fd, config);
  KexecMenu *menu = kexec_source_config.read (scan);

  expect_findings (config->findings, "");
  return menu;
}

static void
configure (Tree *tree, const char *keys)
{
  g_autofree char *text = g_strconcat ("[Manager]\n", keys, NULL);

  tree_write (tree, "etc/kexecd/kexecd.conf", text);
}

static void
test_none (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecMenu) menu = read_menu (tree);
  g_autoptr (KexecMenu) disabled = NULL;

  expect_menu (menu, "");
  g_assert_null (menu->default_entry);
  add_kernel (tree, "boot/vmlinuz-6.1.0", "6.1.0");
  configure (tree, "Kernel=-\n");
  disabled = read_menu (tree);
  expect_menu (disabled, "");
}

/* Named by its name: what lies beside it belongs to it, as in a directory. */
static void
test_kernel (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecMenu) menu = NULL;
  const KexecEntry *entry;

  add_kernel (tree, "boot/vmlinuz-6.1.0", "6.1.0-own");
  tree_write (tree, "boot/initrd.img-6.1.0", "x");
  tree_write (tree, "boot/intel-ucode.img", "x");
  configure (tree, "Kernel=vmlinuz-6.1.0\n");
  menu = read_menu (tree);
  expect_menu (menu, "6.1.0*=/boot/vmlinuz-6.1.0,/boot/intel-ucode.img,/boot/initrd.img-6.1.0");
  entry = menu->default_entry;
  expect_findings (entry->findings, "");
  g_assert_cmpstr (entry->source, ==, "config");
  g_assert_cmpstr (entry->version, ==, "6.1.0-own");
  g_assert_cmpstr (entry->place->path, ==, "/boot");
  g_assert_cmpstr (entry->named_by[0], ==, "/etc/kexecd/kexecd.conf");
  g_assert_cmpstr (menu->default_reason, ==, "Kernel= in /etc/kexecd/kexecd.conf names it");
}

/* Anywhere below the root, under any name. */
static void
test_elsewhere (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecMenu) menu = NULL;
  g_autoptr (KexecMenu) boot_path = NULL;

  add_kernel (tree, "opt/my kernel/zImage.new", "6.1.0");
  tree_write (tree, "opt/my kernel/initramfs-6.1.0.img", "x");
  configure (tree, "Kernel=/opt/my kernel/zImage.new\n");
  menu = read_menu (tree);
  expect_menu (menu, "zImage.new*=/opt/my kernel/zImage.new,/opt/my kernel/initramfs-6.1.0.img");
  g_assert_cmpstr (menu->default_entry->place->path, ==, "/");
  add_kernel (tree, "efi/linux", "6.2.0");
  tree_write (tree, "efi/initrd", "x");
  configure (tree, "BootPath=/efi\nKernel=linux\n");
  boot_path = read_menu (tree);
  expect_menu (boot_path, "linux*=/efi/linux,/efi/initrd");
  g_assert_cmpstr (boot_path->default_entry->place->path, ==, "/efi");
}

static void
test_initrds (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecMenu) named = NULL;
  g_autoptr (KexecMenu) none = NULL;
  g_autoptr (KexecMenu) elsewhere = NULL;
  g_autoptr (KexecMenu) missing = NULL;

  add_kernel (tree, "boot/vmlinuz-6.1.0", "6.1.0");
  tree_write (tree, "boot/initrd.img-6.1.0", "x");
  tree_write (tree, "boot/amd-ucode.img", "x");
  tree_write (tree, "boot/a", "x");
  tree_write (tree, "srv/b", "x");
  configure (tree, "Kernel=vmlinuz-6.1.0\nInitrd=a /boot/initrd.img-6.1.0\n");
  named = read_menu (tree);
  expect_menu (named, "6.1.0*=/boot/vmlinuz-6.1.0,/boot/a,/boot/initrd.img-6.1.0");
  g_assert_cmpstr (named->default_entry->place->path, ==, "/boot");
  configure (tree, "Kernel=vmlinuz-6.1.0\nInitrd=-\n");
  none = read_menu (tree);
  expect_menu (none, "6.1.0*=/boot/vmlinuz-6.1.0");
  expect_findings (none->default_entry->findings, "");
  configure (tree, "Kernel=vmlinuz-6.1.0\nInitrd=/srv/b\n");
  elsewhere = read_menu (tree);
  expect_menu (elsewhere, "6.1.0*=/boot/vmlinuz-6.1.0,/srv/b");
  expect_findings (elsewhere->default_entry->findings, "");
  g_assert_cmpstr (elsewhere->default_entry->place->path, ==, "/");
  configure (tree, "Kernel=vmlinuz-6.1.0\nInitrd=c\n");
  missing = read_menu (tree);
  expect_findings (missing->default_entry->findings, "entry-unreadable");
}

/* One that cannot be booted is listed, with the reason, and is still what was asked for. */
static void
test_bad (void)
{
  static const char *const paths[] = {
    "missing", "empty", "fifo", "directory", "loop", "dangling"
  };
  g_autoptr (Tree) tree = tree_new ();

  tree_write (tree, "boot/empty", "");
  tree_fifo (tree, "boot/fifo");
  tree_dir (tree, "boot/directory");
  tree_link (tree, "boot/loop", "loop");
  tree_link (tree, "boot/dangling", "nothing");
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++) {
    g_autofree char *keys = g_strdup_printf ("Kernel=%s\nInitrd=-\n", paths[i]);
    g_autofree char *expected = g_strdup_printf ("%s*=/boot/%s", paths[i], paths[i]);
    g_autoptr (KexecMenu) menu = NULL;

    configure (tree, keys);
    menu = read_menu (tree);
    expect_menu (menu, expected);
    expect_findings (menu->default_entry->findings, "entry-unreadable");
  }
}

/* The administrator may name a link that leads out of /boot; it stays below the root. */
static void
test_links (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecMenu) inside = NULL;
  g_autoptr (KexecMenu) outside = NULL;

  add_kernel (tree, "boot/vmlinuz-6.1.0", "6.1.0");
  add_kernel (tree, "usr/lib/modules/6.2.0/vmlinuz", "6.2.0");
  tree_link (tree, "boot/vmlinuz", "vmlinuz-6.1.0");
  tree_link (tree, "boot/kernel", "../usr/lib/modules/6.2.0/vmlinuz");
  tree_write (tree, "boot/initramfs-6.1.0.img", "x");
  tree_write (tree, "boot/initramfs-6.2.0.img", "x");
  configure (tree, "Kernel=vmlinuz\n");
  inside = read_menu (tree);
  expect_menu (inside, "vmlinuz*=/boot/vmlinuz,/boot/initramfs-6.1.0.img");
  g_assert_cmpstr (inside->default_entry->place->path, ==, "/boot");
  configure (tree, "Kernel=kernel\n");
  outside = read_menu (tree);
  expect_menu (outside, "kernel*=/boot/kernel,/boot/initramfs-6.2.0.img");
  g_assert_cmpstr (outside->default_entry->version, ==, "6.2.0");
  g_assert_cmpstr (outside->default_entry->place->path, ==, "/");
}

static void
test_uki (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GByteArray) image =
    make_pe_of_text (".uname", "6.1.0", ".cmdline", "root=/dev/a", ".linux", "kernel", ".initrd",
                     "archive", ".profile", "ID=main", ".profile", "ID=other", NULL);
  g_autoptr (KexecMenu) menu = NULL;

  tree_write_bytes (tree, "efi/EFI/Linux/gentoo.efi", image);
  configure (tree, "Kernel=/efi/EFI/Linux/gentoo.efi\n");
  menu = read_menu (tree);
  expect_menu (menu, "gentoo.efi*=/efi/EFI/Linux/gentoo.efi "
                     "gentoo.efi@other=/efi/EFI/Linux/gentoo.efi");
  g_assert_cmpstr (menu->default_entry->cmdline, ==, "root=/dev/a");
  expect_findings (menu->default_entry->findings, "");
}

/* KNAME: the kernel's own initrd first, then one without a version, which the service would take.
 */
static void
test_gentoo (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecMenu) bare = NULL;
  g_autoptr (KexecMenu) own = NULL;

  add_kernel (tree, "boot/kernel-6.6.1-gentoo", "6.6.1-gentoo");
  tree_write (tree, "boot/initrd", "x");
  tree_write (tree, "etc/conf.d/kexec", "KNAME=\"kernel-6.6.1-gentoo\"\n");
  bare = read_menu (tree);
  expect_menu (bare, "6.6.1-gentoo*=/boot/kernel-6.6.1-gentoo,/boot/initrd");
  g_assert_cmpstr (bare->default_entry->source, ==, "gentoo");
  g_assert_cmpstr (bare->default_reason, ==, "KNAME in /etc/conf.d/kexec names it");
  g_assert_cmpstr (bare->default_entry->named_by[0], ==, "/etc/conf.d/kexec");
  tree_write (tree, "boot/initramfs-genkernel-x86_64-6.6.1-gentoo", "x");
  own = read_menu (tree);
  expect_menu (own, "6.6.1-gentoo*=/boot/kernel-6.6.1-gentoo,"
                    "/boot/initramfs-genkernel-x86_64-6.6.1-gentoo");
}

/* Newest first; what is not there any more is passed over; nothing of it is the default. */
static void
test_installed (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecMenu) menu = NULL;
  g_autoptr (KexecMenu) with_kernel = NULL;

  add_kernel (tree, "boot/kernel-6.6.1-gentoo", "6.6.1-gentoo");
  tree_write (tree, "boot/initramfs-6.6.1-gentoo.img", "x");
  add_kernel (tree, "efi/EFI/Gentoo/kernel-6.6.2-gentoo.efi", "6.6.2-gentoo");
  tree_write (tree, "efi/EFI/Gentoo/own.img", "x");
  tree_write (tree, "efi/EFI/Gentoo/amd-uc.img", "x");
  add_kernel (tree, "efi/0123/6.6.3/linux", "6.6.3");
  tree_write (tree, "efi/0123/6.6.3/initrd", "x");
  add_kernel (tree, "efi/0456/6.6.3/linux", "6.6.3");
  tree_write (tree, LIST,
              LINE ("6.6.1-gentoo", "/boot", "kernel-6.6.1-gentoo", "unknown") LINE (
                "6.6.2-gentoo", "/efi", "EFI/Gentoo/kernel-6.6.2-gentoo.efi", "EFI/Gentoo/own.img")
                LINE ("6.6.0-gentoo", "/boot", "kernel-6.6.0-gentoo", "unknown")
                  LINE ("6.6.3", "/efi", "0123/6.6.3/linux", "0123/6.6.3/gone")
                    LINE ("6.6.3", "/efi", "0456/6.6.3/linux", "unknown"));
  menu = read_menu (tree);
  expect_menu (menu, "6.6.3=/efi/0456/6.6.3/linux "
                     "6.6.3+2=/efi/0123/6.6.3/linux,/efi/0123/6.6.3/initrd "
                     "6.6.2-gentoo=/efi/EFI/Gentoo/kernel-6.6.2-gentoo.efi,"
                     "/efi/EFI/Gentoo/amd-uc.img,/efi/EFI/Gentoo/own.img "
                     "6.6.1-gentoo=/boot/kernel-6.6.1-gentoo,/boot/initramfs-6.6.1-gentoo.img");
  expect_findings (menu->findings, "");
  g_assert_cmpstr (((KexecEntry *) menu->entries->pdata[0])->source, ==, "gentoo");
  configure (tree, "Kernel=kernel-6.6.1-gentoo\n");
  with_kernel = read_menu (tree);
  g_assert_cmpuint (with_kernel->entries->len, ==, 4);
  g_assert_cmpstr (with_kernel->default_entry->source, ==, "config");
}

/* A list that is no text, too long, or no file. */
static void
test_bad_list (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GByteArray) binary = make_kernel ("6.1.0");
  g_autofree char *x = g_strnfill (300000, 'x');
  g_autofree char *long_list =
    g_strconcat (x, "\n", LINE ("6.6.1", "/boot", "kernel-6.6.1", "unknown"), NULL);
  g_autoptr (KexecMenu) rubbish = NULL;
  g_autoptr (KexecMenu) end = NULL;
  g_autoptr (KexecMenu) fifo = NULL;

  add_kernel (tree, "boot/kernel-6.6.1", "6.6.1");
  tree_write_bytes (tree, LIST, binary);
  rubbish = read_menu (tree);
  expect_menu (rubbish, "");
  expect_findings (rubbish->findings, "menu-unreadable");
  tree_write (tree, LIST, long_list);
  end = read_menu (tree);
  expect_menu (end, "6.6.1=/boot/kernel-6.6.1");
  tree_remove (tree, LIST);
  tree_fifo (tree, LIST);
  fifo = read_menu (tree);
  expect_menu (fifo, "");
  expect_findings (fifo->findings, "menu-unreadable");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/source-config/none", test_none);
  g_test_add_func ("/source-config/kernel", test_kernel);
  g_test_add_func ("/source-config/elsewhere", test_elsewhere);
  g_test_add_func ("/source-config/initrds", test_initrds);
  g_test_add_func ("/source-config/bad", test_bad);
  g_test_add_func ("/source-config/links", test_links);
  g_test_add_func ("/source-config/uki", test_uki);
  g_test_add_func ("/source-config/gentoo", test_gentoo);
  g_test_add_func ("/source-config/installed", test_installed);
  g_test_add_func ("/source-config/bad-list", test_bad_list);
  return g_test_run ();
}
