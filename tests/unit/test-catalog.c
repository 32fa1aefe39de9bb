/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Listings as a whole: their order, the default, the running entry, command lines, trust. */
#include "boot/catalog.h"

#include <gio/gio.h>

#include "tests/unit/expect.h"
#include "tests/unit/make-kernel.h"
#include "tests/unit/make-tree.h"

/* A kernel with its initrd, in Debian's names. */
static void
add_pair (Tree *tree, const char *release)
{
  g_autoptr (GByteArray) kernel = make_kernel (release);
  g_autofree char *kernel_path = g_strdup_printf ("boot/vmlinuz-%s", release);
  g_autofree char *initrd_path = g_strdup_printf ("boot/initrd.img-%s", release);

  tree_write_bytes (tree, kernel_path, kernel);
  tree_write (tree, initrd_path, "x");
}

static GPtrArray *
list (Tree *tree, const char *entry)
{
  g_autoptr (KexecConfig) config = kexec_config_new ();
  g_autoptr (GError) error = NULL;
  GPtrArray *entries;

  config->entry = g_strdup (entry);
  entries = kexec_catalog_list (tree->fd, config, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < entries->len; i++) {
    g_autoptr (GVariant) variant = g_variant_ref_sink (kexec_entry_to_variant (entries->pdata[i]));

    g_assert_true (g_variant_is_normal_form (variant));
    expect_sentences (((KexecEntry *) entries->pdata[i])->findings);
  }
  return entries;
}

/* @expected: ids in their order; "*" after the default, "?" after a guessed one, "!" after the
   running one */
static void
expect_list (const GPtrArray *entries, const char *expected)
{
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint i = 0; i < entries->len; i++) {
    const KexecEntry *entry = entries->pdata[i];

    g_string_append_printf (line, "%s%s%s%s%s", i > 0 ? " " : "", entry->id,
                            entry->is_default ? "*" : "", entry->is_default_guessed ? "?" : "",
                            entry->is_running ? "!" : "");
  }
  g_assert_cmpstr (line->str, ==, expected);
}

/* Whether an entry has a finding of this name. */
static gboolean
has (const KexecEntry *entry, const char *name)
{
  for (guint i = 0; i < entry->findings->len; i++)
    if (g_str_equal (kexec_finding_name (((KexecFinding *) entry->findings->pdata[i])->code), name))
      return TRUE;
  return FALSE;
}

static void
test_order (void)
{
  static const char *const releases[] = { "6.1.0-9-amd64", "6.9.1", "6.1.0-30-amd64", "6.12.0" };
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GByteArray) old = make_kernel ("6.12.0");
  g_autoptr (GByteArray) rescue = make_kernel ("7.0.0");

  for (guint i = 0; i < G_N_ELEMENTS (releases); i++)
    add_pair (tree, releases[i]);
  tree_write_bytes (tree, "boot/vmlinuz-6.12.0.old", old);
  tree_write_bytes (tree, "boot/vmlinuz-0-rescue-0123", rescue);
  entries = list (tree, NULL);
  expect_list (entries, "6.12.0*? 6.12.0.old 6.9.1 6.1.0-30-amd64 6.1.0-9-amd64 0-rescue-0123");
}

/* One that cannot be booted is not chosen while there is another. */
static void
test_broken_newest (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GPtrArray) broken = NULL;

  add_pair (tree, "6.1.0");
  tree_write (tree, "boot/vmlinuz-6.2.0", "");
  entries = list (tree, NULL);
  expect_list (entries, "6.2.0 6.1.0*?");
  tree_remove (tree, "boot/vmlinuz-6.1.0");
  broken = list (tree, NULL);
  expect_list (broken, "6.2.0*?");
}

static void
test_no_default (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) none = list (tree, "auto");
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GByteArray) kernel = make_kernel ("6.1.0");
  g_autoptr (GError) error = NULL;

  expect_list (none, "");
  tree_write_bytes (tree, "boot/vmlinuz-0-rescue-0123", kernel);
  tree_write_bytes (tree, "boot/vmlinuz-6.1.0.old", kernel);
  entries = list (tree, "auto");
  expect_list (entries, "6.1.0.old 0-rescue-0123");
  g_assert_null (kexec_catalog_find (entries, "", &error));
  g_assert_error (error, KEXEC_ERROR, KEXEC_ERROR_NO_SUCH_ENTRY);
}

