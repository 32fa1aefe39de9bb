/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Boot entries out of GRUB's configuration, laid out as distributions do. */
#include "boot/source.h"

#include <string.h>

#include "boot/grub/convert.h"
#include "tests/unit/expect.h"
#include "tests/unit/make-kernel.h"
#include "tests/unit/make-tree.h"

#define GRUBENV "# GRUB Environment Block\n"

/* What grub-mkconfig puts before all entries. */
#define HEADER                                                                                     \
  "if [ -s $prefix/grubenv ]; then\n  set have_grubenv=true\n  load_env\nfi\n"                     \
  "if [ \"${next_entry}\" ] ; then\n   set default=\"${next_entry}\"\n   set next_entry=\n"        \
  "   save_env next_entry\n   set boot_once=true\nelse\n   set default=\"${saved_entry}\"\nfi\n"   \
  "if [ x\"${feature_menuentry_id}\" = xy ]; then\n  menuentry_id_option=\"--id\"\nelse\n"         \
  "  menuentry_id_option=\"\"\nfi\nexport menuentry_id_option\n"                                   \
  "function savedefault {\n  if [ -z \"${boot_once}\" ]; then\n    saved_entry=\"${chosen}\"\n"    \
  "    save_env saved_entry\n  fi\n}\n"                                                            \
  "function load_video {\n  if [ x$feature_all_video_module = xy ]; then\n    insmod all_video\n"  \
  "  else\n    insmod efi_gop\n  fi\n}\n"                                                          \
  "if [ x$feature_default_font_path = xy ] ; then\n   font=unicode\nelse\n" SEARCH                 \
  "    font=\"/usr/share/grub/unicode.pf2\"\nfi\n"                                                 \
  "if loadfont $font ; then\n  set gfxmode=auto\n  load_video\n  insmod gfxterm\n"                 \
  "  set locale_dir=$prefix/locale\n  set lang=en_US\n  insmod gettext\nfi\n"                      \
  "terminal_output gfxterm\n"                                                                      \
  "if [ \"${recordfail}\" = 1 ] ; then\n  set timeout=30\nelse\n"                                  \
  "  if [ x$feature_timeout_style = xy ] ; then\n    set timeout_style=menu\n    set timeout=5\n"  \
  "  else\n    set timeout=5\n  fi\nfi\n"

#define SEARCH                                                                                     \
  "  insmod part_gpt\n  insmod ext2\n  set root='hd0,gpt2'\n"                                      \
  "  if [ x$feature_platform_search_hint = xy ]; then\n"                                           \
  "    search --no-floppy --fs-uuid --set=root --hint-bios=hd0,gpt2 --hint-efi=hd0,gpt2 "          \
  "--hint-baremetal=ahci0,gpt2  0f7b-11\n"                                                         \
  "  else\n    search --no-floppy --fs-uuid --set=root 0f7b-11\n  fi\n"

/* One entry, as Debian's and its like have it. @more: words of the command line */
#define LINUX(title, id, version, more)                                                            \
  "menuentry '" title "' --class gnu-linux --class os $menuentry_id_option '" id "' {\n"           \
  "  load_video\n  insmod gzio\n  if [ x$grub_platform = xxen ]; then insmod xzio; fi\n" SEARCH    \
  "  echo 'Loading Linux " version " ...'\n"                                                       \
  "  linux /boot/vmlinuz-" version " root=UUID=0f7b ro " more "\n"                                 \
  "  initrd /boot/initrd.img-" version "\n}\n"

