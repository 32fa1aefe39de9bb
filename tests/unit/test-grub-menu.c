/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GRUB's menus: what entries load, which one is the default, and what nobody can tell. */
#include <string.h>

#include "tests/unit/expect.h"
#include "tests/unit/grub-memory.h"

static KexecGrubOutcome *
evaluate (const char *script, const char *grubenv)
{
  const GrubMemoryFile files[] = {
    { "/grub/grub.cfg", script },
    { "/grub/grubenv", grubenv },
    { "/grub/other.cfg", "menuentry other { true; }\n" },
    { NULL, NULL },
  };
  KexecGrubOutcome *outcome = grub_memory_evaluate (files);

  expect_sentences (outcome->findings);
  return outcome;
}

static void
expect_menu (const char *script, const char *menu)
{
  g_autoptr (KexecGrubOutcome) outcome = evaluate (script, NULL);
  g_autofree char *found = grub_memory_describe (outcome->menu);

  g_test_message ("%s", script);
  g_assert_cmpstr (found, ==, menu);
}

static void
test_targets (void)
{
  expect_menu ("menuentry a { linux /k root=/dev/a ro; initrd /u /i; }\n",
               "a = (hd0,gpt2)/k root=/dev/a ro + /u + /i\n");
  expect_menu ("menuentry a { linux16 /k 'a b' \\\"c \\\\ d\\'; initrd16 /i; }\n",
               "a = (hd0,gpt2)/k \"a b\" \\\"c \\\\ d\\' + /i\n");
  expect_menu ("menuentry a { linuxefi (hd1)/k x=\"y z\"; initrdefi (hd1)/i; }\n",
               "a = (hd1)/k \"x=y z\" + /i\n");
  expect_menu ("menuentry a { linux /k ''  a; devicetree /b.dtb; boot; linux /no; }\n",
               "a = (hd0,gpt2)/k  a dt /b.dtb\n");
  expect_menu ("menuentry a { linux /x; initrd /i; linux /k; }\n", "a = (hd0,gpt2)/k\n");
  expect_menu ("menuentry a { initrd /i; linux; }\n", "a\n");
  expect_menu ("menuentry a { linux /x y; chainloader +1; }\n", "a = other\n");
  expect_menu ("menuentry a { fwsetup; }\nmenuentry b { multiboot /x; module /y; }\n",
               "a = other\nb = other\n");
  expect_menu ("menuentry a { configfile /grub/other.cfg; }\nmenuentry b { reboot; }\n",
               "a = other\nb = other\n");
}

static void
test_entries (void)
{
  expect_menu (
    "menuentry 'A b' --class x --class=y --id i --hotkey=k p q { linux /$1 $2 $3 $#; }\n",
    "A b [i] = (hd0,gpt2)/A b p q 3\n");
}

/* The body sees its own variables, and what the file left. */
static void
test_bodies (void)
{
  expect_menu ("x=1; menuentry a { x=${x}a; linux /$x; }\nx=2\nmenuentry b { linux /$x; }\n",
               "a = (hd0,gpt2)/2a\nb = (hd0,gpt2)/2\n");
  expect_menu ("function f { linux /$1 $cmdline; }\nmenuentry a { f k; }\ncmdline='a b'\n",
               "a = (hd0,gpt2)/k a b\n");
  expect_menu ("submenu s --id t { set x=1; menuentry a { linux /$x; }\n"
               "submenu u { menuentry b { linux /$x$chosen; }\n}\n}\nmenuentry c { linux /c$x; }\n",
               "s [t]\n  a = (hd0,gpt2)/1\n  u\n    b = (hd0,gpt2)/1t>u>b\n"
               "c = (hd0,gpt2)/c\n");
  expect_menu ("menuentry a { menuentry inner { true; }\n }\n", "a\n");
  expect_menu ("menuentry --id x { true; }\nmenuentry; menuentry a\nsubmenu b { true; }\n", "b\n");
  expect_menu ("menuentry a --source 'linux /k x'\n", "a = (hd0,gpt2)/k x\n");
}

