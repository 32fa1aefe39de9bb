/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Entries of several menus: which are the same, and what their default is. */
#include "boot/merge.h"

#include <string.h>

#include "boot/default.h"
#include "tests/unit/expect.h"
#include "tests/unit/make-tree.h"

typedef struct {
  Tree *tree;
  KexecConfig *config;
  KexecScan *scan;
  GPtrArray *menus;
} World;

static void
setup (World *world, gconstpointer data)
{
  world->tree = tree_new ();
  tree_write (world->tree, "boot/vmlinuz-1", "x");
  tree_write (world->tree, "boot/vmlinuz-2", "x");
  tree_link (world->tree, "boot/vmlinuz", "vmlinuz-2");
  world->config = kexec_config_new ();
  world->scan = kexec_scan_new (world->tree->fd, world->config);
  world->menus = g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_menu_free);
}

static void
teardown (World *world, gconstpointer data)
{
  g_ptr_array_unref (world->menus);
  kexec_scan_free (world->scan);
  kexec_config_free (world->config);
  tree_free (world->tree);
}

static KexecMenu *
add_menu (World *world)
{
  KexecMenu *menu = kexec_menu_new ();

  g_ptr_array_add (world->menus, menu);
  return menu;
}

static KexecEntry *
add (KexecMenu *menu, const char *source, const char *id, const char *kernel, const char *cmdline)
{
  KexecEntry *entry = kexec_entry_new ();

  kexec_entry_set (&entry->source, source);
  kexec_entry_set (&entry->id, id);
  kexec_entry_set (&entry->kernel, kernel);
  kexec_entry_set (&entry->cmdline, cmdline);
  entry->place = kexec_place_new (KEXEC_PLACE_BOOT, "/boot");
  g_ptr_array_add (menu->entries, entry);
  return entry;
}

static void
set_alias (KexecEntry *entry, const char *alias)
{
  g_strfreev (entry->aliases);
  entry->aliases = g_strsplit (alias, " ", -1);
}

/* @expected: "id(found_in,…)" of each */
static GPtrArray *
expect_merged (World *world, const char *expected)
{
  GPtrArray *entries = kexec_merge (world->scan, world->menus);
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint i = 0; i < entries->len; i++) {
    const KexecEntry *entry = entries->pdata[i];
    g_autofree char *found_in = g_strjoinv (",", entry->found_in);

    g_string_append_printf (line, "%s%s(%s)", i > 0 ? " " : "", entry->id, found_in);
  }
  g_assert_cmpstr (line->str, ==, expected);
  return entries;
}

/* A file in a directory is what the menus name, under whichever name; its own name still finds it.
 */
static void
test_directory (World *world, gconstpointer data)
{
  KexecMenu *menu = add_menu (world);
  KexecMenu *directory = add_menu (world);
  g_autoptr (GPtrArray) entries = NULL;

  add (menu, "grub", "newest", "/boot/vmlinuz", "root=/dev/a");
  add (menu, "grub", "newest-rescue", "/boot/vmlinuz-2", "root=/dev/a single");
  add (directory, "directory", "2", "/boot/vmlinuz-2", "");
  add (directory, "directory", "1", "/boot/vmlinuz-1", "");
  entries =
    expect_merged (world, "newest(grub,directory) newest-rescue(grub,directory) 1(directory)");
  g_assert_true (kexec_default_find (entries, "2") == entries->pdata[0]);
}

/* Two boot loaders' menus may boot one kernel in different ways. */
static void
test_two_menus (World *world, gconstpointer data)
{
  KexecMenu *grub = add_menu (world);
  KexecMenu *bls = add_menu (world);
  g_autoptr (GPtrArray) entries = NULL;

  add (grub, "grub", "fedora-1", "/boot/vmlinuz-1", "root=/dev/a quiet");
  add (grub, "grub", "other", "/boot/vmlinuz-2", "root=/dev/a");
  set_alias (add (bls, "bls", "fedora-1.conf", "/boot/vmlinuz-1", "$kernelopts"), "fedora-1");
  add (bls, "bls", "same.conf", "/boot/vmlinuz-2", "root=/dev/a");
  add (bls, "bls", "differs.conf", "/boot/vmlinuz-2", "root=/dev/a single");
  entries = expect_merged (world, "fedora-1(grub,bls) other(grub,bls) differs.conf(bls)");
  g_assert_true (kexec_default_find (entries, "fedora-1.conf") == entries->pdata[0]);
}

static void
test_ids (World *world, gconstpointer data)
{
  g_autoptr (GPtrArray) entries = NULL;

  add (add_menu (world), "grub", "a", "/boot/vmlinuz-1", "x");
  add (add_menu (world), "bls", "a", "/boot/vmlinuz-2", "y");
  add (add_menu (world), "directory", "a", "/boot/gone", "");
  entries = expect_merged (world, "a(grub) a+(bls) a++(directory)");
}