static const char debian[] = HEADER "set menu_color_normal=cyan/blue\n" LINUX (
  "Debian GNU/Linux", "gnulinux-simple-0f7b", "6.1.0-30-amd64",
  "quiet") "submenu 'Advanced options for Debian GNU/Linux' $menuentry_id_option "
           "'gnulinux-advanced-0f7b' {\n" LINUX ("Debian GNU/Linux, with Linux 6.1.0-30-amd64",
                                                 "gnulinux-6.1.0-30-amd64-advanced-0f7b",
                                                 "6.1.0-30-amd64", "quiet")
             LINUX ("Debian GNU/Linux, with Linux 6.1.0-30-amd64 (recovery mode)",
                    "gnulinux-6.1.0-30-amd64-recovery-0f7b", "6.1.0-30-amd64", "single")
               LINUX (
                 "Debian GNU/Linux, with Linux 6.1.0-29-amd64",
                 "gnulinux-6.1.0-29-amd64-advanced-0f7b", "6.1.0-29-amd64",
                 "quiet") "}\n"
                          "if [ \"$grub_platform\" = \"efi\" ]; then\n  fwsetup --is-supported\n  "
                          "if [ \"$?\" = 0 ]; then\n"
                          "    menuentry 'UEFI Firmware Settings' $menuentry_id_option "
                          "'uefi-firmware' { fwsetup\n }\n"
                          "  fi\nfi\n"
                          "if [ -f  ${config_directory}/custom.cfg ]; then\n  source "
                          "${config_directory}/custom.cfg\n"
                          "elif [ -z \"${config_directory}\" -a -f  $prefix/custom.cfg ]; then\n"
                          "  source $prefix/custom.cfg\nfi\n";

static void
add_pair (Tree *tree, const char *kernel, const char *initrd, const char *release)
{
  g_autoptr (GByteArray) bytes = make_kernel (release);

  tree_write_bytes (tree, kernel, bytes);
  tree_write (tree, initrd, "x");
}

static void
add_debian (Tree *tree, const char *config)
{
  add_pair (tree, "boot/vmlinuz-6.1.0-30-amd64", "boot/initrd.img-6.1.0-30-amd64",
            "6.1.0-30-amd64");
  add_pair (tree, "boot/vmlinuz-6.1.0-29-amd64", "boot/initrd.img-6.1.0-29-amd64",
            "6.1.0-29-amd64");
  tree_write (tree, config, debian);
}

static KexecMenu *
read_menu (const Tree *tree)
{
  g_autoptr (KexecConfig) config = kexec_config_new ();
  g_autoptr (KexecScan) scan = kexec_scan_new (tree->fd, config);
  KexecMenu *menu = kexec_source_grub.read (scan);

  g_assert_no_error (scan->error);
  expect_sentences (menu->findings);
  for (guint i = 0; i < menu->entries->len; i++) {
    KexecEntry *entry = menu->entries->pdata[i];

    expect_sentences (entry->findings);
    g_assert_true (kexec_entry_is_id (entry->id));
    g_assert_cmpstr (entry->source, ==, "grub");
    g_assert_cmpint (entry->cmdline_origin, ==, KEXEC_CMDLINE_OWN);
    for (guint j = 0; entry->aliases[j] != NULL; j++)
      g_assert_true (kexec_entry_is_id (entry->aliases[j]));
  }
  return menu;
}

/* @expected: ids in the menu's order, "*" after the default, "r" after a rescue entry, "!" after
   one behind a password */
static void
expect_ids (const KexecMenu *menu, const char *expected)
{
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint i = 0; i < menu->entries->len; i++) {
    const KexecEntry *entry = menu->entries->pdata[i];

    g_string_append_printf (
      line, "%s%s%s%s%s", i > 0 ? " " : "", entry->id, entry == menu->default_entry ? "*" : "",
      entry->kind == KEXEC_ENTRY_RESCUE ? "r" : "", entry->is_locked ? "!" : "");
  }
  g_assert_cmpstr (line->str, ==, expected);
}

static void
expect_entry (const KexecEntry *entry, const char *kernel, const char *initrds, const char *cmdline,
              const char *version)
{
  g_autofree char *joined = g_strjoinv (" ", entry->initrds);

  g_assert_cmpstr (entry->kernel, ==, kernel);
  g_assert_cmpstr (joined, ==, initrds);
  g_assert_cmpstr (entry->cmdline, ==, cmdline);
  g_assert_cmpstr (entry->version, ==, version);
}

#define DEBIAN_IDS(first, second, third, fourth)                                                   \
  "gnulinux-simple-0f7b" first " gnulinux-6.1.0-30-amd64-advanced-0f7b" second                     \
  " gnulinux-6.1.0-30-amd64-recovery-0f7b" third " gnulinux-6.1.0-29-amd64-advanced-0f7b" fourth