static void
test_passwords (void)
{
  expect_menu ("menuentry a { true; }\nmenuentry b --users '' { true; }\n", "a\nb\n");
  expect_menu ("set superusers=root\nmenuentry a { true; }\nmenuentry b --unrestricted { true; }\n"
               "menuentry c --users alice --unrestricted { true; }\n"
               "menuentry d --unrestricted --users '' { true; }\n",
               "a!\nb\nc!\nd!\n");
  expect_menu ("menuentry a { true; }\nset superusers=\n", "a!\n");
  expect_menu ("set superusers=root\n"
               "submenu s { menuentry a --unrestricted { true; }\n}\n"
               "submenu t --unrestricted { menuentry a --unrestricted { true; }\n"
               "menuentry b { true; }\n}\n",
               "s!\n  a!\nt\n  a\n  b!\n");
}

static const char menu_script[] =
  "menuentry 'One, with 6.1' --id one { linux /1; }\n"
  "submenu 'More > less' --id more {\n"
  "  menuentry two --id 2nd { linux /2; }\n"
  "  menuentry three --id three { linux /3; }\n"
  "  submenu deep { menuentry four { linux /4; }\n menuentry five { linux /5; }\n }\n"
  "}\n"
  "menuentry Windows { chainloader +1; }\n"
  "menuentry '6.1 kernel' --id 6a9f { linux /6; }\n";

/* @expected: the titles on the way to the default, joined by "/"; "?" after it if it is not what
   was asked for */
static void
expect_default (const char *value, gboolean names_first, const char *expected)
{
  g_autofree char *script = g_strdup_printf ("set default=\"%s\"\n%s", value, menu_script);
  g_autoptr (KexecGrubOutcome) outcome = evaluate (script, NULL);
  g_autoptr (KexecGrubChoice) choice = kexec_grub_menu_choose (outcome->menu, names_first);
  g_autoptr (GString) found = g_string_new (NULL);

  g_assert_null (choice->doubt);
  for (guint i = 0; i < choice->path->len; i++)
    g_string_append_printf (found, "%s%s", i > 0 ? "/" : "",
                            ((KexecGrubEntry *) choice->path->pdata[i])->title);
  g_string_append (found, choice->is_lost ? "?" : "");
  g_test_message ("%s", value);
  g_assert_cmpstr (found->str, ==, expected);
}

static void
test_default (void)
{
  expect_default ("", FALSE, "One, with 6.1");
  expect_default ("0", FALSE, "One, with 6.1");
  expect_default ("2", FALSE, "Windows");
  expect_default ("0x2", FALSE, "Windows");
  expect_default ("one", FALSE, "One, with 6.1");
  expect_default ("One, with 6.1", FALSE, "One, with 6.1");
  expect_default ("1>0", FALSE, "More > less/two");
  expect_default ("1>1", FALSE, "More > less/three");
  expect_default ("1>2>1", FALSE, "More > less/deep/five");
  expect_default ("more>three", FALSE, "More > less/three");
  expect_default ("More >> less>deep>five", FALSE, "More > less/deep/five");
  expect_default ("more>2>four", FALSE, "More > less/deep/four");
  expect_default ("more", FALSE, "More > less/two");
  /* The value stays as it is in the submenu, and so counts there once more. */
  expect_default ("1", FALSE, "More > less/three");
  expect_default ("nowhere", FALSE, "One, with 6.1?");
  expect_default ("17", FALSE, "One, with 6.1?");
  expect_default ("more>nowhere", FALSE, "More > less/two?");
  expect_default ("99999999999999999999", FALSE, "One, with 6.1?");
  /* Only Fedora's GRUB finds names that begin with a number. */
  expect_default ("6a9f", FALSE, "One, with 6.1?");
  expect_default ("6a9f", TRUE, "6.1 kernel");
  expect_default ("6.1 kernel", TRUE, "6.1 kernel");
  expect_default ("3", TRUE, "6.1 kernel");
  expect_default ("more>2nd", TRUE, "More > less/two");
}

static const char header[] =
  "if [ -s $prefix/grubenv ]; then set have_grubenv=true; load_env; fi\n"
  "if [ \"${next_entry}\" ] ; then set default=\"${next_entry}\"; set next_entry=\n"
  "save_env next_entry; set boot_once=true; else set default=\"${saved_entry}\"; fi\n"
  "if [ \"${prev_saved_entry}\" ]; then set saved_entry=\"${prev_saved_entry}\"\n"
  "save_env saved_entry; set prev_saved_entry=\nsave_env prev_saved_entry; fi\n";

