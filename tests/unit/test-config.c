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

/* Returns: (transfer full) (nullable): a key's value as text. */
static char *
get (const KexecConfig *config, const char *key)
{
  const struct {
    const char *name;
    const char *text;
    GStrv words;
  } values[] = {
    { "BootPath", config->boot_path, NULL }, { "Kernel", config->kernel, NULL },
    { "Initrd", NULL, config->initrds },     { "RootDevice", config->root_device, NULL },
    { "Cmdline", config->cmdline, NULL },    { "Append", config->append, NULL },
    { "Sources", NULL, config->sources },
  };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    if (g_str_equal (values[i].name, key))
      return values[i].words != NULL ? g_strjoinv (" ", values[i].words)
                                     : g_strdup (values[i].text);
  g_error ("There is no key %s", key);
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
    { "*-amd64", "*-amd64", "" },
    { "6.1.?-[!a-c]*", "6.1.?-[!a-c]*", "" },
    { "***", "***", "" },
    { "*a*b*c*", NULL, "configuration-invalid" }, /* could take for ever */
    { "a\\*", NULL, "configuration-invalid" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = g_strdup_printf ("[Manager]\nEntry=%s\n", cases[i].value);
    g_autoptr (KexecConfig) config = parse (text);

    g_assert_cmpstr (config->entry, ==, cases[i].entry);
    expect_findings (config->findings, cases[i].codes);
  }
}