static void
test_debian (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecMenu) menu = NULL;
  const KexecEntry *entry;

  add_debian (tree, "boot/grub/grub.cfg");
  menu = read_menu (tree);
  expect_findings (menu->findings, "");
  expect_ids (menu, DEBIAN_IDS ("*", "", "r", ""));
  entry = menu->entries->pdata[0];
  expect_findings (entry->findings, "");
  expect_entry (entry, "/boot/vmlinuz-6.1.0-30-amd64", "/boot/initrd.img-6.1.0-30-amd64",
                "root=UUID=0f7b ro quiet", "6.1.0-30-amd64");
  g_assert_cmpstr (entry->title, ==, "Debian GNU/Linux");
  g_assert_cmpstr (entry->place->path, ==, "/boot");
  g_assert_cmpstr (entry->named_by[0], ==, "/boot/grub/grub.cfg");
  g_assert_null (entry->named_by[1]);
  g_assert_cmpstr (menu->default_reason, ==, "it is the first in /boot/grub/grub.cfg");
  g_assert_cmpstr (menu->default_other, ==, "");
  g_assert_true (g_strv_contains ((const char *const *) entry->aliases, "6.1.0-30-amd64"));
  entry = menu->entries->pdata[3];
  g_assert_true (g_strv_contains ((const char *const *) entry->aliases, "6.1.0-29-amd64"));
  g_assert_true (g_strv_contains ((const char *const *) entry->aliases,
                                  "gnulinux-advanced-0f7b:gnulinux-6.1.0-29-amd64-advanced-0f7b"));
  g_assert_true (g_strv_contains (
    (const char *const *) entry->aliases,
    "Advanced-options-for-Debian-GNU-Linux:Debian-GNU-Linux--with-Linux-6.1.0-29-amd64"));
}

static void
test_saved (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecMenu) saved = NULL;
  g_autoptr (KexecMenu) once = NULL;
  g_autoptr (KexecMenu) lost = NULL;
  g_autoptr (KexecMenu) other = NULL;

  add_debian (tree, "boot/grub/grub.cfg");
  tree_dir (tree, "sys/firmware/efi");
  tree_write (tree, "boot/grub/grubenv",
              GRUBENV "saved_entry=gnulinux-advanced-0f7b>gnulinux-6.1.0-29-amd64-advanced-0f7b\n"
                      "########");
  saved = read_menu (tree);
  expect_ids (saved, DEBIAN_IDS ("", "", "r", "*"));
  expect_findings (saved->default_entry->findings, "");
  g_assert_cmpstr (saved->default_reason, ==, "saved_entry in /boot/grub/grubenv names it");
  g_assert_cmpstr (saved->default_entry->named_by[1], ==, "/boot/grub/grubenv");
  tree_write (tree, "boot/grub/grubenv", GRUBENV "next_entry=1>1\nsaved_entry=0\n####");
  once = read_menu (tree);
  expect_ids (once, DEBIAN_IDS ("", "", "*r", ""));
  g_assert_cmpstr (once->default_reason, ==, "next_entry in /boot/grub/grubenv names it");
  expect_findings (once->default_entry->findings, "one-shot-pending");
  tree_write (tree, "boot/grub/grubenv", GRUBENV "saved_entry=gone\n####");
  lost = read_menu (tree);
  expect_ids (lost, DEBIAN_IDS ("*", "", "r", ""));
  g_assert_nonnull (strstr (lost->default_reason, "gone"));
  tree_write (tree, "boot/grub/grubenv", GRUBENV "saved_entry=uefi-firmware\n####");
  other = read_menu (tree);
  expect_ids (other, DEBIAN_IDS ("", "", "r", ""));
  g_assert_cmpstr (other->default_other, ==, "UEFI Firmware Settings");
}

/* A boot partition's paths have no /boot; a btrfs subvolume's have more. */
static void
test_paths (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecMenu) menu = NULL;

  add_pair (tree, "boot/vmlinuz-linux", "boot/initramfs-linux.img", "6.9.1-arch1");
  tree_write (tree, "boot/intel-ucode.img", "x");
  tree_write (tree, "boot/grub/grub.cfg",
              "menuentry one { linux /vmlinuz-linux a; initrd /intel-ucode.img "
              "/initramfs-linux.img; }\n"
              "menuentry two { linux /@/boot/vmlinuz-linux a; }\n"
              "menuentry three { linux ($root)/boot/vmlinuz-linux a; }\n"
              "menuentry four { linux /../../etc/shadow; initrd /none; }\n");
  menu = read_menu (tree);
  expect_ids (menu, "one* two three four");
  expect_entry (menu->entries->pdata[0], "/boot/vmlinuz-linux",
                "/boot/intel-ucode.img /boot/initramfs-linux.img", "a", "6.9.1-arch1");
  expect_entry (menu->entries->pdata[1], "/boot/vmlinuz-linux", "", "a", "6.9.1-arch1");
  expect_entry (menu->entries->pdata[2], "/boot/vmlinuz-linux", "", "a", "6.9.1-arch1");
  expect_findings (((KexecEntry *) menu->entries->pdata[3])->findings,
                   "entry-unreadable entry-unreadable");
}

