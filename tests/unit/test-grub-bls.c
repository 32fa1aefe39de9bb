/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fedora's blscfg: its order, and the variables in its files. */
#include "boot/grub/bls-order.h"
#include "tests/unit/expect.h"
#include "tests/unit/grub-memory.h"

#define MACHINE "6a9857a393724b7a981ebb5b8495b9ea-"

/* From the newest to the oldest. */
static void
test_order (void)
{
  static const char *const sorted[] = {
    MACHINE "6.10.0-1.fc40.x86_64",
    MACHINE "6.8.10-300.fc40.x86_64",
    MACHINE "6.8.5-301.fc40.x86_64+debug",
    MACHINE "6.8.5-301.fc40.x86_64",
    MACHINE "6.8.5-301.fc40.x86_64~debug",
    MACHINE "6.8.5-29.fc40.x86_64",
    MACHINE "6.8.5",
    MACHINE "0-rescue",
  };

  for (guint i = 0; i < G_N_ELEMENTS (sorted); i++)
    for (guint j = 0; j < G_N_ELEMENTS (sorted); j++) {
      int result = kexec_grub_bls_compare (sorted[i], sorted[j]);

      g_test_message ("%s %s", sorted[i], sorted[j]);
      /* "x-6.8.5" is a name and a release to it, not a version. */
      if (i != j && (i == 6 || j == 6))
        continue;
      g_assert_cmpint ((result > 0) - (result < 0), ==, (i < j) - (i > j));
    }
  g_assert_cmpint (kexec_grub_bls_compare ("a-1.01-1", "a-1.1-1"), ==, 0);
  g_assert_cmpint (kexec_grub_bls_compare ("a-1.a-1", "a-1.1-1"), <, 0);
  g_assert_cmpint (kexec_grub_bls_compare ("a", "b"), <, 0);
  g_assert_cmpint (kexec_grub_bls_compare ("", ""), ==, 0);
}

#define SNIPPET(version)                                                                           \
  "title Fedora (" version ")\nversion " version "\nlinux /vmlinuz-" version                       \
  "\ninitrd /initramfs-" version ".img $tuned_initrd\noptions $kernelopts $tuned_params\n"         \
  "grub_users $grub_users\ngrub_arg --unrestricted\ngrub_class fedora\n"

static KexecGrubOutcome *
evaluate (const char *script)
{
  const GrubMemoryFile files[] = {
    { "/grub/grub.cfg", script },
    { "/loader/entries/" MACHINE "6.8.5-301.fc40.conf", SNIPPET ("6.8.5-301.fc40") },
    { "/loader/entries/" MACHINE "6.8.10-300.fc40.conf", SNIPPET ("6.8.10-300.fc40") },
    { "/loader/entries/" MACHINE "0-rescue.conf",
      "title Rescue\nlinux /vmlinuz-0-rescue\ninitrd /initramfs-0-rescue.img\n" },
    { "/loader/entries/no-linux.conf", "title None\n" },
    { "/loader/entries/.hidden.conf", SNIPPET ("1") },
    { "/loader/entries/other.txt", SNIPPET ("2") },
    { "/dir/a.conf", "title A\nlinux /a\noptions x=\"1 2\" y=\\$z 'q r'\n" },
    { NULL, NULL },
  };
  KexecGrubOutcome *outcome = grub_memory_evaluate (files);

  expect_findings (outcome->findings, "");
  return outcome;
}

static void
expect_menu (const char *script, const char *menu)
{
  g_autoptr (KexecGrubOutcome) outcome = evaluate (script);
  g_autofree char *found = grub_memory_describe (outcome->menu);

  g_test_message ("%s", script);
  g_assert_true (outcome->names_first);
  g_assert_cmpstr (found, ==, menu);
}

#define NEW       "Fedora (6.8.10-300.fc40) [" MACHINE "6.8.10-300.fc40]"
#define OLD       "Fedora (6.8.5-301.fc40) [" MACHINE "6.8.5-301.fc40]"
#define NEW_FILES " + /initramfs-6.8.10-300.fc40.img"
#define OLD_FILES " + /initramfs-6.8.5-301.fc40.img"
#define RESCUE    "Rescue [" MACHINE "0-rescue] = (hd0,gpt2)/vmlinuz-0-rescue"

static void
test_entries (void)
{
  expect_menu ("kernelopts='root=/dev/a ro'\nblscfg\n",
               NEW " = (hd0,gpt2)/vmlinuz-6.8.10-300.fc40 root=/dev/a ro" NEW_FILES "\n" OLD
                   " = (hd0,gpt2)/vmlinuz-6.8.5-301.fc40 root=/dev/a ro" OLD_FILES "\n" RESCUE
                   " + /initramfs-0-rescue.img\n");
  expect_menu ("kernelopts='root=/dev/a ro'; tuned_params=x; tuned_initrd=(hd0)/t.img\n"
               "default_kernelopts='d $kernelopts'\nset superusers=r; set grub_users=r\nblscfg\n",
               NEW "! = (hd0,gpt2)/vmlinuz-6.8.10-300.fc40 root=/dev/a ro x" NEW_FILES
                   " + /t.img\n" OLD
                   "! = (hd0,gpt2)/vmlinuz-6.8.5-301.fc40 root=/dev/a ro x" OLD_FILES
                   " + /t.img\n" RESCUE " d root=/dev/a ro + /initramfs-0-rescue.img\n");
}

static void
test_requests (void)
{
  expect_menu ("blscfg (hd0)/dir\n", "A [a] = (hd0,gpt2)/a \"x=1 2\" y=$z \"q r\"\n");
  expect_menu ("blsdir=/dir; blscfg; blscfg\n", "A [a] = (hd0,gpt2)/a \"x=1 2\" y=$z \"q r\"\n");
  expect_menu (
    "early_initrd='ucode.img b'; devicetree=x.dtb; blscfg (hd0)/dir\n",
    "A [a] = (hd0,gpt2)/a \"x=1 2\" y=$z \"q r\" + /ucode.img + /b dt (hd0,gpt2)/x.dtb\n");
  expect_menu ("default=" MACHINE "0-rescue; blscfg default\n",
               RESCUE " + /initramfs-0-rescue.img\n");
  expect_menu ("default=0; blscfg non-default\n",
               OLD " = (hd0,gpt2)/vmlinuz-6.8.5-301.fc40" OLD_FILES "\n" RESCUE
                   " + /initramfs-0-rescue.img\n");
  expect_menu ("blscfg " MACHINE "0-rescue\n", RESCUE " + /initramfs-0-rescue.img\n");
  expect_menu ("blsdir=/none; blscfg\n", "");
}

/* The id in saved_entry begins with a digit. */
static void
test_default (void)
{
  g_autoptr (KexecGrubOutcome) outcome = evaluate ("default=" MACHINE "6.8.5-301.fc40\nblscfg\n");
  g_autoptr (KexecGrubChoice) choice = kexec_grub_menu_choose (outcome->menu, outcome->names_first);
  const KexecGrubEntry *entry = choice->path->pdata[0];

  g_assert_cmpstr (entry->title, ==, "Fedora (6.8.5-301.fc40)");
  g_assert_cmpstr (entry->snippet, ==, "/loader/entries/" MACHINE "6.8.5-301.fc40.conf");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/grub/bls/order", test_order);
  g_test_add_func ("/grub/bls/entries", test_entries);
  g_test_add_func ("/grub/bls/requests", test_requests);
  g_test_add_func ("/grub/bls/default", test_default);
  return g_test_run ();
}