#define GRUBENV "# GRUB Environment Block\n"

static void
expect_saved (const char *grubenv, const char *value)
{
  g_autofree char *script = g_strconcat (header, menu_script, NULL);
  g_autoptr (KexecGrubOutcome) outcome = evaluate (script, grubenv);

  g_assert_cmpstr (outcome->menu->default_value, ==, value);
  g_assert_null (outcome->menu->default_doubt);
  expect_findings (outcome->findings, "");
}

static void
test_saved (void)
{
  expect_saved (NULL, "");
  expect_saved (GRUBENV "saved_entry=more>three\n########", "more>three");
  expect_saved (GRUBENV "next_entry=2\nsaved_entry=1\n####", "2");
  expect_saved (GRUBENV "next_entry=\nsaved_entry=1\n####", "1");
  expect_saved (GRUBENV "saved_entry=2\nprev_saved_entry=1\n####", "2");
}

static void
test_load_env (void)
{
  g_autoptr (KexecGrubOutcome) outcome =
    evaluate ("load_env -f /grub/grubenv a b\nload_env --file=/none\nload_env -x\n"
              "menuentry \"$a$b$c\" { true; }\n",
              GRUBENV "a=1\nb=2\nc=3\n#");
  g_autofree char *menu = grub_memory_describe (outcome->menu);
  g_autoptr (KexecGrubOutcome) damaged =
    evaluate ("load_env\nmenuentry a { true; }\n", "saved=1\n");

  g_assert_cmpstr (menu, ==, "12\n");
  g_assert_cmpstr (outcome->environment_path, ==, "/grub/grubenv");
  expect_findings (damaged->findings, "menu-unreadable");
}

/* @codes: of the menu's findings */
static void
expect_doubt (const char *script, const char *codes, gboolean is_default_in_doubt)
{
  g_autoptr (KexecGrubOutcome) outcome = evaluate (script, GRUBENV "saved_entry=1\n");
  g_autoptr (KexecGrubChoice) choice = kexec_grub_menu_choose (outcome->menu, FALSE);
  const KexecGrubEntry *last =
    choice->path->len > 0 ? choice->path->pdata[choice->path->len - 1] : NULL;
  const char *doubt = last != NULL ? last->target->doubt : choice->doubt;

  g_test_message ("%s", script);
  expect_findings (outcome->findings, codes);
  g_assert_cmpint (doubt != NULL, ==, is_default_in_doubt);
  if (doubt != NULL)
    g_assert_nonnull (strstr (doubt, "line "));
}

#define ONE "menuentry one { linux /1; }\n"
#define TWO "menuentry two { linux /2; }\n"

static void
test_undecided (void)
{
  expect_doubt ("if cmostest 1:2; then\n" ONE "fi\n" TWO, "menu-undecided", TRUE);
  expect_doubt ("if cmostest 1:2; then default=1; else default=0; fi\n" ONE TWO, "", TRUE);
  expect_doubt ("if cmostest 1:2; then default=1; fi\n" ONE TWO "default=0\n", "", FALSE);
  expect_doubt (
    "if cmostest 1:2; then x=1; else x=2; fi\nif [ $x = 1 ]; then default=1; fi\n" ONE TWO, "",
    TRUE);
  expect_doubt (
    "if cmostest 1:2; then x=1; else x=1; fi\nif [ $x = 1 ]; then default=1; fi\n" ONE TWO, "",
    FALSE);
  expect_doubt ("probe --set=x -u $root\n" ONE "menuentry $x { true; }\n", "menu-undecided", TRUE);
  expect_doubt ("regexp --set 1:x 'a' b; set default=$x\n" ONE, "", TRUE);
  expect_doubt ("read x\nset default=$x\n" ONE, "", TRUE);
  expect_doubt ("menuentry one { if cmostest 1; then linux /1; else linux /2; fi; }\n", "", TRUE);
  expect_doubt ("menuentry one { if cmostest 1; then linux /1; else linux /1; fi; }\n", "", FALSE);
  expect_doubt ("menuentry one { read x; linux /1 $x; }\n", "", TRUE);
  expect_doubt ("menuentry one { linux /1; initrd newc:a:/b /i; }\n", "", TRUE);
  expect_doubt ("while sleep 1; do true; done\n" ONE, "menu-undecided", TRUE);
  expect_doubt ("for i in /boot/vmlinuz-*; do " ONE " done\n", "menu-undecided", TRUE);
  expect_doubt ("if [ /a -nt /b ]; then " ONE " else\n" TWO "fi\n", "menu-undecided", TRUE);
  expect_doubt ("if [ -f /unknown/x ]; then " ONE " fi\n" TWO, "menu-undecided", TRUE);
  expect_doubt ("if keystatus; then configfile /grub/other.cfg; fi\n" ONE, "menu-undecided", TRUE);
  expect_doubt ("source /$(x)\n" ONE, "menu-unreadable", FALSE);
  expect_doubt ("read x; source $x\n" ONE, "menu-undecided", TRUE);
  expect_doubt ("legacy_configfile /menu.lst\n" ONE, "menu-undecided", TRUE);
  expect_doubt ("linux /k; boot\n" ONE, "menu-undecided", TRUE);
  expect_doubt ("exit\n" ONE, "menu-undecided", TRUE);
  expect_doubt ("function f { return $1; }\nread x; if f $x; then\n" ONE "fi\n" TWO,
                "menu-undecided", TRUE);
  expect_doubt ("if cmostest 1; then true; elif cmostest 2; then true; else true; fi\n" ONE, "",
                FALSE);
  expect_doubt ("function f { shift; if cmostest 1; then shift; else setparams x; fi\n"
                "menuentry $1 { true; }\n }\nf a b c\n",
                "", FALSE);
}

