/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which entry systemd-boot boots by itself: EFI variables, loader.conf, patterns. */
#include "boot/bls/glob.h"
#include "boot/bls/loader-conf.h"
#include "boot/source.h"

#include "tests/unit/expect.h"
#include "tests/unit/make-kernel.h"
#include "tests/unit/make-menu.h"

#define CONF "efi/loader/loader.conf"

/* A tree with the entries c, b and a, in that order, of which c is bad and comes last. */
static Tree *
make_tree (void)
{
  Tree *tree = tree_new ();
  g_autoptr (GByteArray) kernel = make_kernel ("6.1.0");

  tree_write_bytes (tree, "boot/linux", kernel);
  tree_write (tree, "boot/loader/entries/a.conf", "linux /linux\n");
  tree_write (tree, "boot/loader/entries/b.conf", "linux /linux\n");
  tree_write (tree, "boot/loader/entries/c+0.conf", "linux /linux\n");
  tree_dir (tree, "efi");
  return tree;
}

/* @value: a "|" stands for a NUL */
static void
set_variable (Tree *tree, const char *name, const char *value)
{
  static const guint8 attributes[] = { 7, 0, 0, 0 };
  g_autofree char *path =
    g_strdup_printf ("sys/firmware/efi/efivars/%s-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f", name);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  g_byte_array_append (bytes, attributes, sizeof attributes);
  for (gsize i = 0; i <= strlen (value); i++) {
    const guint8 unit[] = { value[i] != '|' ? (guint8) value[i] : 0, 0 };

    g_byte_array_append (bytes, unit, sizeof unit);
  }
  tree_write_bytes (tree, path, bytes);
}

/* @id: of the default; NULL: none. @reason: what it is said to come from, a part of it */
static void
expect_default (Tree *tree, const char *id, const char *reason)
{
  g_autoptr (Menu) menu = menu_read (&kexec_source_bls, tree);
  const KexecMenu *found = menu->menu;

  g_assert_cmpstr (found->default_entry != NULL ? found->default_entry->id : NULL, ==, id);
  g_test_message ("%s", found->default_reason);
  g_assert_nonnull (strstr (found->default_reason, reason));
}

static void
expect_other (Tree *tree, const char *title)
{
  g_autoptr (Menu) menu = menu_read (&kexec_source_bls, tree);

  g_assert_null (menu->menu->default_entry);
  g_assert_cmpstr (menu->menu->default_other, ==, title);
}

static void
test_first (void)
{
  g_autoptr (Tree) tree = make_tree ();

  expect_default (tree, "b.conf", "first");
  tree_remove (tree, "boot/loader/entries/a.conf");
  tree_remove (tree, "boot/loader/entries/b.conf");
  expect_default (tree, "c.conf", "first");
  tree_remove (tree, "boot/linux");
  expect_default (tree, NULL, "");
}

static void
test_conf (void)
{
  g_autoptr (Tree) tree = make_tree ();

  tree_write (tree, CONF, "# x\ntimeout 3\ndefault A.*\n");
  expect_default (tree, "a.conf", "\"default\" in /efi/loader/loader.conf names it");
  tree_write (tree, CONF, "default c.conf\npreferred c.conf\n");
  expect_default (tree, "c.conf", "\"default\"");
  tree_write (tree, CONF, "default c.conf\npreferred a.conf\n");
  expect_default (tree, "a.conf", "\"preferred\"");
  tree_write (tree, CONF, "default nothing\n");
  expect_default (tree, "b.conf", "first");
  tree_write (tree, CONF, "default @other\n");
  expect_default (tree, "b.conf", "first");
}

/* What cannot be read is no reason to look into another one, nor to guess. */
static void
test_conf_unreadable (void)
{
  g_autoptr (Tree) tree = make_tree ();
  g_autoptr (Menu) menu = NULL;

  tree_fifo (tree, CONF);
  tree_write (tree, "boot/loader/loader.conf", "default a.conf\n");
  menu = menu_read (&kexec_source_bls, tree);
  menu_expect (menu, "b.conf a.conf c.conf");
  expect_findings (menu->menu->findings, "menu-unreadable");
}