static void
test_ids (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecMenu) menu = NULL;
  const KexecEntry *entry;

  add_pair (tree, "boot/vmlinuz-1", "boot/initrd.img-1", "1");
  tree_write (tree, "boot/grub/grub.cfg",
              "menuentry 'Same title' { linux /vmlinuz-1; }\n"
              "menuentry 'Same title' { linux /vmlinuz-1; }\n"
              "menuentry 'Same title' --id same { linux /vmlinuz-1 x=\xff; devicetree /a.dtb; }\n"
              "menuentry 'T\x01\xff' --id '' { linux /vmlinuz-1; }\n");
  menu = read_menu (tree);
  expect_ids (menu, "Same-title* Same-title+ same -");
  entry = menu->entries->pdata[2];
  expect_findings (entry->findings, "entry-invalid devicetree-ignored");
  entry = menu->entries->pdata[3];
  g_assert_true (g_utf8_validate (entry->title, -1, NULL));
}

static void
test_password (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecMenu) menu = NULL;

  add_pair (tree, "boot/vmlinuz-1", "boot/initrd.img-1", "1");
  tree_write (tree, "boot/grub/user.cfg", "GRUB2_PASSWORD=grub.pbkdf2.sha512.1\n");
  tree_write (tree, "boot/grub/grub.cfg",
              "if [ -f ${prefix}/user.cfg ]; then\n source ${prefix}/user.cfg\n"
              " if [ -n \"${GRUB2_PASSWORD}\" ]; then\n  set superusers=\"root\"\n"
              "  export superusers\n  password_pbkdf2 root ${GRUB2_PASSWORD}\n fi\nfi\n"
              "menuentry a { linux /vmlinuz-1; }\n"
              "menuentry b --unrestricted { linux /vmlinuz-1; }\n");
  menu = read_menu (tree);
  expect_ids (menu, "a*! b");
  expect_findings (menu->default_entry->findings, "entry-locked");
  g_assert_cmpstr (menu->default_entry->named_by[1], ==, "/boot/grub/user.cfg");
}

static const char fedora[] =
  "set pager=1\n"
  "if [ -f ${config_directory}/grubenv ]; then\n  load_env -f ${config_directory}/grubenv\n"
  "elif [ -s $prefix/grubenv ]; then\n  load_env\nfi\n"
  "set default=\"${saved_entry}\"\n" SEARCH
  "if [ -z \"${kernelopts}\" ]; then\n  set kernelopts=\"root=/dev/fallback ro\"\nfi\n"
  "insmod blscfg\nblscfg\n"
  "if [ \"${boot_success}\" = \"1\" -o \"${boot_indeterminate}\" = \"1\" ]; then\n"
  "  set menu_hide_ok=1\nelse\n  set menu_hide_ok=0\nfi\n"
  "if [ \"$grub_platform\" = \"efi\" ]; then\n"
  "  menuentry 'UEFI Firmware Settings' --id 'uefi-firmware' {\n    fwsetup\n  }\nfi\n";

#define STUB                                                                                       \
  "search --no-floppy --root-dev-only --fs-uuid --set=dev 0f7b-11\n"                               \
  "set prefix=($dev)/grub2\nexport $prefix\nconfigfile $prefix/grub.cfg\n"

