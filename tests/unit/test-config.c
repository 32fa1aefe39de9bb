/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration: which files count, what they say, and what is said of bad ones. */
#include "boot/config.h"
#include "tests/unit/expect.h"
#include "tests/unit/make-tree.h"

#define MAIN "etc/kexecd/kexecd.conf"

static KexecConfig *
parse (const char *text)
{
  KexecConfig *config = kexec_config_new ();

  kexec_config_parse (config, text, "kexecd.conf");
  return config;
}

static void
test_none (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecConfig) config = kexec_config_load (tree->fd);

  expect_findings (config->findings, "");
  g_assert_null (config->entry);
  g_assert_cmpuint (config->staged_lifetime_sec, ==, 3600);
}

static void
test_entry (void)
{
  static const struct {
    const char *value;
    const char *entry;
    const char *codes;
  } cases[] = {
    { "auto", "auto", "" },
    { " auto ", "auto", "" },
    { "6.1.0-30-amd64", "6.1.0-30-amd64", "" },
    { "linux@lts:1+2_x", "linux@lts:1+2_x", "" },
    { "", NULL, "" },
    { "two words", NULL, "configuration-invalid" },
    { "../vmlinuz", NULL, "configuration-invalid" },
    { "Gr\303\274n", NULL, "configuration-invalid" },
    { "*", NULL, "configuration-invalid" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = g_strdup_printf ("[Manager]\nEntry=%s\n", cases[i].value);
    g_autoptr (KexecConfig) config = parse (text);

    g_assert_cmpstr (config->entry, ==, cases[i].entry);
    expect_findings (config->findings, cases[i].codes);
  }
}

static void
test_staged_lifetime (void)
{
  static const struct {
    const char *value;
    gint64 seconds; /* -1: not taken */
  } cases[] = {
    { "90", 90 },
    { "90s", 90 },
    { "90 sec", -1 }, /* the unit stands next to the number */
    { "30min", 1800 },
    { "2m", 120 },
    { "2h", 7200 },
    { "2hour", 7200 },
    { "1d", 86400 },
    { "1day", 86400 },
    { "1h 30min", 5400 },
    { "1h30min", 5400 },
    { " 1h  1s ", 3601 },
    { "0", 0 },
    { "0h", 0 },
    { "infinity", 0 },
    { "36500d", 3153600000 },
    { "36501d", -1 },
    { "36500d 1s", -1 },
    { "99999999999999999999999999", -1 },
    { "18446744073709551615d", -1 },
    { "", 3600 },
    { "-1", -1 },
    { "1.5h", -1 },
    { "1 fortnight", -1 },
    { "h", -1 },
    { "1H", -1 },
    { "soon", -1 },
    { "1h infinity", -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = g_strdup_printf ("[Manager]\nStagedLifetime=%s\n", cases[i].value);
    g_autoptr (KexecConfig) config = parse (text);

    g_test_message ("%s", cases[i].value);
    expect_findings (config->findings, cases[i].seconds < 0 ? "configuration-invalid" : "");
    g_assert_cmpuint (config->staged_lifetime_sec, ==,
                      cases[i].seconds < 0 ? 3600 : (guint64) cases[i].seconds);
  }
}

static void
test_strangers (void)
{
  g_autoptr (KexecConfig) config =
    parse ("# a comment\n[Manager]\nEntry=auto\nEntri=x\nStagedLifetime=never\n[Other]\nEntry=x\n");

  expect_findings (config->findings,
                   "configuration-invalid configuration-invalid configuration-invalid");
  g_assert_cmpstr (config->entry, ==, "auto");
  for (guint i = 0; i < 3; i++)
    g_assert_true (
      g_str_has_prefix (((KexecFinding *) config->findings->pdata[i])->text, "kexecd.conf: "));
}

static void
test_malformed (void)
{
  static const char *const texts[] = {
    "no section\n", "Entry=auto\n", "[Manager\nEntry=auto\n", "[Manager]\n=auto\n", "\001\002\003",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (KexecConfig) config = parse (texts[i]);

    expect_findings (config->findings, "configuration-invalid");
    g_assert_null (config->entry);
  }
}

static void
test_not_utf8 (void)
{
  g_autoptr (KexecConfig) config = parse ("[Manager]\nEntry=Gr\374n\n[Gr\374n]\nx=y\n");

  expect_sentences (config->findings);
  g_assert_cmpuint (config->findings->len, >, 0);
  g_assert_null (config->entry);
}

static void
test_empty (void)
{
  g_autoptr (KexecConfig) config = parse ("");

  expect_findings (config->findings, "");
}

/* Later files win, by name where the directory does not decide. */
static void
test_order (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecConfig) config = NULL;

  tree_write (tree, "usr/lib/kexecd/kexecd.conf", "[Manager]\nEntry=vendor\nStagedLifetime=1s\n");
  tree_write (tree, MAIN, "[Manager]\nEntry=main\nStagedLifetime=2s\n");
  tree_write (tree, "usr/lib/kexecd/kexecd.conf.d/50-a.conf", "[Manager]\nStagedLifetime=3s\n");
  tree_write (tree, "run/kexecd/kexecd.conf.d/40-b.conf", "[Manager]\nStagedLifetime=4s\n");
  tree_write (tree, "etc/kexecd/kexecd.conf.d/50-a.conf", "[Manager]\nStagedLifetime=5s\n");
  tree_write (tree, "etc/kexecd/kexecd.conf.d/30-c.conf", "[Manager]\nStagedLifetime=6s\n");
  tree_write (tree, "etc/kexecd/kexecd.conf.d/99.conf.bak", "[Manager]\nStagedLifetime=7s\n");
  tree_write (tree, "etc/kexecd/kexecd.conf.d/.99.conf", "[Manager]\nStagedLifetime=8s\n");
  config = kexec_config_load (tree->fd);
  expect_findings (config->findings, "");
  g_assert_cmpstr (config->entry, ==, "main");
  g_assert_cmpuint (config->staged_lifetime_sec, ==, 5);
}

/* Hidden by a file of the same name, and by a link to /dev/null. */
static void
test_hidden (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecConfig) config = NULL;

  tree_write (tree, MAIN, "[Manager]\nEntry=main\n");
  tree_write (tree, "usr/lib/kexecd/kexecd.conf.d/a.conf", "[Manager]\nEntry=a\n");
  tree_write (tree, "usr/lib/kexecd/kexecd.conf.d/b.conf", "[Manager]\nEntry=b\n");
  tree_write (tree, "run/kexecd/kexecd.conf.d/a.conf", "");
  tree_link (tree, "etc/kexecd/kexecd.conf.d/b.conf", "/dev/null");
  config = kexec_config_load (tree->fd);
  expect_findings (config->findings, "");
  g_assert_cmpstr (config->entry, ==, "main");
}