static void
test_default (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) guessed = NULL;
  g_autoptr (GPtrArray) newest = NULL;
  g_autoptr (GPtrArray) chosen = NULL;
  g_autoptr (GPtrArray) missing = NULL;

  add_pair (tree, "6.1.0");
  add_pair (tree, "6.2.0");
  guessed = list (tree, NULL);
  expect_list (guessed, "6.2.0*? 6.1.0");
  g_assert_true (has (guessed->pdata[0], "default-guessed"));
  g_assert_false (has (guessed->pdata[1], "default-guessed"));
  newest = list (tree, "auto");
  expect_list (newest, "6.2.0* 6.1.0");
  g_assert_false (has (newest->pdata[0], "default-guessed"));
  chosen = list (tree, "6.1.0");
  expect_list (chosen, "6.2.0 6.1.0*");
  g_assert_false (has (chosen->pdata[1], "default-guessed"));
  missing = list (tree, "6.3.0");
  expect_list (missing, "6.2.0*? 6.1.0");
  g_assert_true (has (missing->pdata[0], "configuration-invalid"));
  g_assert_true (has (missing->pdata[0], "default-guessed"));
}

/* A glob means the newest that it matches. */
static void
test_glob (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;

  add_pair (tree, "6.1.0");
  add_pair (tree, "6.1.9");
  add_pair (tree, "6.2.0");
  entries = list (tree, "6.1.*");
  expect_list (entries, "6.2.0 6.1.9* 6.1.0");
}

/* Append= is part of every entry's command line. */
static void
test_append (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecConfig) config = kexec_config_new ();
  g_autoptr (GPtrArray) entries = NULL;

  add_pair (tree, "6.1.0");
  tree_write (tree, "etc/kernel/cmdline", "root=/dev/a");
  config->append = g_strdup ("quiet");
  entries = kexec_catalog_list (tree->fd, config, NULL, NULL);
  g_assert_cmpstr (((KexecEntry *) entries->pdata[0])->cmdline, ==, "root=/dev/a quiet");
}

/* The administrator may name what is never chosen otherwise. */
static void
test_chosen_rescue (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GByteArray) kernel = make_kernel ("6.1.0");

  add_pair (tree, "6.1.0");
  tree_write_bytes (tree, "boot/vmlinuz-0-rescue-0123", kernel);
  entries = list (tree, "0-rescue-0123");
  expect_list (entries, "6.1.0 0-rescue-0123*");
}

static void
test_running (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GPtrArray) unknown = NULL;
  g_autoptr (GByteArray) kernel = make_kernel ("6.1.0");

  add_pair (tree, "6.1.0");
  add_pair (tree, "6.2.0");
  tree_write_bytes (tree, "boot/vmlinuz-6.1.0.old", kernel);
  tree_write (tree, "boot/vmlinuz-lts", "no version");
  unknown = list (tree, NULL);
  expect_list (unknown, "6.2.0*? 6.1.0 6.1.0.old lts");
  tree_write (tree, "proc/sys/kernel/osrelease", "6.1.0\n");
  entries = list (tree, NULL);
  expect_list (entries, "6.2.0*? 6.1.0! 6.1.0.old lts");
}

static void
test_borrowed (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;

  add_pair (tree, "6.1.0");
  add_pair (tree, "6.2.0");
  tree_write (tree, "proc/sys/kernel/osrelease", "6.1.0\n");
  tree_write (tree, "proc/cmdline", "BOOT_IMAGE=/vmlinuz-6.1.0 root=/dev/a ro\n");
  entries = list (tree, NULL);
  for (guint i = 0; i < entries->len; i++) {
    const KexecEntry *entry = entries->pdata[i];

    g_assert_cmpstr (entry->cmdline, ==, "root=/dev/a ro");
    g_assert_cmpint (entry->cmdline_origin, ==, KEXEC_CMDLINE_BORROWED);
    g_assert_cmpint (has (entry, "cmdline-borrowed"), ==, !entry->is_running);
    g_assert_false (has (entry, "cmdline-opens-shell"));
  }
}

static void
test_borrowed_shell (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) borrowed = NULL;
  g_autoptr (GPtrArray) own = NULL;
  const KexecEntry *entry;

  add_pair (tree, "6.1.0");
  tree_write (tree, "proc/sys/kernel/osrelease", "6.1.0\n");
  tree_write (tree, "proc/cmdline", "root=/dev/a systemd.debug-shell\n");
  borrowed = list (tree, NULL);
  entry = borrowed->pdata[0];
  g_assert_true (has (entry, "cmdline-opens-shell"));
  g_assert_nonnull (
    strstr (finding_text (entry->findings, "cmdline-opens-shell"), "systemd.debug-shell"));
  /* In a file of its own it is the administrator's wish. */
  tree_write (tree, "etc/kernel/cmdline", "root=/dev/a init=/bin/custom\n");
  own = list (tree, NULL);
  entry = own->pdata[0];
  g_assert_cmpint (entry->cmdline_origin, ==, KEXEC_CMDLINE_OWN);
  g_assert_cmpstr (entry->cmdline, ==, "root=/dev/a init=/bin/custom");
  g_assert_false (has (entry, "cmdline-opens-shell"));
  g_assert_false (has (entry, "cmdline-borrowed"));
}