/* @id: what follows the machine's in the file's name */
static void
add_snippet (Tree *tree, const char *id, const char *version)
{
  g_autofree char *path = g_strdup_printf ("boot/loader/entries/6a98-%s.conf", id);
  g_autofree char *text = g_strdup_printf (
    "title Fedora Linux (%s)\nversion %s\nlinux /vmlinuz-%s\ninitrd /initramfs-%s.img "
    "$tuned_initrd\noptions $kernelopts $tuned_params\ngrub_users $grub_users\n",
    version, version, version, version);
  g_autofree char *kernel = g_strdup_printf ("boot/vmlinuz-%s", version);
  g_autofree char *initrd = g_strdup_printf ("boot/initramfs-%s.img", version);

  tree_write (tree, path, text);
  add_pair (tree, kernel, initrd, version);
}

static void
test_fedora (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecMenu) menu = NULL;
  g_autoptr (KexecMenu) newest = NULL;

  add_snippet (tree, "6.8.5-301.fc40.x86_64", "6.8.5-301.fc40.x86_64");
  add_snippet (tree, "6.8.10-300.fc40.x86_64", "6.8.10-300.fc40.x86_64");
  add_snippet (tree, "0-rescue", "0-rescue-6a98");
  tree_write (tree, "boot/grub2/grub.cfg", fedora);
  tree_write (tree, "boot/grub2/grubenv",
              GRUBENV
              "saved_entry=6a98-6.8.5-301.fc40.x86_64\nkernelopts=root=/dev/x ro quiet\n##");
  tree_write (tree, "boot/efi/EFI/fedora/grub.cfg", STUB);
  menu = read_menu (tree);
  expect_findings (menu->findings, "");
  expect_ids (menu, "6a98-6.8.10-300.fc40.x86_64 6a98-6.8.5-301.fc40.x86_64* 6a98-0-rescuer");
  expect_entry (menu->default_entry, "/boot/vmlinuz-6.8.5-301.fc40.x86_64",
                "/boot/initramfs-6.8.5-301.fc40.x86_64.img", "root=/dev/x ro quiet",
                "6.8.5-301.fc40.x86_64");
  g_assert_cmpstr (menu->default_reason, ==, "saved_entry in /boot/grub2/grubenv names it");
  tree_write (tree, "boot/grub2/grubenv", GRUBENV "tuned_params=skew_tick=1\n##");
  newest = read_menu (tree);
  g_assert_cmpuint (g_strv_length (newest->default_entry->named_by), ==, 3);
  g_assert_cmpstr (newest->default_entry->named_by[2], ==,
                   "/boot/loader/entries/6a98-6.8.10-300.fc40.x86_64.conf");
  expect_ids (newest, "6a98-6.8.10-300.fc40.x86_64* 6a98-6.8.5-301.fc40.x86_64 6a98-0-rescuer");
  g_assert_cmpstr (newest->default_entry->cmdline, ==, "root=/dev/fallback ro skew_tick=1");
}

/* RHEL 8 has its menu on the EFI System Partition alone, and its environment block as well. */
static void
test_rhel (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecMenu) menu = NULL;

  add_snippet (tree, "4.18.0-80.el8.x86_64", "4.18.0-80.el8.x86_64");
  add_snippet (tree, "4.18.0-100.el8.x86_64", "4.18.0-100.el8.x86_64");
  tree_write (tree, "boot/efi/EFI/redhat/grub.cfg", fedora);
  tree_write (tree, "boot/efi/EFI/redhat/grubenv",
              GRUBENV "saved_entry=6a98-4.18.0-80.el8.x86_64\nkernelopts=root=/dev/x\n##");
  tree_link (tree, "boot/grub2/grubenv", "../efi/EFI/redhat/grubenv");
  menu = read_menu (tree);
  expect_findings (menu->findings, "");
  expect_ids (menu, "6a98-4.18.0-100.el8.x86_64 6a98-4.18.0-80.el8.x86_64*");
  g_assert_cmpstr (menu->default_entry->cmdline, ==, "root=/dev/x");
}

/* Yocto's lies on the EFI System Partition with the kernel. */
static void
test_yocto (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecMenu) menu = NULL;
  g_autoptr (GByteArray) kernel = make_kernel ("6.6.21-yocto-standard");

  tree_write_bytes (tree, "boot/bzImage", kernel);
  tree_write (tree, "boot/EFI/BOOT/grub.cfg",
              "serial --unit=0\ndefault=boot\ntimeout=10\n\nmenuentry 'boot'{\n"
              "linux /bzImage root=PARTUUID=1 rootwait\n}\n");
  menu = read_menu (tree);
  expect_ids (menu, "boot*");
  expect_entry (menu->default_entry, "/boot/bzImage", "", "root=PARTUUID=1 rootwait",
                "6.6.21-yocto-standard");
  g_assert_cmpstr (menu->default_reason, ==, "\"boot\" is the default in /boot/EFI/BOOT/grub.cfg");
}

