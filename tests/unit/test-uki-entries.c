/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Entries of unified kernel images: profiles, addons, and what the catalog makes of them. */
#include "boot/uki.h"

#include <string.h>

#include "boot/catalog.h"
#include "boot/uki-beside.h"
#include "tests/unit/expect.h"
#include "tests/unit/make-kernel.h"
#include "tests/unit/make-pe.h"
#include "tests/unit/make-tree.h"

#define IMAGE  "boot/vmlinuz-6.1.0.efi"
#define ADDONS IMAGE ".extra.d/"

/* Writes a file and frees what it was made of. */
static void
take_file (Tree *tree, const char *path, GByteArray *bytes)
{
  tree_write_bytes (tree, path, bytes);
  g_byte_array_unref (bytes);
}

static GByteArray *
make_image (void)
{
  return make_pe_of_text (".osrel", "PRETTY_NAME='Test OS 1'\n", ".uname", "6.1.0-1-test\n",
                          ".cmdline", "root=/dev/vda1 quiet\n", ".initrd", "archive", ".linux",
                          "kernel", NULL);
}

static GByteArray *
make_profiles (void)
{
  return make_pe_of_text (".uname", "6.1.0-1-test", ".cmdline", "root=/dev/vda1", ".linux",
                          "kernel", ".initrd", "archive", ".profile", "ID=main\nTITLE=Regular",
                          ".profile", "TITLE='Without an id'", ".cmdline", "root=/dev/vda2",
                          ".profile", "ID=bare", ".initrd", "", ".cmdline", "", NULL);
}

/* @entry: (nullable): what kexecd.conf names */
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
    KexecEntry *found = entries->pdata[i];
    g_autoptr (GVariant) variant = g_variant_ref_sink (kexec_entry_to_variant (found));

    g_assert_true (g_variant_is_normal_form (variant));
    g_assert_true (kexec_entry_is_id (found->id));
    expect_sentences (found->findings);
  }
  return entries;
}

/* @ids: in their order, "*" after the default */
static void
expect_ids (const GPtrArray *entries, const char *ids)
{
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint i = 0; i < entries->len; i++) {
    const KexecEntry *entry = entries->pdata[i];

    g_string_append_printf (line, "%s%s%s", i > 0 ? " " : "", entry->id,
                            entry->is_default ? "*" : "");
  }
  g_assert_cmpstr (line->str, ==, ids);
}

/* Returns: the only entry */
static const KexecEntry *
only (const GPtrArray *entries)
{
  g_assert_cmpuint (entries->len, ==, 1);
  return entries->pdata[0];
}

static void
expect_paths (const GStrv paths, const char *expected)
{
  g_autofree char *line = g_strjoinv (" ", paths);

  g_assert_cmpstr (line, ==, expected);
}

/* How many findings of this name an entry has. */
static guint
count (const KexecEntry *entry, const char *name)
{
  guint found = 0;

  for (guint i = 0; i < entry->findings->len; i++)
    found +=
      g_str_equal (kexec_finding_name (((KexecFinding *) entry->findings->pdata[i])->code), name);
  return found;
}

/* The image brings all that it needs: what lies beside it is for others. */
static void
test_plain (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;
  const KexecEntry *entry;

  take_file (tree, IMAGE, make_image ());
  tree_write (tree, "boot/initrd.img-6.1.0", "x");
  tree_write (tree, "boot/intel-ucode.img", "x");
  tree_write (tree, "etc/kernel/cmdline", "root=/dev/other");
  entries = list (tree, NULL);
  entry = only (entries);
  g_assert_cmpstr (entry->id, ==, "6.1.0");
  g_assert_cmpstr (entry->kernel, ==, "/" IMAGE);
  g_assert_cmpstr (entry->version, ==, "6.1.0-1-test");
  g_assert_cmpstr (entry->title, ==, "Test OS 1, kernel 6.1.0-1-test");
  g_assert_cmpstr (entry->cmdline, ==, "root=/dev/vda1 quiet");
  g_assert_cmpint (entry->cmdline_origin, ==, KEXEC_CMDLINE_OWN);
  g_assert_true (entry->is_uki);
  g_assert_true (entry->has_initrd);
  g_assert_true (entry->is_default);
  g_assert_cmpstr (entry->profile, ==, "");
  expect_paths (entry->initrds, "");
  expect_paths (entry->addons, "");
  expect_paths (entry->aliases, "6.1.0@0");
  g_assert_cmpuint (count (entry, "no-initrd"), ==, 0);
}

