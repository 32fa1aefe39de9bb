/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Entries: their ids, and how they look on the bus. */
#include "boot/entry.h"

#include <gio/gio.h>

#include "tests/unit/expect.h"

static void
test_is_id (void)
{
  g_autofree char *longest = g_strnfill (255, 'x');
  g_autofree char *too_long = g_strnfill (256, 'x');

  g_assert_true (kexec_entry_is_id ("6.1.0-30-amd64"));
  g_assert_true (kexec_entry_is_id ("A-Za-z0-9._+@:-"));
  g_assert_true (kexec_entry_is_id (longest));
  g_assert_false (kexec_entry_is_id (too_long));
  g_assert_false (kexec_entry_is_id (""));
  g_assert_false (kexec_entry_is_id ("a b"));
  g_assert_false (kexec_entry_is_id ("a/b"));
  g_assert_false (kexec_entry_is_id ("a~"));
  g_assert_false (kexec_entry_is_id ("\303\274"));
  g_assert_false (kexec_entry_is_id ("a\n"));
}

static void
test_glob (void)
{
  g_autofree char *too_long = g_strnfill (256, 'x');
  g_autofree char *long_id = g_strnfill (255, 'a');

  g_assert_true (kexec_entry_is_glob ("6.1.0-30-amd64"));
  g_assert_true (kexec_entry_is_glob ("6.[1-9].*-amd64?"));
  g_assert_false (kexec_entry_is_glob (""));
  g_assert_false (kexec_entry_is_glob ("a b*"));
  g_assert_false (kexec_entry_is_glob ("a/*"));
  g_assert_false (kexec_entry_is_glob ("a\\*"));
  g_assert_false (kexec_entry_is_glob ("****"));
  g_assert_false (kexec_entry_is_glob (too_long));
  g_assert_true (kexec_entry_matches ("6.1.0", "6.1.0"));
  g_assert_true (kexec_entry_matches ("6.*-amd64", "6.1.0-30-amd64"));
  g_assert_true (kexec_entry_matches ("6.[0-5].?", "6.1.0"));
  g_assert_false (kexec_entry_matches ("6.[!0-5].?", "6.1.0"));
  g_assert_false (kexec_entry_matches ("6.1", "6.1.0"));
  g_assert_false (kexec_entry_matches ("[", "6.1.0"));
  g_assert_false (kexec_entry_matches ("*a*a*b", long_id));
}

static KexecEntry *
make_entry (void)
{
  KexecEntry *entry = kexec_entry_new ();

  g_free (entry->id);
  entry->id = g_strdup ("6.1.0");
  g_strfreev (entry->initrds);
  entry->initrds = g_strsplit ("/boot/a|/boot/b", "|", -1);
  entry->is_default = TRUE;
  kexec_findings_add (entry->findings, KEXEC_FINDING_NO_INITRD, NULL, NULL, "text");
  return entry;
}

static void
test_variant (void)
{
  static const char *const keys[][2] = {
    { "id", "s" },        { "title", "s" },    { "version", "s" },       { "source", "s" },
    { "kernel", "s" },    { "initrds", "as" }, { "cmdline", "s" },       { "default", "b" },
    { "running", "b" },   { "trusted", "b" },  { "findings", "aa{sv}" }, { "found-in", "as" },
    { "named-by", "as" },
  };
  g_autoptr (KexecEntry) entry = make_entry ();
  g_autoptr (GVariant) variant = g_variant_ref_sink (kexec_entry_to_variant (entry));

  g_assert_cmpstr (g_variant_get_type_string (variant), ==, "a{sv}");
  g_assert_cmpuint (g_variant_n_children (variant), ==, G_N_ELEMENTS (keys));
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    g_autoptr (GVariant) value = g_variant_lookup_value (variant, keys[i][0], NULL);

    g_assert_nonnull (value);
    g_assert_cmpstr (g_variant_get_type_string (value), ==, keys[i][1]);
    if (g_str_equal (keys[i][0], "initrds") || g_str_equal (keys[i][0], "findings"))
      g_assert_cmpuint (g_variant_n_children (value), >, 0);
  }
}