/* Of two configurations the one that an EFI System Partition leads to counts. */
static void
test_two (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecMenu) led_to = NULL;

  add_debian (tree, "boot/grub/grub.cfg");
  tree_write (tree, "boot/grub2/grub.cfg", "menuentry old { linux /vmlinuz-6.1.0-29-amd64; }\n");
  tree_write (tree, "boot/efi/EFI/debian/grub.cfg", STUB);
  led_to = read_menu (tree);
  expect_ids (led_to, "old*");
}

static void
test_undecided (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecMenu) menu = NULL;
  g_autoptr (KexecMenu) limit = NULL;

  add_pair (tree, "boot/vmlinuz-1", "boot/initrd.img-1", "1");
  tree_write (tree, "boot/grub/grub.cfg",
              "if cmostest 1:2; then default=0; else default=1; fi\n"
              "menuentry a { linux /vmlinuz-1; }\nmenuentry b { linux /vmlinuz-1; }\n");
  menu = read_menu (tree);
  expect_ids (menu, "a b");
  expect_findings (menu->findings, "menu-undecided");
  g_assert_nonnull (
    strstr (finding_text (menu->findings, "menu-undecided"), "line 1 of /boot/grub/grub.cfg"));
  tree_write (tree, "boot/grub/grub.cfg",
              "menuentry a { linux /vmlinuz-1; }\nwhile true; do true; done\n");
  limit = read_menu (tree);
  expect_ids (limit, "a");
  expect_findings (limit->findings, "menu-unreadable");
}

static void
test_nothing (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecMenu) none = read_menu (tree);
  g_autoptr (KexecMenu) fifo = NULL;
  g_autoptr (KexecMenu) unreadable = NULL;

  expect_ids (none, "");
  expect_findings (none->findings, "");
  g_assert_null (none->default_entry);
  tree_fifo (tree, "boot/grub/grub.cfg");
  fifo = read_menu (tree);
  expect_findings (fifo->findings, "menu-unreadable");
  tree_write (tree, "boot/grub2/grub.cfg", "menuentry a { true; }\n");
  tree_remove (tree, "boot/grub/grub.cfg");
  tree_chmod (tree, "boot/grub2/grub.cfg", 0);
  tree_drop_root ();
  unreadable = read_menu (tree);
  tree_regain_root ();
  expect_findings (unreadable->findings, "menu-unreadable");
  g_assert_nonnull (strstr (finding_text (unreadable->findings, "menu-unreadable"), "as root"));
}

/* Whether a path does not begin as that which others than root can write. */
static gboolean
judge (gpointer hostile, const KexecPlace *place, int place_fd, const char *path)
{
  g_assert_nonnull (place);
  return !g_str_has_prefix (path, hostile);
}

/* Reads /grub/grub.cfg of the place at @place. @hostile: what others than root can write */
static KexecMenu *
read_judged (const Tree *tree, const char *place, const char *hostile)
{
  g_autoptr (KexecConfig) config = kexec_config_new ();
  g_autoptr (KexecScan) scan = kexec_scan_new (tree->fd, config);
  g_autofree char *device = kexec_grub_scan_device (scan, kexec_scan_place_of (scan, place));
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  KexecGrubScan host = {
    .scan = scan, .files = files, .judge = judge, .judge_data = (gpointer) hostile
  };
  g_autoptr (KexecGrubOutcome) outcome = kexec_grub_evaluate (
    &kexec_grub_scan_host, &host, device, "/grub/grub.cfg", "efi", "x86_64", NULL);
  KexecMenu *menu = kexec_grub_convert (&host, outcome, "/boot/grub/grub.cfg");

  kexec_grub_scan_clear (&host);
  expect_sentences (menu->findings);
  return menu;
}