/* What the image does not say comes from the kernel in it, its name, and the system. */
static void
test_bare (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (PeSections) sections = pe_sections_new ();
  g_autoptr (GByteArray) kernel = make_kernel ("6.1.0-inner");
  g_autoptr (GPtrArray) entries = NULL;
  const KexecEntry *entry;

  pe_sections_add (sections, ".linux", kernel->data, kernel->len);
  take_file (tree, IMAGE, make_pe (sections));
  take_file (tree, "boot/vmlinuz-5.9.0.efi", make_pe_of_text (".linux", "no kernel", NULL));
  tree_write (tree, "boot/initrd.img-6.1.0", "x");
  tree_write (tree, "boot/intel-ucode.img", "x");
  tree_write (tree, "etc/kernel/cmdline", "root=/dev/other");
  tree_write (tree, "etc/os-release", "PRETTY_NAME='The system'");
  entries = list (tree, NULL);
  expect_ids (entries, "6.1.0* 5.9.0");
  entry = entries->pdata[0];
  g_assert_cmpstr (entry->version, ==, "6.1.0-inner");
  g_assert_cmpstr (entry->title, ==, "The system, kernel 6.1.0-inner");
  g_assert_cmpstr (entry->cmdline, ==, "root=/dev/other");
  g_assert_cmpint (entry->cmdline_origin, ==, KEXEC_CMDLINE_OWN);
  g_assert_false (entry->has_initrd);
  expect_paths (entry->initrds, "/boot/intel-ucode.img /boot/initrd.img-6.1.0");
  entry = entries->pdata[1];
  g_assert_cmpstr (entry->version, ==, "5.9.0");
  g_assert_cmpuint (count (entry, "no-initrd"), ==, 1);
}

static void
test_profiles (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;
  const KexecEntry *entry;

  take_file (tree, IMAGE, make_profiles ());
  tree_write (tree, "boot/initrd.img-6.1.0", "x");
  tree_write (tree, "etc/kernel/cmdline", "root=/dev/other");
  tree_write (tree, "proc/sys/kernel/osrelease", "6.1.0-1-test\n");
  entries = list (tree, NULL);
  expect_ids (entries, "6.1.0* 6.1.0@1 6.1.0@bare");
  entry = entries->pdata[0];
  g_assert_cmpstr (entry->profile, ==, "");
  g_assert_cmpstr (entry->title, ==, "Linux, kernel 6.1.0-1-test (Regular)");
  g_assert_cmpstr (entry->cmdline, ==, "root=/dev/vda1");
  g_assert_true (entry->is_running);
  entry = entries->pdata[1];
  g_assert_cmpstr (entry->profile, ==, "1");
  g_assert_cmpstr (entry->title, ==, "Linux, kernel 6.1.0-1-test (Without an id)");
  g_assert_cmpstr (entry->cmdline, ==, "root=/dev/vda2");
  g_assert_cmpstr (entry->kernel, ==, "/" IMAGE);
  g_assert_cmpstr (entry->place->path, ==, "/boot");
  g_assert_cmpstr (entry->source, ==, "directory");
  expect_paths (entry->initrds, "");
  g_assert_false (entry->is_running);
  entry = entries->pdata[2];
  g_assert_cmpstr (entry->profile, ==, "bare");
  g_assert_cmpstr (entry->title, ==, "Linux, kernel 6.1.0-1-test (bare)");
  g_assert_cmpstr (entry->cmdline, ==, "root=/dev/other");
  expect_paths (entry->initrds, "/boot/initrd.img-6.1.0");
}

static void
expect_found (const GPtrArray *entries, const char *name, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KexecEntry) entry = kexec_catalog_find (entries, name, &error);

  if (id == NULL)
    g_assert_error (error, KEXEC_ERROR, KEXEC_ERROR_NO_SUCH_ENTRY);
  else
    g_assert_no_error (error);
  g_assert_cmpstr (entry != NULL ? entry->id : NULL, ==, id);
}