/* --- the default --- */

static KexecEntry *
choose (World *world, const KexecMenu *leading, const KexecMenu *config, const char *code)
{
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (GPtrArray) entries = kexec_merge (world->scan, world->menus);
  const KexecChoice choice = {
    .scan = world->scan,
    .entries = entries,
    .config = config,
    .leading = leading,
    .loader_reason = "GRUB booted this system",
  };
  KexecEntry *entry = kexec_default_choose (&choice, findings);

  expect_findings (findings, code);
  expect_sentences (findings);
  return entry;
}

static void
test_menu_default (World *world, gconstpointer data)
{
  KexecMenu *menu = add_menu (world);
  KexecEntry *second;

  add (menu, "grub", "a", "/boot/vmlinuz-1", "x");
  second = add (menu, "grub", "b", "/boot/vmlinuz-2", "y");
  menu->default_entry = second;
  kexec_entry_set (&menu->default_reason, "saved_entry names it");
  g_assert_true (choose (world, menu, NULL, "default-chosen") == second);
  g_assert_true (second->is_default && !second->is_default_guessed);
}

static void
test_entry_key (World *world, gconstpointer data)
{
  static const char *const names[] = { "b", "b-alias", "b*", "[b]" };
  KexecMenu *menu = add_menu (world);
  KexecEntry *second;

  menu->default_entry = add (menu, "grub", "a", "/boot/vmlinuz-1", "x");
  second = add (menu, "grub", "b", "/boot/vmlinuz-2", "y");
  set_alias (second, "b-alias");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    kexec_entry_set (&world->config->entry, names[i]);
    g_assert_true (choose (world, menu, NULL, "default-chosen") == second);
  }
  kexec_entry_set (&world->config->entry, "none");
  g_assert_true (choose (world, menu, NULL, "configuration-invalid default-chosen") ==
                 menu->default_entry);
}

/* Another system is what a reboot boots: nothing else takes its place. */
static void
test_other (World *world, gconstpointer data)
{
  KexecMenu *menu = add_menu (world);

  add (menu, "grub", "a", "/boot/vmlinuz-1", "x");
  kexec_entry_set (&menu->default_other, "Windows");
  g_assert_null (choose (world, menu, NULL, "default-not-linux"));
}

static void
test_kernel_key (World *world, gconstpointer data)
{
  KexecMenu *config = add_menu (world);
  KexecMenu *menu = add_menu (world);

  config->default_entry = add (config, "config", "a", "/boot/vmlinuz-1", "x");
  kexec_entry_set (&config->default_reason, "Kernel= in kexecd.conf names it");
  menu->default_entry = add (menu, "grub", "b", "/boot/vmlinuz-2", "y");
  g_assert_true (choose (world, menu, config, "default-chosen") == config->default_entry);
  config->default_entry = NULL;
  kexec_entry_set (&world->config->kernel, "-");
  kexec_entry_set (&world->config->kernel_from, "/etc/conf.d/kexec");
  g_assert_null (choose (world, menu, config, "default-not-linux"));
}

/* A menu that does not say it: never a locked entry, a rescue system or what cannot be booted. */
static void
test_guess (World *world, gconstpointer data)
{
  KexecMenu *menu = add_menu (world);
  KexecEntry *good;

  add (menu, "grub", "rescue", "/boot/vmlinuz-1", "x")->kind = KEXEC_ENTRY_RESCUE;
  add (menu, "grub", "locked", "/boot/vmlinuz-1", "y")->is_locked = TRUE;
  kexec_findings_add (add (menu, "grub", "bad", "/boot/vmlinuz-1", "z")->findings,
                      KEXEC_FINDING_ENTRY_UNREADABLE, NULL, NULL, "Gone; mend it");
  good = add (menu, "grub", "good", "/boot/vmlinuz-2", "z");
  g_assert_true (choose (world, menu, NULL, "default-guessed") == good);
  g_assert_true (good->is_default_guessed);
  kexec_entry_set (&world->config->entry, "auto");
  g_assert_true (choose (world, menu, NULL, "default-chosen") == good);
  g_assert_false (good->is_default_guessed);
}

#define ADD(path, function) g_test_add (path, World, NULL, setup, function, teardown)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/merge/directory", test_directory);
  ADD ("/merge/two-menus", test_two_menus);
  ADD ("/merge/ids", test_ids);
  ADD ("/default/menu", test_menu_default);
  ADD ("/default/entry-key", test_entry_key);
  ADD ("/default/other", test_other);
  ADD ("/default/kernel-key", test_kernel_key);
  ADD ("/default/guess", test_guess);
  return g_test_run ();
}