/* What a menu does not need is told on request. */
static void
test_brief (void)
{
  g_autoptr (KexecEntry) entry = make_entry ();
  g_autoptr (GVariant) verbose = g_variant_ref_sink (kexec_entry_to_variant (entry));
  g_autoptr (GVariant) brief = g_variant_ref_sink (kexec_entry_variant_to_brief (verbose));
  GVariantIter iter;
  GVariant *value;
  const char *key;
  guint missing = 0;

  g_variant_iter_init (&iter, verbose);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value)) {
    g_autoptr (GVariant) same = g_variant_lookup_value (brief, key, NULL);

    if (same == NULL) {
      g_assert_true (g_str_equal (key, "found-in") || g_str_equal (key, "named-by"));
      missing++;
    } else {
      g_assert_cmpvariant (same, value);
    }
  }
  g_assert_cmpuint (missing, ==, 2);
}

/* What only unified kernel images have is there for them alone. */
static void
test_uki_variant (void)
{
  g_autoptr (KexecEntry) entry = make_entry ();
  g_autoptr (GVariant) variant = NULL;
  g_autofree const char **addons = NULL;
  const char *profile;

  entry->is_uki = TRUE;
  g_free (entry->profile);
  entry->profile = g_strdup ("reset");
  g_strfreev (entry->addons);
  entry->addons = g_strsplit ("/boot/a.addon.efi|/boot/b.addon.efi", "|", -1);
  variant = g_variant_ref_sink (kexec_entry_to_variant (entry));
  g_assert_true (g_variant_lookup (variant, "profile", "&s", &profile));
  g_assert_cmpstr (profile, ==, "reset");
  g_assert_true (g_variant_lookup (variant, "addons", "^a&s", &addons));
  g_assert_cmpuint (g_strv_length ((GStrv) addons), ==, 2);
  g_assert_cmpstr (addons[1], ==, "/boot/b.addon.efi");
}

static void
test_unreadable (void)
{
  static const struct {
    int code;
    const char *remedy;
  } cases[] = {
    { G_IO_ERROR_PERMISSION_DENIED, "ask again as root" },
    { G_IO_ERROR_NOT_FOUND, "it is a link to something that is not there" },
    { G_IO_ERROR_FAILED, "remove it, or install its kernel again" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (KexecEntry) entry = kexec_entry_new ();
    g_autoptr (GError) error = g_error_new (G_IO_ERROR, cases[i].code, "Cannot open /boot/a: why");

    kexec_entry_add_unreadable (entry->findings, "/boot/a", error);
    expect_findings (entry->findings, "entry-unreadable");
    g_assert_nonnull (strstr (finding_text (entry->findings, "entry-unreadable"), cases[i].remedy));
  }
}

static void
test_new (void)
{
  g_autoptr (KexecEntry) entry = kexec_entry_new ();
  g_autoptr (KexecEntry) again = kexec_entry_ref (entry);
  g_autoptr (GVariant) variant = g_variant_ref_sink (kexec_entry_to_variant (again));

  g_assert_true (g_variant_is_normal_form (variant));
  g_assert_cmpint (entry->kind, ==, KEXEC_ENTRY_NORMAL);
  g_assert_false (entry->is_trusted);
  g_assert_false (entry->is_uki);
  g_assert_cmpint (entry->cmdline_origin, ==, KEXEC_CMDLINE_NONE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/entry/is-id", test_is_id);
  g_test_add_func ("/entry/glob", test_glob);
  g_test_add_func ("/entry/variant", test_variant);
  g_test_add_func ("/entry/brief", test_brief);
  g_test_add_func ("/entry/uki-variant", test_uki_variant);
  g_test_add_func ("/entry/unreadable", test_unreadable);
  g_test_add_func ("/entry/new", test_new);
  return g_test_run ();
}