static void
test_find (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;

  take_file (tree, IMAGE, make_profiles ());
  entries = list (tree, NULL);
  expect_found (entries, "", "6.1.0");
  expect_found (entries, "6.1.0", "6.1.0");
  expect_found (entries, "6.1.0@main", "6.1.0");
  expect_found (entries, "6.1.0@0", "6.1.0");
  expect_found (entries, "6.1.0@1", "6.1.0@1");
  expect_found (entries, "6.1.0@bare", "6.1.0@bare");
  expect_found (entries, "6.1.0@2", "6.1.0@bare");
  expect_found (entries, "6.1.0@3", NULL);
  expect_found (entries, "6.1.0@", NULL);
}

/* A file whose name looks like a profile's keeps its id, and no id is there twice. */
static void
test_same_ids (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GByteArray) kernel = make_kernel ("6.1.0-1-test");

  take_file (tree, "boot/vmlinuz-a.efi", make_profiles ());
  tree_write_bytes (tree, "boot/bzImage-a@bare", kernel);
  tree_write_bytes (tree, "boot/vmlinuz-a@1", kernel);
  tree_write_bytes (tree, "boot/vmlinuz-a", kernel);
  entries = list (tree, NULL);
  expect_found (entries, "a", "a");
  expect_found (entries, "a@bare", "a@bare");
  expect_found (entries, "a@1", "a@1");
  expect_ids (entries, "a@bare* a vmlinuz-a.efi vmlinuz-a.efi@1 vmlinuz-a.efi@bare a@1");
}

/* Only the administrator makes another profile the default. */
static void
test_default (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) chosen = NULL;
  g_autoptr (GPtrArray) by_alias = NULL;

  take_file (tree, IMAGE, make_profiles ());
  chosen = list (tree, "6.1.0@bare");
  expect_ids (chosen, "6.1.0 6.1.0@1 6.1.0@bare*");
  by_alias = list (tree, "6.1.0@2");
  expect_ids (by_alias, "6.1.0 6.1.0@1 6.1.0@bare*");
}

/* In the order of their names; what has another name is not one. */
static void
test_addons (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;
  const KexecEntry *entry;

  take_file (tree, IMAGE, make_image ());
  take_file (tree, ADDONS "b.addon.efi", make_pe_of_text (".cmdline", "b=1\n", NULL));
  take_file (tree, ADDONS "a.addon.efi", make_pe_of_text (".cmdline", "a=1", NULL));
  take_file (tree, ADDONS "B.ADDON.EFI", make_pe_of_text (".cmdline", "B=1", NULL));
  take_file (tree, ADDONS "c.addon.efi", make_pe_of_text (".initrd", "more", NULL));
  take_file (tree, ADDONS ".hidden.addon.efi", make_pe_of_text (".cmdline", "x", NULL));
  take_file (tree, ADDONS "\303\274.addon.efi", make_pe_of_text (".cmdline", "x", NULL));
  take_file (tree, ADDONS "d.addon.efi.bak", make_pe_of_text (".cmdline", "x", NULL));
  take_file (tree, ADDONS "e.efi", make_pe_of_text (".cmdline", "x", NULL));
  tree_dir (tree, ADDONS "g.addon.efi");
  entries = list (tree, NULL);
  entry = only (entries);
  expect_paths (entry->addons, "/" ADDONS "B.ADDON.EFI /" ADDONS "a.addon.efi /" ADDONS
                               "b.addon.efi /" ADDONS "c.addon.efi");
  g_assert_cmpstr (entry->cmdline, ==, "root=/dev/vda1 quiet B=1 a=1 b=1");
  g_assert_cmpint (entry->cmdline_origin, ==, KEXEC_CMDLINE_OWN);
  g_assert_cmpuint (count (entry, "uki-addon-unusable"), ==, 0);
}

/* Those for all images come after an image's own. */
static void
test_global_addons (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;
  const KexecEntry *entry;

  take_file (tree, IMAGE, make_image ());
  take_file (tree, "boot/loader/addons/b.addon.efi", make_pe_of_text (".cmdline", "all=2", NULL));
  take_file (tree, "boot/loader/addons/a.addon.efi", make_pe_of_text (".cmdline", "all=1", NULL));
  take_file (tree, ADDONS "z.addon.efi", make_pe_of_text (".cmdline", "own=1", NULL));
  entries = list (tree, NULL);
  entry = only (entries);
  expect_paths (entry->addons, "/" ADDONS "z.addon.efi /boot/loader/addons/a.addon.efi "
                               "/boot/loader/addons/b.addon.efi");
  g_assert_true (g_str_has_suffix (entry->cmdline, " own=1 all=1 all=2"));
}