#define LEAK                                                                                       \
  "root=(x)\nsource /etc/secret\nsource (fs-uuid:1)/etc/secret\nsource (label:x)/@/etc/secret\n"   \
  "source /efi/secret\nmenuentry \"wg $PSK\" --id a { linux /vmlinuz-1 $PSK; }\n"                  \
  "if [ -f /etc/secret ]; then menuentry b { linux /vmlinuz-1; }\nfi\n"                            \
  "if search --file --set=x /etc/secret; then menuentry c { linux /vmlinuz-1; }\nfi\n"             \
  "if [ -f /etc/boot/secret ]; then menuentry d { linux /vmlinuz-1; }\nfi\n"                       \
  "menuentry e { linux /etc/vmlinuz; initrd /../etc/secret /boot/initrd.img-1; }\n"                \
  "source /boot/grub/more.cfg\n"

/* Who can write a script does not see root's files through it. */
static void
test_confined (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecMenu) trusted = NULL;
  g_autoptr (KexecMenu) menu = NULL;
  g_autoptr (KexecMenu) late = NULL;
  g_autoptr (KexecMenu) root = NULL;

  add_pair (tree, "boot/vmlinuz-1", "boot/initrd.img-1", "1");
  tree_write (tree, "etc/secret", "PSK=key\n");
  tree_write (tree, "etc/boot/secret", "PSK=key\n");
  tree_write (tree, "etc/vmlinuz", "x");
  tree_write (tree, "efi/secret", "PSK=key\n");
  tree_write (tree, "grub/grub.cfg", LEAK);
  tree_write (tree, "boot/grub/more.cfg", "menuentry more { linux /vmlinuz-1; }\n");
  tree_write (tree, "boot/grub/grub.cfg", LEAK);
  trusted = read_judged (tree, "/boot", "/none");
  expect_ids (trusted, "a* b c d e more");
  g_assert_cmpstr (((KexecEntry *) trusted->entries->pdata[0])->title, ==, "wg key");
  menu = read_judged (tree, "/boot", "/boot/grub/grub.cfg");
  expect_ids (menu, "a e more");
  expect_entry (menu->entries->pdata[0], "/boot/vmlinuz-1", "", "", "1");
  g_assert_cmpstr (((KexecEntry *) menu->entries->pdata[0])->title, ==, "wg ");
  expect_entry (menu->entries->pdata[1], "/boot/etc/vmlinuz", "/../etc/secret /boot/initrd.img-1",
                "", "");
  tree_write (tree, "boot/grub/grub.cfg", "source /boot/grub/late.cfg\nsource /etc/secret\n" LEAK);
  tree_write (tree, "boot/grub/late.cfg", "source /etc/secret\n");
  late = read_judged (tree, "/boot", "/boot/grub/late.cfg");
  expect_ids (late, "a e more");
  g_assert_cmpstr (((KexecEntry *) late->entries->pdata[0])->title, ==, "wg ");
  root = read_judged (tree, "/", "/grub");
  expect_ids (root, "a e");
  g_assert_cmpstr (((KexecEntry *) root->entries->pdata[0])->title, ==, "wg ");
  expect_findings (((KexecEntry *) root->entries->pdata[0])->findings, "entry-unreadable");
}

static void
expect_last_name (const KexecMenu *menu, const char *expected)
{
  const KexecEntry *entry = menu->entries->pdata[0];

  g_assert_cmpstr (entry->named_by[g_strv_length (entry->named_by) - 1], ==, expected);
}

/* Who can make a file that a script looks for chooses what it does. */
static void
test_looked_for (void)
{
  static const char *const scripts[] = {
    "if [ -f /extra/x/y ]; then true; fi\n",
    "search --file --set=x /extra/x/y\n",
    "source /extra/x/y\n",
    "blscfg (x)/extra/x/\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++) {
    g_autoptr (Tree) tree = tree_new ();
    g_autofree char *script = g_strconcat (scripts[i], "menuentry a { linux /vmlinuz-1; }\n", NULL);
    g_autoptr (KexecMenu) trusted = NULL;
    g_autoptr (KexecMenu) missing = NULL;
    g_autoptr (KexecMenu) there = NULL;

    add_pair (tree, "boot/vmlinuz-1", "boot/initrd.img-1", "1");
    tree_write (tree, "boot/grub/grub.cfg", script);
    tree_dir (tree, "boot/extra");
    trusted = read_judged (tree, "/boot", "/none");
    expect_last_name (trusted, "/boot/grub/grub.cfg");
    missing = read_judged (tree, "/boot", "/boot/extra");
    expect_last_name (missing, "/boot/extra");
    tree_dir (tree, "boot/extra/x");
    there = read_judged (tree, "/boot", "/boot/extra/x");
    expect_last_name (there, "/boot/extra/x");
  }
}

