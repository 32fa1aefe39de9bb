/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GRUB scripts that never end, or never end to grow. */
#include <string.h>

#include "tests/unit/expect.h"
#include "tests/unit/grub-memory.h"

/* Expects that a limit is said to be reached, and that the first entry is there all the same. */
static void
expect_limit (const char *script)
{
  g_autofree char *whole = g_strconcat ("menuentry first { linux /k; }\n", script, NULL);
  const GrubMemoryFile files[] = {
    { "/grub/grub.cfg", whole },
    { "/grub/itself.cfg", "source /grub/itself.cfg\n" },
    { "/grub/empty.cfg", "" },
    { "/grub/again.cfg", "configfile /grub/again.cfg\n" },
    { NULL, NULL },
  };
  g_autoptr (KexecGrubOutcome) outcome = grub_memory_evaluate (files);
  g_autofree char *menu = grub_memory_describe (outcome->menu);

  g_test_message ("%.100s", script);
  expect_sentences (outcome->findings);
  g_assert_nonnull (finding_text (outcome->findings, "menu-unreadable"));
  g_assert_true (outcome->is_incomplete);
  g_assert_cmpuint (outcome->findings->len, <=, KEXEC_GRUB_FINDINGS_MAX + 2);
  g_assert_true (g_str_has_prefix (menu, "first = (hd0,gpt2)/k\n"));
}

static void
test_endless (void)
{
  expect_limit ("while true; do true; done\n");
  expect_limit ("until false; do menuentry a { true; }; done\n");
  expect_limit ("function f { f; }\nf\n");
  expect_limit ("function f { g; }\nfunction g { f; }\ng\n");
  expect_limit ("source /grub/itself.cfg\n");
  expect_limit ("configfile /grub/again.cfg\n");
  expect_limit ("x=a; while true; do x=$x$x; done\n");
  expect_limit ("x=a; while true; do x=$x$x; eval y$x=$x; done\n");
  expect_limit ("x='eval $x'; eval $x\n");
  expect_limit ("function f { submenu s { f; }\n }\nsubmenu s { f; }\n");
  expect_limit ("menuentry a { while true; do true; done; }\n");
  expect_limit ("while true; do eval 'menuentry a { linux /k; }'; done\n");
  expect_limit ("while true; do load_env; done\n");
  expect_limit ("while true; do source /grub/empty.cfg; done\n");
  expect_limit ("while true; do read x; menuentry $x; done\n");
  expect_limit ("function f { if cmostest 1; then f; else f; fi; }\nf\n");
  expect_limit ("while true; do if cmostest 1; then x=1$x; else x=2$x; fi; done\n");
}

static char *
repeat (const char *text, guint count)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < count; i++)
    g_string_append (out, text);
  return g_string_free (out, FALSE);
}

static void
test_deep (void)
{
  g_autofree char *ifs = repeat ("if true; then\n", 1000);
  g_autofree char *braces = repeat ("x { ", 100000);
  g_autofree char *submenus = repeat ("submenu a {\n", 70);
  g_autofree char *elifs = repeat ("elif cmostest 1; then true; ", 1000);
  g_autofree char *chain = g_strconcat ("if false; then true; ", elifs, "fi\n", NULL);
  g_autofree char *parentheses = repeat ("( ", 1000);
  g_autofree char *test = g_strconcat ("if [ ", parentheses, "]; then true; fi\n", NULL);
  const GrubMemoryFile files[] = { { "/grub/grub.cfg", test }, { NULL, NULL } };
  g_autoptr (KexecGrubOutcome) outcome = grub_memory_evaluate (files);

  expect_findings (outcome->findings, "");
  expect_limit (ifs);
  expect_limit (braces);
  expect_limit (submenus);
  expect_limit (chain);
}

static void
test_large (void)
{
  g_autofree char *commands = repeat ("a;a\n", 150000);
  g_autofree char *words = repeat ("a ", 350000);
  g_autofree char *entries = repeat ("menuentry a { true; }\n", KEXEC_GRUB_ENTRIES_MAX);

  expect_limit (commands);
  expect_limit (words);
  expect_limit (entries);
}

/* A file that is too large cannot be read at all. */
static void
test_file (void)
{
  g_autofree char *large = repeat ("#\n", KEXEC_GRUB_FILE_MAX / 2 + 1);
  const GrubMemoryFile files[] = { { "/grub/grub.cfg", large }, { NULL, NULL } };
  const GrubMemoryFile several[] = {
    { "/grub/grub.cfg", "menuentry a { true; }\nfor i in 1 2 3 4 5; do source /large; done\n" },
    { "/large", large + 2 },
    { NULL, NULL },
  };
  g_autoptr (KexecGrubOutcome) outcome = grub_memory_evaluate (files);
  g_autoptr (KexecGrubOutcome) too_many = grub_memory_evaluate (several);

  expect_findings (outcome->findings, "menu-unreadable");
  g_assert_true (outcome->is_incomplete);
  expect_findings (too_many->findings, "menu-unreadable");
  g_assert_cmpuint (too_many->menu->entries->len, ==, 1);
}

static void
test_initrds (void)
{
  g_autofree char *most = repeat (" /i", KEXEC_GRUB_INITRDS_MAX);
  g_autofree char *more = g_strconcat ("menuentry a { linux /k; initrd /i", most, "; }\n", NULL);
  g_autofree char *enough = g_strconcat ("menuentry a { linux /k; initrd", most, "; }\n", NULL);
  const GrubMemoryFile files[] = { { "/grub/grub.cfg", enough }, { NULL, NULL } };
  g_autoptr (KexecGrubOutcome) outcome = grub_memory_evaluate (files);

  expect_findings (outcome->findings, "");
  expect_limit (more);
}

/* Each time that both ways are gone, what was loaded is copied. */
static void
test_copies (void)
{
  g_autofree char *most = repeat (" /i", KEXEC_GRUB_INITRDS_MAX);
  g_autofree char *ifs = repeat ("if cmostest 1; then true; fi\n", 9000);
  g_autofree char *script = g_strconcat ("linux /k\ninitrd", most, "\n", ifs, NULL);

  expect_limit (script);
}

/* A file that is refused was read all the same. */
static void
test_refused (void)
{
  g_autofree char *large = repeat ("#\n", KEXEC_GRUB_FILE_MAX / 2 + 1);
  const GrubMemoryFile files[] = {
    { "/grub/grub.cfg", "for i in 1 2 3 4 5; do source /large; done\nmenuentry a { true; }\n" },
    { "/large", large },
    { NULL, NULL },
  };
  g_autoptr (KexecGrubOutcome) outcome = grub_memory_evaluate (files);

  g_assert_true (outcome->is_exhausted);
  g_assert_cmpuint (outcome->menu->entries->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/grub/limits/endless", test_endless);
  g_test_add_func ("/grub/limits/deep", test_deep);
  g_test_add_func ("/grub/limits/large", test_large);
  g_test_add_func ("/grub/limits/file", test_file);
  g_test_add_func ("/grub/limits/initrds", test_initrds);
  g_test_add_func ("/grub/limits/copies", test_copies);
  g_test_add_func ("/grub/limits/refused", test_refused);
  return g_test_run ();
}