/* An image without a command line gets the system's, and then its addons'. */
static void
test_addons_alone (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) own = NULL;
  g_autoptr (GPtrArray) borrowed = NULL;

  take_file (tree, IMAGE, make_pe_of_text (".linux", "k", NULL));
  take_file (tree, ADDONS "a.addon.efi", make_pe_of_text (".cmdline", "a=1", NULL));
  tree_write (tree, "etc/kernel/cmdline", "root=/dev/vda1");
  own = list (tree, NULL);
  g_assert_cmpstr (only (own)->cmdline, ==, "root=/dev/vda1 a=1");
  g_assert_cmpint (only (own)->cmdline_origin, ==, KEXEC_CMDLINE_OWN);
  tree_remove (tree, "etc/kernel/cmdline");
  tree_write (tree, "proc/cmdline", "BOOT_IMAGE=x root=/dev/vda2\n");
  borrowed = list (tree, NULL);
  g_assert_cmpstr (only (borrowed)->cmdline, ==, "root=/dev/vda2 a=1");
  g_assert_cmpint (only (borrowed)->cmdline_origin, ==, KEXEC_CMDLINE_BORROWED);
}

/* What systemd-stub would not use is not used, and said. */
static void
test_useless_addons (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GByteArray) foreign = make_pe_of_text (".cmdline", "x", NULL);
  g_autoptr (GPtrArray) entries = NULL;
  const KexecEntry *entry;

  make_kernel_put16 (foreign, PE_HEADER + 4, 0xaa64);
  take_file (tree, IMAGE, make_image ());
  tree_write_bytes (tree, ADDONS "a.addon.efi", foreign);
  take_file (tree, ADDONS "b.addon.efi",
             make_pe_of_text (".cmdline", "x", ".uname", "6.2.0", NULL));
  take_file (tree, ADDONS "c.addon.efi", make_image ());
  tree_write (tree, ADDONS "d.addon.efi", "text");
  take_file (tree, ADDONS "e.addon.efi",
             make_pe_of_text (".cmdline", "e=1", ".uname", "6.1.0-1-test\n", NULL));
  entries = list (tree, NULL);
  entry = only (entries);
  expect_paths (entry->addons, "/" ADDONS "e.addon.efi");
  g_assert_cmpstr (entry->cmdline, ==, "root=/dev/vda1 quiet e=1");
  g_assert_cmpuint (count (entry, "uki-addon-unusable"), ==, 2);
  g_assert_cmpuint (count (entry, "uki-addons-passed-over"), ==, 1);
  g_assert_nonnull (strstr (finding_text (entry->findings, "uki-addons-passed-over"), ", 2 for"));
  g_assert_null (kexec_findings_blocker (entry->findings));
}

/* The architecture is that of the image, be it another machine's. */
static void
test_foreign_image (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GByteArray) image = make_image ();
  g_autoptr (GByteArray) addon = make_pe_of_text (".cmdline", "a=1", NULL);
  g_autoptr (GPtrArray) entries = NULL;

  make_kernel_put16 (image, PE_HEADER + 4, 0xaa64);
  make_kernel_put16 (addon, PE_HEADER + 4, 0xaa64);
  tree_write_bytes (tree, IMAGE, image);
  tree_write_bytes (tree, ADDONS "a.addon.efi", addon);
  take_file (tree, ADDONS "b.addon.efi", make_pe_of_text (".cmdline", "b=1", NULL));
  entries = list (tree, NULL);
  expect_paths (only (entries)->addons, "/" ADDONS "a.addon.efi");
}