/* A listing is done anew when something is made in a directory that was listed. */
static void
test_watched (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecConfig) config = kexec_config_new ();
  g_autoptr (KexecScan) scan = kexec_scan_new (tree->fd, config);
  g_autoptr (KexecMenu) menu = NULL;

  tree_write (tree, "boot/grub/grub.cfg", "blscfg\n");
  menu = kexec_source_grub.read (scan);
  g_assert_true (g_hash_table_contains (scan->inputs, "/boot/loader/entries/*"));
  g_assert_true (g_hash_table_contains (scan->inputs, "/boot/EFI/*"));
}

/* What would make a listing too large for a message. */
static void
test_long (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecMenu) menu = NULL;
  g_autofree char *title = g_strnfill (300, 't');
  g_autofree char *most = g_strnfill (4095, 'x');
  g_autofree char *bytes = g_strnfill (2000, '\x80');
  g_autofree char *script = g_strdup_printf ("menuentry %s --id a { linux /vmlinuz-1 %s; }\n"
                                             "menuentry b { linux /vmlinuz-1 x%s; }\n"
                                             "menuentry c { linux /vmlinuz-1 %s; }\n",
                                             title, most, most, bytes);

  add_pair (tree, "boot/vmlinuz-1", "boot/initrd.img-1", "1");
  tree_write (tree, "boot/grub/grub.cfg", script);
  menu = read_menu (tree);
  expect_ids (menu, "a* b c");
  g_assert_cmpuint (strlen (((KexecEntry *) menu->entries->pdata[0])->title), ==, 255);
  g_assert_cmpstr (((KexecEntry *) menu->entries->pdata[0])->cmdline, ==, most);
  for (guint i = 1; i < 3; i++) {
    const KexecEntry *entry = menu->entries->pdata[i];

    g_assert_cmpstr (entry->cmdline, ==, "");
    expect_findings (entry->findings, "cmdline-too-long");
  }
}

/* Many vendors' configurations take no more than one. */
static void
test_vendors (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecMenu) many = NULL;
  g_autoptr (KexecMenu) endless = NULL;

  add_pair (tree, "boot/vmlinuz-1", "boot/initrd.img-1", "1");
  for (guint i = 0; i < 8; i++) {
    g_autofree char *path = g_strdup_printf ("boot/efi/EFI/v%u/grub.cfg", i);

    tree_write (tree, path, "true\n");
  }
  tree_write (tree, "boot/efi/EFI/v8/grub.cfg", "menuentry a { linux /vmlinuz-1; }\n");
  many = read_menu (tree);
  expect_ids (many, "");
  tree_remove (tree, "boot/efi/EFI/v7/grub.cfg");
  tree_write (tree, "boot/efi/EFI/v0/grub.cfg", "while true; do true; done\n");
  endless = read_menu (tree);
  expect_ids (endless, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/grub/source/debian", test_debian);
  g_test_add_func ("/grub/source/saved", test_saved);
  g_test_add_func ("/grub/source/paths", test_paths);
  g_test_add_func ("/grub/source/ids", test_ids);
  g_test_add_func ("/grub/source/password", test_password);
  g_test_add_func ("/grub/source/fedora", test_fedora);
  g_test_add_func ("/grub/source/rhel", test_rhel);
  g_test_add_func ("/grub/source/yocto", test_yocto);
  g_test_add_func ("/grub/source/two", test_two);
  g_test_add_func ("/grub/source/undecided", test_undecided);
  g_test_add_func ("/grub/source/nothing", test_nothing);
  g_test_add_func ("/grub/source/confined", test_confined);
  g_test_add_func ("/grub/source/looked-for", test_looked_for);
  g_test_add_func ("/grub/source/watched", test_watched);
  g_test_add_func ("/grub/source/long", test_long);
  g_test_add_func ("/grub/source/vendors", test_vendors);
  return g_test_run ();
}