/* Only what matters for the entry at hand is in doubt. */
static void
test_doubt_elsewhere (void)
{
  expect_doubt (ONE "submenu s { if cmostest 1; then\n" TWO "fi\n }\n", "", FALSE);
  expect_doubt ("submenu s { if cmostest 1; then\n" TWO "fi\n" ONE "}\n", "", TRUE);
  expect_doubt (ONE "menuentry two { read x; linux $x; }\n", "", FALSE);
}

/* What GRUB's parser refuses, it passes over line by line. */
static void
test_broken (void)
{
  static const char *const broken[] = {
    "menuentry a {",
    "a; ; b",
    "}",
    "if true; then fi",
    "menuentry a { }",
    "a | b",
    "a && b",
    "\"open",
    "'open",
    "x $",
    "\"$ x\"",
    "${x",
    "for in a; do true; done",
    "fi",
    "if true then a; fi",
    "function { true; }",
    "[[ a ]]",
    "case x in a",
    "a ;; b",
    "while true; done",
    "x\\",

  };

  for (guint i = 0; i < G_N_ELEMENTS (broken); i++) {
    g_autofree char *script = g_strconcat (ONE, broken[i], NULL);
    g_autoptr (KexecGrubOutcome) outcome = evaluate (script, NULL);
    g_autofree char *menu = grub_memory_describe (outcome->menu);

    g_test_message ("%s", broken[i]);
    g_assert_cmpstr (menu, ==, "one = (hd0,gpt2)/1\n");
    expect_findings (outcome->findings, "menu-unreadable");
    g_assert_nonnull (strstr (finding_text (outcome->findings, "menu-unreadable"), "Line 2"));
    g_assert_false (outcome->is_incomplete);
  }
  expect_menu ("\\\nif true; then a; fi\n" ONE, "one = (hd0,gpt2)/1\n");
  expect_menu ("x ;; y\n" ONE, "one = (hd0,gpt2)/1\n");
  expect_menu ("menuentry a {\n linux /a |\n}\n" ONE, "one = (hd0,gpt2)/1\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/grub/menu/targets", test_targets);
  g_test_add_func ("/grub/menu/entries", test_entries);
  g_test_add_func ("/grub/menu/bodies", test_bodies);
  g_test_add_func ("/grub/menu/passwords", test_passwords);
  g_test_add_func ("/grub/menu/default", test_default);
  g_test_add_func ("/grub/menu/saved", test_saved);
  g_test_add_func ("/grub/menu/load-env", test_load_env);
  g_test_add_func ("/grub/menu/undecided", test_undecided);
  g_test_add_func ("/grub/menu/doubt-elsewhere", test_doubt_elsewhere);
  g_test_add_func ("/grub/menu/broken", test_broken);
  return g_test_run ();
}