/* However many are bad, a few findings say so: all profiles' entries have them. */
static void
test_many_bad_addons (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GByteArray) other =
    make_pe_of_text (".cmdline", "x", ".uname", "another-release", NULL);
  g_autoptr (GPtrArray) entries = NULL;

  take_file (tree, IMAGE, make_profiles ());
  for (guint i = 0; i < 20; i++) {
    g_autofree char *text = g_strdup_printf (ADDONS "%03u-text.addon.efi", i);
    g_autofree char *lost = g_strdup_printf (ADDONS "%03u-lost.addon.efi", i);
    g_autofree char *old = g_strdup_printf (ADDONS "%03u-old.addon.efi", i);

    tree_write (tree, text, "text");
    tree_link (tree, lost, "nowhere");
    tree_write_bytes (tree, old, other);
  }
  entries = list (tree, NULL);
  g_assert_cmpuint (entries->len, ==, 3);
  for (guint i = 0; i < entries->len; i++) {
    const KexecEntry *entry = entries->pdata[i];

    g_assert_cmpuint (count (entry, "uki-addon-unusable"), ==, 4);
    g_assert_cmpuint (count (entry, "entry-unreadable"), ==, 4);
    g_assert_cmpuint (count (entry, "uki-addons-passed-over"), ==, 1);
    g_assert_nonnull (
      strstr (finding_text (entry->findings, "uki-addons-passed-over"), ", 20 for"));
  }
}

static void
expect_companions (const KexecEntry *entry, const char *kinds)
{
  g_autofree char *text = kinds != NULL ? g_strdup_printf ("would add: %s; they", kinds) : NULL;

  g_assert_cmpuint (count (entry, "uki-companions-ignored"), ==, kinds != NULL ? 1 : 0);
  if (text != NULL)
    g_assert_nonnull (strstr (finding_text (entry->findings, "uki-companions-ignored"), text));
}

/* What a boot through firmware would have and this one has not is said once. */
static void
test_companions (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) own = NULL;
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GPtrArray) others = NULL;

  take_file (tree, IMAGE, make_profiles ());
  tree_write (tree, ADDONS "a.cred", "x");
  tree_write (tree, ADDONS "b.cred", "x");
  tree_write (tree, ADDONS "c.sysext.raw", "x");
  tree_dir (tree, ADDONS "d.confext.raw");
  tree_write (tree, "boot/loader/addons/readme", "x");
  tree_write (tree, "boot/loader/credentials/readme", "x");
  own = list (tree, NULL);
  g_assert_cmpuint (own->len, ==, 3);
  for (guint i = 0; i < own->len; i++)
    expect_companions (own->pdata[i], "credentials, system extensions");
  tree_write (tree, "boot/loader/credentials/a.cred", "x");
  all = list (tree, NULL);
  expect_companions (all->pdata[0], "credentials, system extensions, credentials for all images "
                                    "(loader/credentials)");
  tree_remove (tree, IMAGE);
  take_file (tree, "boot/vmlinuz-6.2.0", make_kernel ("6.2.0"));
  others = list (tree, NULL);
  expect_companions (only (others), NULL);
}

/* An addon that is there but cannot be opened might be what the machine needs. */
static void
test_unreadable_addons (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;

  take_file (tree, IMAGE, make_profiles ());
  tree_link (tree, ADDONS "a.addon.efi", "../../outside");
  tree_write (tree, "outside", "x");
  tree_fifo (tree, ADDONS "b.addon.efi");
  entries = list (tree, NULL);
  g_assert_cmpuint (entries->len, ==, 3);
  for (guint i = 0; i < entries->len; i++)
    g_assert_cmpuint (count (entries->pdata[i], "entry-unreadable"), ==, 2);
}

static void
test_addon_directories (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) file = NULL;
  g_autoptr (GPtrArray) link = NULL;

  take_file (tree, IMAGE, make_image ());
  tree_write (tree, IMAGE ".extra.d", "a file");
  file = list (tree, NULL);
  g_assert_cmpuint (count (only (file), "entry-unreadable"), ==, 0);
  tree_remove (tree, IMAGE ".extra.d");
  tree_link (tree, IMAGE ".extra.d", "../etc");
  tree_dir (tree, "etc");
  link = list (tree, NULL);
  g_assert_cmpuint (count (only (link), "entry-unreadable"), ==, 1);
}