/* Every key whose value is text, a path or several of them: what it becomes, NULL if it is bad. */
static void
test_values (void)
{
  static const struct {
    const char *key;
    const char *value;
    const char *taken;
  } cases[] = {
    { "BootPath", "/efi", "/efi" },
    { "BootPath", "/boot//./x/", "/boot/x" },
    { "BootPath", "/", "/" },
    { "BootPath", "boot", NULL },
    { "BootPath", "-", NULL },
    { "BootPath", "/boot/../etc", NULL },
    { "Kernel", "/boot/vmlinuz-6.1.0", "/boot/vmlinuz-6.1.0" },
    { "Kernel", "vmlinuz-6.1.0", "vmlinuz-6.1.0" },
    { "Kernel", "my kernel", "my kernel" },
    { "Kernel", "-", "-" },
    { "Kernel", ".", NULL },
    { "Kernel", "..", NULL },
    { "Kernel", "a/b", NULL },
    { "Kernel", "/boot/../etc/shadow", NULL },
    { "Kernel", "/b\001", NULL },
    { "Kernel", "/b\374", NULL },
    { "Initrd", "/boot/a b", "/boot/a b" },
    { "Initrd", "  a\t/boot//b ", "a /boot/b" },
    { "Initrd", "-", "" },
    { "Initrd", "a -", NULL },
    { "Initrd", "a ../b", NULL },
    { "Initrd", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17", NULL },
    { "RootDevice", "UUID=0123-abcd", "UUID=0123-abcd" },
    { "RootDevice", "/dev/sda2", "/dev/sda2" },
    { "RootDevice", "/dev/a ro", NULL },
    { "RootDevice", "\"/dev/a\"", NULL },
    { "RootDevice", "LABEL=\303\240", NULL }, /* white space to the kernel */
    { "Cmdline", "root=/dev/a  quiet x=\"a  b\"", "root=/dev/a quiet x=\"a  b\"" },
    { "Cmdline", "root=/dev/a\tquiet", "root=/dev/a quiet" },
    { "Cmdline", "root=/dev/a root=/dev/b", NULL },
    { "Cmdline", "x=\001", NULL },
    { "Cmdline", "x=\374", NULL },
    { "Append", "quiet", "quiet" },
    { "Append", "x=\374", NULL },
    { "Sources", "grub directory", "grub directory" },
    { "Sources", "bls grub config bls", "bls grub config" },
    { "Sources", "grub lilo", NULL },
    { "Sources", "GRUB", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = g_strdup_printf ("[Manager]\n%s=%s\n", cases[i].key, cases[i].value);
    g_autofree char *taken_back = g_strdup_printf ("[Manager]\n%s=\n", cases[i].key);
    g_autoptr (KexecConfig) config = parse (text);
    g_autofree char *taken = get (config, cases[i].key);
    g_autofree char *nothing = NULL;

    g_test_message ("%s", text);
    expect_findings (config->findings, cases[i].taken != NULL ? "" : "configuration-invalid");
    g_assert_cmpstr (taken, ==, cases[i].taken);
    kexec_config_parse (config, taken_back, "kexecd.conf");
    nothing = get (config, cases[i].key);
    g_assert_null (nothing);
  }
}

static void
test_long_values (void)
{
  static const char *const keys[] = { "BootPath", "Kernel", "Initrd", "RootDevice",
                                      "Cmdline",  "Append", "Entry" };
  g_autofree char *x = g_strnfill (5000, 'x');

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    g_autofree char *text = g_strdup_printf ("[Manager]\n%s=%s%s\n", keys[i], i == 0 ? "/" : "", x);
    g_autoptr (KexecConfig) config = parse (text);
    g_autofree char *taken = i < 6 ? get (config, keys[i]) : g_strdup (config->entry);

    expect_findings (config->findings, "configuration-invalid");
    g_assert_null (taken);
    g_assert_cmpuint (strlen (finding_text (config->findings, "configuration-invalid")), <, 400);
  }
}

static void
test_mount_boot (void)
{
  static const struct {
    const char *value;
    gboolean mounts;
    const char *codes;
  } cases[] = {
    { "yes", TRUE, "" },    { "No", FALSE, "" }, { "0", FALSE, "" },
    { "off", FALSE, "" },   { "on", TRUE, "" },  { "t", TRUE, "" },
    { "FALSE", FALSE, "" }, { "", TRUE, "" },    { "never", FALSE, "configuration-invalid" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = g_strdup_printf ("[Manager]\nMountBoot=%s\n", cases[i].value);
    g_autoptr (KexecConfig) config = kexec_config_new ();

    config->mount_boot = FALSE;
    kexec_config_parse (config, text, "kexecd.conf");
    expect_findings (config->findings, cases[i].codes);
    g_assert_cmpint (config->mount_boot, ==, cases[i].mounts);
  }
}

static void
test_load_method (void)
{
  static const struct {
    const char *value;
    gboolean by_tools;
    const char *codes;
  } cases[] = {
    { "kexec-tools", TRUE, "" },
    { "file", FALSE, "" },
    { "", FALSE, "" },
    { "Kexec", TRUE, "configuration-invalid" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = g_strdup_printf ("[Manager]\nLoadMethod=%s\n", cases[i].value);
    g_autoptr (KexecConfig) config = kexec_config_new ();

    g_assert_false (config->load_by_kexec_tools);
    config->load_by_kexec_tools = TRUE;
    kexec_config_parse (config, text, "kexecd.conf");
    expect_findings (config->findings, cases[i].codes);
    g_assert_cmpint (config->load_by_kexec_tools, ==, cases[i].by_tools);
  }
}

static void
test_load_during_shutdown (void)
{
  static const struct {
    const char *value;
    KexecConfigLoad load;
    const char *codes;
  } cases[] = {
    { "yes", KEXEC_CONFIG_LOAD_YES, "" },
    { "on", KEXEC_CONFIG_LOAD_YES, "" },
    { "No", KEXEC_CONFIG_LOAD_NO, "" },
    { "", KEXEC_CONFIG_LOAD_UNSET, "" },
    { "later", KEXEC_CONFIG_LOAD_NO, "configuration-invalid" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = g_strdup_printf ("[Manager]\nLoadDuringShutdown=%s\n", cases[i].value);
    g_autoptr (KexecConfig) config = kexec_config_new ();

    g_assert_cmpint (config->load_during_shutdown, ==, KEXEC_CONFIG_LOAD_UNSET);
    config->load_during_shutdown = KEXEC_CONFIG_LOAD_NO;
    kexec_config_parse (config, text, "kexecd.conf");
    expect_findings (config->findings, cases[i].codes);
    g_assert_cmpint (config->load_during_shutdown, ==, cases[i].load);
  }
}

/* Which file a kernel and a command line are from. */
static void
test_from (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecConfig) config = NULL;
  g_autoptr (KexecConfig) taken_back = NULL;

  tree_write (tree, "usr/lib/kexecd/kexecd.conf", "[Manager]\nKernel=/a\nCmdline=a\n");
  tree_write (tree, "etc/conf.d/kexec", "KNAME=b\n");
  tree_write (tree, "etc/kexecd/kexecd.conf.d/a.conf", "[Manager]\nCmdline=c\n");
  config = kexec_config_load (tree->fd);
  g_assert_cmpstr (config->kernel, ==, "b");
  g_assert_cmpstr (config->kernel_from, ==, "/etc/conf.d/kexec");
  g_assert_true (config->is_gentoo);
  g_assert_cmpstr (config->cmdline_from, ==, "/etc/kexecd/kexecd.conf.d/a.conf");
  tree_write (tree, MAIN, "[Manager]\nKernel=\nCmdline=\n");
  tree_write (tree, "etc/kexecd/kexecd.conf.d/a.conf", "[Manager]\nCmdline=\n");
  taken_back = kexec_config_load (tree->fd);
  g_assert_null (taken_back->kernel);
  g_assert_null (taken_back->kernel_from);
  g_assert_false (taken_back->is_gentoo);
  g_assert_null (taken_back->cmdline);
  g_assert_null (taken_back->cmdline_from);
}

/* Gentoo's file, and our service's, are between the defaults and ours, and judged like them. */
static void
test_gentoo_layer (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecConfig) below = NULL;
  g_autoptr (KexecConfig) service = NULL;
  g_autoptr (KexecConfig) above = NULL;
  g_autoptr (KexecConfig) writable = NULL;

  tree_write (tree, "usr/lib/kexecd/kexecd.conf", "[Manager]\nRootDevice=/dev/vendor\n");
  tree_write (tree, "etc/conf.d/kexec", "ROOTPART=/dev/gentoo\n");
  below = kexec_config_load (tree->fd);
  g_assert_cmpstr (below->root_device, ==, "/dev/gentoo");
  tree_write (tree, "etc/conf.d/kexecd", "ROOTPART=/dev/service\nKPARAM=quiet\n");
  service = kexec_config_load (tree->fd);
  g_assert_cmpstr (service->root_device, ==, "/dev/service");
  g_assert_cmpstr (service->cmdline_from, ==, "/etc/conf.d/kexecd");
  tree_write (tree, MAIN, "[Manager]\nRootDevice=/dev/own\n");
  above = kexec_config_load (tree->fd);
  g_assert_cmpstr (above->root_device, ==, "/dev/own");
  tree_remove (tree, MAIN);
  tree_chmod (tree, "etc/conf.d/kexec", 0666);
  tree_chmod (tree, "etc/conf.d/kexecd", 0666);
  writable = kexec_config_load (tree->fd);
  g_assert_cmpstr (writable->root_device, ==, "/dev/vendor");
  expect_findings (writable->findings, "configuration-invalid configuration-invalid");
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
  g_test_add_func ("/config/values", test_values);
  g_test_add_func ("/config/long-values", test_long_values);
  g_test_add_func ("/config/mount-boot", test_mount_boot);
  g_test_add_func ("/config/load-method", test_load_method);
  g_test_add_func ("/config/load-during-shutdown", test_load_during_shutdown);
  g_test_add_func ("/config/from", test_from);
  g_test_add_func ("/config/gentoo-layer", test_gentoo_layer);
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