static void
test_variables (void)
{
  g_autoptr (Tree) tree = make_tree ();
  g_autoptr (Menu) menu = NULL;

  tree_write (tree, CONF, "default b.conf\n");
  set_variable (tree, "LoaderEntryDefault", "A.conf");
  expect_default (tree, "a.conf", "LoaderEntryDefault, an EFI variable, names it");
  set_variable (tree, "LoaderEntryPreferred", "c.conf");
  expect_default (tree, "a.conf", "LoaderEntryDefault");
  set_variable (tree, "LoaderEntryPreferred", "b.conf");
  expect_default (tree, "b.conf", "LoaderEntryPreferred");
  set_variable (tree, "LoaderEntryOneShot", "c.conf");
  expect_default (tree, "c.conf", "LoaderEntryOneShot");
  menu = menu_read (&kexec_source_bls, tree);
  expect_findings (menu->menu->findings, "one-shot-pending");
  set_variable (tree, "LoaderEntryOneShot", "gone.conf");
  expect_default (tree, "b.conf", "LoaderEntryPreferred");
}

static void
test_failure (void)
{
  g_autoptr (Tree) tree = make_tree ();

  set_variable (tree, "LoaderEntrySysFail", "a.conf");
  expect_default (tree, "b.conf", "first");
  set_variable (tree, "LoaderSysFailReason", "firmware-update-failure");
  expect_default (tree, "a.conf", "LoaderEntrySysFail");
}

static void
test_saved (void)
{
  g_autoptr (Tree) tree = make_tree ();

  tree_write (tree, CONF, "default @SAVED\n");
  expect_default (tree, "b.conf", "first");
  set_variable (tree, "LoaderEntrySelected", "a.conf");
  expect_default (tree, "a.conf", "\"default\"");
  set_variable (tree, "LoaderEntryLastBooted", "c.conf");
  expect_default (tree, "c.conf", "\"default\"");
}

/* Tools write names with their suffix and without it. */
static void
test_suffix (void)
{
  g_autoptr (Tree) tree = make_tree ();

  tree_write (tree, CONF, "default a\n");
  expect_default (tree, "a.conf", "\"default\"");
}

static void
test_automatic (void)
{
  g_autoptr (Tree) tree = make_tree ();

  set_variable (tree, "LoaderEntryDefault", "auto-windows");
  expect_other (tree, "Windows Boot Manager");
  set_variable (tree, "LoaderEntries", "b.conf|a.conf|auto-windows|auto-reboot");
  expect_other (tree, "Windows Boot Manager");
  set_variable (tree, "LoaderEntries", "b.conf|a.conf");
  expect_default (tree, "b.conf", "first");
}

static void
test_globs (void)
{
  static const struct {
    const char *pattern;
    const char *id;
    gboolean matches;
  } globs[] = {
    { "", "", TRUE },
    { "", "a", FALSE },
    { "*", "", TRUE },
    { "**", "abc", TRUE },
    { "a*", "A.conf", TRUE },
    { "a*c", "abcbc", TRUE },
    { "a*c", "abcb", FALSE },
    { "?", "a", TRUE },
    { "?", "", FALSE },
    { "a?c", "abc", TRUE },
    { "[a-c]x", "Bx", TRUE },
    { "[a-c]x", "dx", FALSE },
    { "[-a]", "-", TRUE },
    { "[a-]", "-", TRUE },
    { "[]a]", "]", TRUE },
    { "[a", "a", FALSE },
    { "[", "[", FALSE },
    { "[a-", "a", FALSE },
    { "[\\]]", "]", TRUE },
    { "\\*", "*", TRUE },
    { "\\*", "a", FALSE },
    { "\\", "\\", TRUE },
    { "*a*a*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (globs); i++) {
    g_test_message ("%s: %s", globs[i].pattern, globs[i].id);
    g_assert_cmpint (kexec_bls_glob_match (globs[i].pattern, globs[i].id), ==, globs[i].matches);
  }
}

static void
test_loader_conf (void)
{
  static const char text[] =
    "\tdefault  'a b' \r\nPREFERRED x\npreferred y\npreferred\n\0default c";
  g_autoptr (KexecBlsLoaderConf) conf = kexec_bls_loader_conf_parse ("/x", text, sizeof text - 1);

  g_assert_cmpstr (conf->default_pattern, ==, "a b");
  g_assert_cmpstr (conf->preferred, ==, "y");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bls-default/first", test_first);
  g_test_add_func ("/bls-default/conf", test_conf);
  g_test_add_func ("/bls-default/conf-unreadable", test_conf_unreadable);
  g_test_add_func ("/bls-default/variables", test_variables);
  g_test_add_func ("/bls-default/failure", test_failure);
  g_test_add_func ("/bls-default/saved", test_saved);
  g_test_add_func ("/bls-default/suffix", test_suffix);
  g_test_add_func ("/bls-default/automatic", test_automatic);
  g_test_add_func ("/bls-default/globs", test_globs);
  g_test_add_func ("/bls-default/loader-conf", test_loader_conf);
  return g_test_run ();
}