/* An empty value takes back what an earlier file said. */
static void
test_reset (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecConfig) config = NULL;

  tree_write (tree, MAIN, "[Manager]\nEntry=auto\nStagedLifetime=0\n");
  tree_write (tree, "etc/kexecd/kexecd.conf.d/a.conf", "[Manager]\nEntry=\nStagedLifetime=\n");
  config = kexec_config_load (tree->fd);
  g_assert_null (config->entry);
  g_assert_cmpuint (config->staged_lifetime_sec, ==, 3600);
}

/* A file that others can write says nothing. */
static void
test_writable (void)
{
  static const struct {
    const char *path;
    unsigned mode;
  } cases[] = {
    { MAIN, 0664 },
    { MAIN, 0646 },
    { "etc/kexecd", 0775 },
    { "etc/kexecd", 01777 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Tree) tree = tree_new ();
    g_autoptr (KexecConfig) config = NULL;

    tree_write (tree, MAIN, "[Manager]\nEntry=auto\n");
    tree_chmod (tree, cases[i].path, cases[i].mode);
    config = kexec_config_load (tree->fd);
    expect_findings (config->findings, "configuration-invalid");
    g_assert_null (config->entry);
    g_assert_nonnull (
      strstr (finding_text (config->findings, "configuration-invalid"), cases[i].path));
  }
}

static void
test_unusable (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecConfig) config = NULL;
  g_autofree char *large = g_strnfill (70000, '#');

  tree_dir (tree, MAIN);
  tree_fifo (tree, "etc/kexecd/kexecd.conf.d/a.conf");
  tree_link (tree, "etc/kexecd/kexecd.conf.d/b.conf", "nothing");
  tree_write (tree, "etc/kexecd/kexecd.conf.d/c.conf", large);
  tree_link (tree, "etc/kexecd/kexecd.conf.d/d.conf", "d.conf");
  tree_write (tree, "etc/kexecd/kexecd.conf.d/z.conf", "[Manager]\nEntry=auto\n");
  config = kexec_config_load (tree->fd);
  expect_findings (config->findings, "configuration-invalid configuration-invalid "
                                     "configuration-invalid configuration-invalid");
  g_assert_cmpstr (config->entry, ==, "auto");
}

static void
test_too_many (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecConfig) config = NULL;

  for (guint i = 0; i < 300; i++) {
    g_autofree char *path = g_strdup_printf ("etc/kexecd/kexecd.conf.d/%u.conf", i);

    tree_write (tree, path, "");
  }
  config = kexec_config_load (tree->fd);
  expect_findings (config->findings, "configuration-invalid");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/none", test_none);
  g_test_add_func ("/config/entry", test_entry);
  g_test_add_func ("/config/staged-lifetime", test_staged_lifetime);
  g_test_add_func ("/config/strangers", test_strangers);
  g_test_add_func ("/config/malformed", test_malformed);
  g_test_add_func ("/config/not-utf8", test_not_utf8);
  g_test_add_func ("/config/empty", test_empty);
  g_test_add_func ("/config/order", test_order);
  g_test_add_func ("/config/hidden", test_hidden);
  g_test_add_func ("/config/reset", test_reset);
  g_test_add_func ("/config/writable", test_writable);
  g_test_add_func ("/config/unusable", test_unusable);
  g_test_add_func ("/config/too-many", test_too_many);
  return g_test_run ();
}