static void
test_no_cmdline (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;

  add_pair (tree, "6.1.0");
  entries = list (tree, NULL);
  g_assert_true (has (entries->pdata[0], "cmdline-no-root"));
  g_assert_false (has (entries->pdata[0], "cmdline-borrowed"));
}

static void
test_titles (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GByteArray) kernel = make_kernel ("6.1.0");
  static const char *const titles[] = {
    "Debian GNU/Linux 12 (bookworm), kernel 6.1.0",
    "Debian GNU/Linux 12 (bookworm), kernel 6.1.0 (old)",
    "Debian GNU/Linux 12 (bookworm), kernel lts",
    "Debian GNU/Linux 12 (bookworm), kernel 6.1.0 (rescue)",
  };

  add_pair (tree, "6.1.0");
  tree_write_bytes (tree, "boot/vmlinuz-6.1.0.old", kernel);
  tree_write_bytes (tree, "boot/vmlinuz-0-rescue-0123", kernel);
  tree_write (tree, "boot/vmlinuz-lts", "no version");
  tree_write (tree, "etc/os-release", "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n");
  entries = list (tree, NULL);
  g_assert_cmpuint (entries->len, ==, G_N_ELEMENTS (titles));
  for (guint i = 0; i < entries->len; i++)
    g_assert_cmpstr (((KexecEntry *) entries->pdata[i])->title, ==, titles[i]);
}

/* Whoever runs this: what everyone can write is not trusted, and the finding names it. */
static void
test_untrusted (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;
  const KexecEntry *entry;

  add_pair (tree, "6.1.0");
  tree_chmod (tree, ".", 0777);
  entries = list (tree, NULL);
  entry = entries->pdata[0];
  g_assert_false (entry->is_trusted);
  g_assert_true (has (entry, "untrusted"));
}

/* The file that the command line is from counts like the kernel. */
static void
test_untrusted_cmdline (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;
  const KexecEntry *entry;

  add_pair (tree, "6.1.0");
  tree_write (tree, "etc/kernel/cmdline", "root=/dev/a");
  tree_chmod (tree, "etc/kernel/cmdline", 0666);
  entries = list (tree, NULL);
  entry = entries->pdata[0];
  g_assert_false (entry->is_trusted);
  g_assert_true (has (entry, "untrusted"));
}

static void
test_find (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (KexecEntry) by_default = NULL;
  g_autoptr (KexecEntry) by_id = NULL;
  g_autoptr (GError) error = NULL;

  add_pair (tree, "6.1.0");
  add_pair (tree, "6.2.0");
  entries = list (tree, NULL);
  by_default = kexec_catalog_find (entries, "", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (by_default->id, ==, "6.2.0");
  by_id = kexec_catalog_find (entries, "6.1.0", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (by_id->id, ==, "6.1.0");
  g_assert_null (kexec_catalog_find (entries, "6.1", &error));
  g_assert_error (error, KEXEC_ERROR, KEXEC_ERROR_NO_SUCH_ENTRY);
}

/* What concerns the listing stands at its default. */
static void
test_too_large (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (KexecEntry) entry = NULL;

  for (guint i = 0; i < 1100; i++) {
    g_autofree char *path = g_strdup_printf ("boot/other-%u", i);

    tree_write (tree, path, "x");
  }
  for (guint i = 0; i < 400; i++) {
    g_autofree char *path = g_strdup_printf ("boot/vmlinuz-%u", i);

    tree_write (tree, path, "x");
  }
  entries = list (tree, NULL);
  entry = kexec_catalog_find (entries, "", NULL);
  g_assert_true (has (entry, "directory-too-large"));
}

static void
test_unreadable (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecConfig) config = kexec_config_new ();
  g_autoptr (GError) error = NULL;

  tree_write (tree, "boot", "a file");
  g_assert_null (kexec_catalog_list (tree->fd, config, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/catalog/order", test_order);
  g_test_add_func ("/catalog/broken-newest", test_broken_newest);
  g_test_add_func ("/catalog/no-default", test_no_default);
  g_test_add_func ("/catalog/default", test_default);
  g_test_add_func ("/catalog/glob", test_glob);
  g_test_add_func ("/catalog/append", test_append);
  g_test_add_func ("/catalog/chosen-rescue", test_chosen_rescue);
  g_test_add_func ("/catalog/running", test_running);
  g_test_add_func ("/catalog/borrowed", test_borrowed);
  g_test_add_func ("/catalog/borrowed-shell", test_borrowed_shell);
  g_test_add_func ("/catalog/no-cmdline", test_no_cmdline);
  g_test_add_func ("/catalog/titles", test_titles);
  g_test_add_func ("/catalog/untrusted", test_untrusted);
  g_test_add_func ("/catalog/untrusted-cmdline", test_untrusted_cmdline);
  g_test_add_func ("/catalog/find", test_find);
  g_test_add_func ("/catalog/too-large", test_too_large);
  g_test_add_func ("/catalog/unreadable", test_unreadable);
  return g_test_run ();
}