static void
test_many_addons (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GByteArray) addon = make_pe_of_text (".cmdline", "a", NULL);

  take_file (tree, IMAGE, make_profiles ());
  for (guint i = 0; i <= KEXEC_UKI_ADDONS_MAX; i++) {
    g_autofree char *path = g_strdup_printf (ADDONS "%03u.addon.efi", i);

    tree_write_bytes (tree, path, addon);
  }
  entries = list (tree, NULL);
  for (guint i = 0; i < entries->len; i++) {
    const KexecEntry *entry = entries->pdata[i];

    g_assert_cmpuint (g_strv_length (entry->addons), ==, KEXEC_UKI_ADDONS_MAX);
    g_assert_cmpuint (count (entry, "directory-too-large"), ==, 1);
  }
}

/* Each damaged image stays where it is in the list, without anything made up. */
static void
test_damaged (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GByteArray) cut = make_profiles ();
  g_autoptr (GByteArray) twice = make_pe_of_text (".linux", "k", ".linux", "k", NULL);
  g_autoptr (GPtrArray) entries = NULL;

  g_byte_array_set_size (cut, cut->len - 512);
  tree_write_bytes (tree, "boot/vmlinuz-6.3.0.efi", cut);
  tree_write_bytes (tree, "boot/vmlinuz-6.2.0", twice);
  take_file (tree, IMAGE, make_image ());
  tree_write (tree, "boot/initrd.img-6.2.0", "x");
  entries = list (tree, NULL);
  expect_ids (entries, "6.3.0 6.2.0 6.1.0*");
  for (guint i = 0; i < 2; i++) {
    const KexecEntry *entry = entries->pdata[i];

    g_assert_true (entry->is_uki);
    g_assert_cmpuint (count (entry, "uki-malformed"), ==, 1);
    g_assert_cmpuint (count (entry, "no-initrd"), ==, 0);
    g_assert_cmpuint (count (entry, "cmdline-no-root"), ==, 0);
    g_assert_cmpstr (entry->cmdline, ==, "");
    expect_paths (entry->initrds, "");
  }
}

/* Not kept, so that a directory full of them does no harm; another one can still be given. */
static void
test_long_cmdline (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autofree char *longest = g_strnfill (4095, 'x');
  g_autofree char *longer = g_strnfill (4096, 'x');
  g_autoptr (GPtrArray) entries = NULL;
  const KexecEntry *entry;

  take_file (tree, IMAGE, make_pe_of_text (".linux", "k", ".cmdline", longest, NULL));
  take_file (tree, "boot/vmlinuz-6.0.0.efi",
             make_pe_of_text (".linux", "k", ".cmdline", longer, NULL));
  tree_write (tree, "boot/initrd.img-6.0.0", "x");
  entries = list (tree, NULL);
  entry = entries->pdata[0];
  g_assert_cmpuint (strlen (entry->cmdline), ==, 4095);
  g_assert_cmpuint (count (entry, "cmdline-too-long"), ==, 0);
  entry = entries->pdata[1];
  g_assert_cmpstr (entry->cmdline, ==, "");
  g_assert_cmpint (entry->cmdline_origin, ==, KEXEC_CMDLINE_OWN);
  g_assert_cmpuint (count (entry, "cmdline-too-long"), ==, 1);
  for (guint i = 0; i < entry->findings->len; i++) {
    KexecFindingCode code = ((const KexecFinding *) entry->findings->pdata[i])->code;

    g_assert_true (kexec_finding_is_about_cmdline (code) ||
                   kexec_finding_severity (code) != KEXEC_SEVERITY_BLOCKER);
  }
  expect_paths (entry->initrds, "/boot/initrd.img-6.0.0");
}

/* There is no end to what profiles can add, but to what is listed. */
static void
test_too_many (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (PeSections) sections = pe_sections_new ();
  g_autoptr (GByteArray) image = NULL;
  g_autoptr (GPtrArray) entries = NULL;

  pe_sections_add_text (sections, ".linux", "k");
  for (guint i = 0; i < 64; i++)
    pe_sections_add_text (sections, ".profile", "TITLE=x");
  image = make_pe (sections);
  for (guint i = 0; i < 32; i++) {
    g_autofree char *path = g_strdup_printf ("boot/vmlinuz-6.%u.efi", i);

    tree_write_bytes (tree, path, image);
  }
  entries = list (tree, NULL);
  g_assert_cmpuint (entries->len, >=, 1024);
  g_assert_cmpuint (entries->len, <=, 1024 + 32);
  g_assert_cmpuint (count (entries->pdata[0], "directory-too-large"), ==, 1);
}

