/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The operating system's name, from good and bad os-release files. */
#include "boot/os-release.h"

#include <string.h>

#include "tests/unit/make-tree.h"

static void
expect_name (const char *text, const char *name)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autofree char *found = NULL;

  tree_write (tree, "etc/os-release", text);
  found = kexec_os_release_name (tree->fd);
  g_assert_cmpstr (found, ==, name);
}

static void
test_names (void)
{
  expect_name ("NAME=Debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\n",
               "Debian GNU/Linux 12 (bookworm)");
  expect_name ("PRETTY_NAME='Arch Linux'", "Arch Linux");
  expect_name ("PRETTY_NAME=Gentoo\n", "Gentoo");
  expect_name ("PRETTY_NAME=a\nPRETTY_NAME=b\n", "b");
  expect_name ("PRETTY_NAME=\"\\\"quoted\\\"\"\n", "\"quoted\"");
  expect_name ("PRETTY_NAME=\"\033[2Jx\"\n", "?[2Jx");
  expect_name ("PRETTY_NAME=\"Gr\374n\"\n", "Gr\357\277\275n");
  expect_name ("PRETTY_NAME=\"open\n", "Linux");
  expect_name ("PRETTY_NAME=\n", "Linux");
  expect_name ("PRETTY_NAME=\"\"\n", "Linux");
  expect_name ("# nothing\n", "Linux");
  expect_name ("", "Linux");
}

static void
test_places (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autofree char *none = kexec_os_release_name (tree->fd);
  g_autofree char *vendor = NULL;
  g_autofree char *linked = NULL;

  g_assert_cmpstr (none, ==, "Linux");
  tree_write (tree, "usr/lib/os-release", "PRETTY_NAME=Vendor\n");
  vendor = kexec_os_release_name (tree->fd);
  g_assert_cmpstr (vendor, ==, "Vendor");
  tree_link (tree, "etc/os-release", "/usr/lib/os-release");
  linked = kexec_os_release_name (tree->fd);
  g_assert_cmpstr (linked, ==, "Vendor");
}

/* A long name is cut between characters. */
static void
test_long (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GString) text = g_string_new ("PRETTY_NAME=x");
  g_autofree char *name = NULL;

  for (guint i = 0; i < 100; i++)
    g_string_append (text, "\303\274");
  tree_write (tree, "etc/os-release", text->str);
  name = kexec_os_release_name (tree->fd);
  g_assert_true (g_utf8_validate (name, -1, NULL));
  g_assert_cmpuint (strlen (name), ==, 127);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/os-release/names", test_names);
  g_test_add_func ("/os-release/places", test_places);
  g_test_add_func ("/os-release/long", test_long);
  return g_test_run ();
}