/* … or for the addons that they name. */
static void
test_too_many_addons (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (PeSections) sections = pe_sections_new ();
  g_autoptr (GByteArray) image = NULL;
  g_autoptr (GByteArray) addon = make_pe_of_text (".initrd", "x", NULL);
  g_autoptr (GPtrArray) entries = NULL;
  guint named = 0;

  pe_sections_add_text (sections, ".linux", "k");
  for (guint i = 0; i < 64; i++)
    pe_sections_add_text (sections, ".profile", "TITLE=x");
  image = make_pe (sections);
  for (guint i = 0; i < 2; i++) {
    g_autofree char *path = g_strdup_printf ("boot/vmlinuz-6.%u.efi", i);

    tree_write_bytes (tree, path, image);
    for (guint j = 0; j < KEXEC_UKI_ADDONS_MAX; j++) {
      g_autofree char *addon_path = g_strdup_printf ("%s.extra.d/%u.addon.efi", path, j);

      tree_write_bytes (tree, addon_path, addon);
    }
  }
  entries = list (tree, NULL);
  for (guint i = 0; i < entries->len; i++)
    named += g_strv_length (((const KexecEntry *) entries->pdata[i])->addons);
  g_assert_cmpuint (named, <=, 4096 + 2 * KEXEC_UKI_ADDONS_MAX);
  g_assert_cmpuint (entries->len, ==, 4096 / KEXEC_UKI_ADDONS_MAX + 2);
  g_assert_cmpuint (count (entries->pdata[0], "directory-too-large"), ==, 1);
}

/* An addon that others can write is as bad as a kernel that they can. */
static void
test_untrusted_addon (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) entries = NULL;
  gboolean is_named = FALSE;
  gboolean is_tree_trusted;

  take_file (tree, IMAGE, make_image ());
  take_file (tree, ADDONS "a.addon.efi", make_pe_of_text (".cmdline", "a=1", NULL));
  entries = list (tree, NULL);
  is_tree_trusted = only (entries)->is_trusted;
  g_clear_pointer (&entries, g_ptr_array_unref);
  tree_chmod (tree, ADDONS "a.addon.efi", 0666);
  entries = list (tree, NULL);
  g_assert_false (only (entries)->is_trusted);
  for (guint i = 0; i < only (entries)->findings->len; i++) {
    const KexecFinding *finding = only (entries)->findings->pdata[i];

    is_named |= g_str_equal (finding->subject, "/" ADDONS "a.addon.efi");
  }
  /* Where the whole tree is not trusted (an ordinary user's), the kernel is named first. */
  g_assert_true (is_named == is_tree_trusted);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/uki-entries/plain", test_plain);
  g_test_add_func ("/uki-entries/bare", test_bare);
  g_test_add_func ("/uki-entries/profiles", test_profiles);
  g_test_add_func ("/uki-entries/find", test_find);
  g_test_add_func ("/uki-entries/same-ids", test_same_ids);
  g_test_add_func ("/uki-entries/default", test_default);
  g_test_add_func ("/uki-entries/addons", test_addons);
  g_test_add_func ("/uki-entries/addons-alone", test_addons_alone);
  g_test_add_func ("/uki-entries/useless-addons", test_useless_addons);
  g_test_add_func ("/uki-entries/foreign-image", test_foreign_image);
  g_test_add_func ("/uki-entries/many-bad-addons", test_many_bad_addons);
  g_test_add_func ("/uki-entries/global-addons", test_global_addons);
  g_test_add_func ("/uki-entries/companions", test_companions);
  g_test_add_func ("/uki-entries/unreadable-addons", test_unreadable_addons);
  g_test_add_func ("/uki-entries/addon-directories", test_addon_directories);
  g_test_add_func ("/uki-entries/many-addons", test_many_addons);
  g_test_add_func ("/uki-entries/damaged", test_damaged);
  g_test_add_func ("/uki-entries/long-cmdline", test_long_cmdline);
  g_test_add_func ("/uki-entries/too-many", test_too_many);
  g_test_add_func ("/uki-entries/too-many-addons", test_too_many_addons);
  g_test_add_func ("/uki-entries/untrusted-addon", test_untrusted_addon);
  return g_test_run ();
}
