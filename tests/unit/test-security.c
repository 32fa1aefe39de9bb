/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a root directory tells of the kernel that runs on it. */
#include "boot/security.h"

#include <gio/gio.h>
#include <string.h>

#include "tests/unit/make-tree.h"

#define RELEASE  "6.1.0-test"
#define CONFIG   "boot/config-" RELEASE
#define LOCKDOWN "sys/kernel/security/lockdown"
#define EFI_VARS "sys/firmware/efi/efivars/"
#define EFI      "-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define SHIM     "-605dab50-e046-4300-abb6-3dd810dd8b23"

/* What makes a text a kernel's configuration. */
#define HEAD                                                                                       \
  "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 6.1.0 Kernel Configuration\n#\n"   \
  "CONFIG_64BIT=y\nCONFIG_X86=y\n"

static Tree *
make (void)
{
  Tree *tree = tree_new ();

  tree_write (tree, "proc/sys/kernel/osrelease", RELEASE "\n");
  return tree;
}

static void
expect (const Tree *tree, const char *expected)
{
  g_autoptr (KexecSecurity) security = kexec_security_read (tree->fd);
  g_autofree char *text = kexec_security_to_string (security);

  g_assert_cmpstr (text, ==, expected);
}

static void
set_variable (Tree *tree, const char *path, guint8 value)
{
  const guint8 contents[] = { 6, 0, 0, 0, value };
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  g_byte_array_append (bytes, contents, sizeof contents);
  tree_write_bytes (tree, path, bytes);
}

static void
test_nothing (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecSecurity) security = kexec_security_read (tree->fd);

  g_assert_null (security->policy.lockdown);
  g_assert_null (security->policy.key_ids);
  g_assert_cmpint (security->policy.checks, ==, KEXEC_CONFIG_UNKNOWN);
  g_assert_cmpint (security->policy.verifies, ==, KEXEC_CONFIG_UNKNOWN);
  expect (tree, "lockdown= checks=0 verifies=0 enforces=0 appraises=0 takes_appended=0"
                " secure_boot=0 keys=");
}

static void
test_lockdown (void)
{
  static const char *const rows[][2] = {
    { "[none] integrity confidentiality\n", "none" },
    { "none [integrity] confidentiality\n", "integrity" },
    { "none integrity [confidentiality]\n", "confidentiality" },
    { "none integrity\n", NULL },
    { "none [integrity\n", NULL },
  };
  g_autoptr (Tree) tree = make ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (KexecSecurity) security = NULL;

    tree_write (tree, LOCKDOWN, rows[i][0]);
    security = kexec_security_read (tree->fd);
    g_assert_cmpstr (security->policy.lockdown, ==, rows[i][1]);
  }
}

static gboolean
has_secure_boot (const Tree *tree)
{
  g_autoptr (KexecSecurity) security = kexec_security_read (tree->fd);

  return security->policy.secure_boot;
}

static void
test_secure_boot (void)
{
  g_autoptr (Tree) tree = make ();

  set_variable (tree, EFI_VARS "SecureBoot" EFI, 0);
  g_assert_false (has_secure_boot (tree));
  set_variable (tree, EFI_VARS "SecureBoot" EFI, 1);
  g_assert_true (has_secure_boot (tree));
  set_variable (tree, EFI_VARS "SetupMode" EFI, 0);
  g_assert_true (has_secure_boot (tree));
  set_variable (tree, EFI_VARS "SetupMode" EFI, 1);
  g_assert_false (has_secure_boot (tree));
  tree_remove (tree, EFI_VARS "SetupMode" EFI);
  set_variable (tree, EFI_VARS "MokSBStateRT" SHIM, 1);
  g_assert_false (has_secure_boot (tree));
  set_variable (tree, EFI_VARS "MokSBStateRT" SHIM, 0);
  g_assert_true (has_secure_boot (tree));
  tree_write (tree, EFI_VARS "SecureBoot" EFI, "longer than a variable of one byte");
  g_assert_false (has_secure_boot (tree));
}

/* What a configuration comes to, without and with Secure Boot. */
typedef struct {
  const char *name;
  const char *config;
  const char *expected[2];
} Row;

#define LINE(checks, verifies, enforces, appraises, appended, secure_boot)                         \
  "lockdown= checks=" checks " verifies=" verifies " enforces=" enforces " appraises=" appraises   \
  " takes_appended=" appended " secure_boot=" secure_boot " keys="

static const Row rows[] = {
  { "plain",
    "CONFIG_KEXEC_SIG=y\nCONFIG_KEXEC_BZIMAGE_VERIFY_SIG=y\n",
    { LINE ("3", "3", "0", "0", "0", "0"), LINE ("3", "3", "0", "0", "0", "1") } },
  { "force",
    "CONFIG_KEXEC_SIG=y\nCONFIG_KEXEC_SIG_FORCE=y\nCONFIG_KEXEC_BZIMAGE_VERIFY_SIG=y\n",
    { LINE ("3", "3", "1", "0", "0", "0"), LINE ("3", "3", "1", "0", "0", "1") } },
  { "no-verifier",
    "CONFIG_KEXEC_SIG=y\n# CONFIG_KEXEC_BZIMAGE_VERIFY_SIG is not set\n",
    { LINE ("3", "1", "0", "0", "0", "0"), LINE ("3", "1", "0", "0", "0", "1") } },
  { "arm64",
    "CONFIG_KEXEC_SIG=y\nCONFIG_KEXEC_IMAGE_VERIFY_SIG=y\n",
    { LINE ("3", "3", "0", "0", "0", "0"), LINE ("3", "3", "0", "0", "0", "1") } },
  { "s390x",
    "CONFIG_KEXEC_SIG=y\nCONFIG_S390=y\n",
    { LINE ("3", "3", "0", "0", "1", "0"), LINE ("3", "3", "0", "0", "1", "1") } },
  { "none",
    "# CONFIG_KEXEC_SIG is not set\n",
    { LINE ("1", "1", "0", "0", "0", "0"), LINE ("1", "1", "0", "0", "0", "1") } },
  { "rules-enforce",
    "CONFIG_KEXEC_SIG=y\nCONFIG_KEXEC_BZIMAGE_VERIFY_SIG=y\nCONFIG_IMA_ARCH_POLICY=y\n",
    { LINE ("3", "3", "0", "0", "0", "0"), LINE ("3", "3", "1", "0", "0", "1") } },
  { "rules-appraise",
    "# CONFIG_KEXEC_SIG is not set\nCONFIG_IMA_ARCH_POLICY=y\n",
    { LINE ("1", "1", "0", "0", "0", "0"), LINE ("1", "1", "0", "1", "0", "1") } },
  { "appraise",
    "CONFIG_KEXEC_SIG=y\nCONFIG_KEXEC_BZIMAGE_VERIFY_SIG=y\n"
    "CONFIG_IMA_APPRAISE_REQUIRE_KEXEC_SIGS=y\n",
    { LINE ("3", "3", "0", "1", "0", "0"), LINE ("3", "3", "0", "1", "0", "1") } },
};

static void
test_config (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (Tree) tree = make ();
  g_autofree char *config = g_strconcat (HEAD, row->config, NULL);

  tree_write (tree, CONFIG, config);
  expect (tree, row->expected[0]);
  set_variable (tree, EFI_VARS "SecureBoot" EFI, 1);
  expect (tree, row->expected[1]);
}

static void
write_gzip (Tree *tree, const char *path, const char *text)
{
  g_autoptr (GConverter) converter =
    G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9));
  g_autoptr (GInputStream) plain = g_memory_input_stream_new_from_data (text, -1, NULL);
  g_autoptr (GInputStream) stream = g_converter_input_stream_new (plain, converter);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint8 buffer[512];
  gssize n;

  while ((n = g_input_stream_read (stream, buffer, sizeof buffer, NULL, NULL)) > 0)
    g_byte_array_append (bytes, buffer, (guint) n);
  tree_write_bytes (tree, path, bytes);
}

static KexecConfigValue
get_checks (const Tree *tree)
{
  g_autoptr (KexecSecurity) security = kexec_security_read (tree->fd);

  return security->policy.checks;
}

/* The kernel's own configuration comes first; then the file in /boot, then the one by the modules.
 */
static void
test_places (void)
{
  g_autoptr (Tree) tree = make ();
  g_autofree char *large = g_strnfill (3 * 1024 * 1024, '\n');

  tree_write (tree, "usr/lib/modules/" RELEASE "/config", HEAD "CONFIG_KEXEC_SIG=y\n");
  g_assert_cmpint (get_checks (tree), ==, KEXEC_CONFIG_YES);
  tree_write (tree, CONFIG, HEAD "# CONFIG_KEXEC_SIG is not set\n");
  g_assert_cmpint (get_checks (tree), ==, KEXEC_CONFIG_NO);
  write_gzip (tree, "proc/config.gz", HEAD "CONFIG_KEXEC_SIG=y\n");
  g_assert_cmpint (get_checks (tree), ==, KEXEC_CONFIG_YES);
  /* One that makes no sense, and one that unpacks to more than any configuration. */
  tree_write (tree, "proc/config.gz", "not gzip");
  g_assert_cmpint (get_checks (tree), ==, KEXEC_CONFIG_NO);
  write_gzip (tree, "proc/config.gz", large);
  g_assert_cmpint (get_checks (tree), ==, KEXEC_CONFIG_NO);
  tree_remove (tree, "proc/sys/kernel/osrelease");
  g_assert_cmpint (get_checks (tree), ==, KEXEC_CONFIG_UNKNOWN);
}

static gboolean
appraises (const Tree *tree)
{
  g_autoptr (KexecSecurity) security = kexec_security_read (tree->fd);

  return security->policy.appraises;
}

static void
test_ima (void)
{
  g_autoptr (Tree) tree = make ();

  tree_write (tree, "sys/kernel/security/ima/policy",
              "measure func=KEXEC_KERNEL_CHECK\nappraise func=MODULE_CHECK appraise_type=imasig\n");
  g_assert_false (appraises (tree));
  tree_write (tree, "sys/kernel/security/ima/policy",
              "dont_measure fsmagic=0x9fa0\n"
              "appraise func=KEXEC_KERNEL_CHECK appraise_type=imasig|modsig\n");
  g_assert_true (appraises (tree));
  tree_remove (tree, "sys/kernel/security/ima/policy");
  tree_write (tree, "proc/cmdline", "root=/dev/a ima_policy=tcb quiet\n");
  g_assert_false (appraises (tree));
  tree_write (tree, "proc/cmdline", "root=/dev/a ima_policy=\"tcb|secure_boot\"\n");
  g_assert_true (appraises (tree));
}

#define KEY "6ccece7e4c6c0d1f6149f3dd27dfcc5cbb419ea1"

/* Lines of /proc/keys that are no key that counts, and one that is. */
static void
test_keys (void)
{
  static const char *const others[] = {
    "34a3cee2 I--Q---     1 perm 0c030000     0 65534 keyring   .user_reg: 4",
    "1f3b3a1f I------     1 perm 1f030000  1000  1000 asymmetri Mine: " KEY
    ": X509.rsa bb419ea1 []",
    "1f3b3a1f IR-----     1 perm 1f030000     0     0 asymmetri Old: " KEY ": X509.rsa bb419ea1 []",
    "1f3b3a1f I-----i     1 perm 1f030000     0     0 asymmetri Old: " KEY ": X509.rsa bb419ea1 []",
    "1f3b3a1f -------     1 perm 1f030000     0     0 asymmetri New: " KEY ": X509.rsa bb419ea1 []",
    "1f3b3a1f I------     1 perm 1f010000     0     0 blacklist bin:" KEY ": ",
    "1f3b3a1f I------     1 perm 1f030000     0     0 asymmetri No id: NOT-HEX: X509.rsa []",
    "1f3b3a1f I------     1 perm 1f030000     0     0 asymmetri no parts",
    "1f3b3a1f I------     1",
    "",
  };
  g_autoptr (Tree) tree = make ();

  g_autoptr (GString) text = g_string_new (others[0]);
  g_autoptr (KexecSecurity) before = NULL;
  g_autoptr (KexecSecurity) after = NULL;

  for (guint i = 1; i < G_N_ELEMENTS (others); i++)
    g_string_append_printf (text, "\n%s", others[i]);
  tree_write (tree, "proc/keys", text->str);
  before = kexec_security_read (tree->fd);
  g_assert_null (before->policy.key_ids);
  g_string_append (text, "01d4f0a0 I------     1 perm 1f030000     0     0 asymmetri Debian: Secure"
                         " Boot CA: " KEY ": X509.rsa bb419ea1 []\n"
                         "01d4f0a1 I------     1 perm 1f030000     0     0 asymmetri Build time"
                         " key: 00a7: X509.rsa []\n");
  tree_write (tree, "proc/keys", text->str);
  after = kexec_security_read (tree->fd);
  g_assert_cmpuint (g_strv_length (after->key_ids), ==, 2);
  g_assert_cmpstr (after->policy.key_ids[0], ==, KEY);
  g_assert_cmpstr (after->policy.key_ids[1], ==, "00a7");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/security/nothing", test_nothing);
  g_test_add_func ("/security/lockdown", test_lockdown);
  g_test_add_func ("/security/secure-boot", test_secure_boot);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strdup_printf ("/security/config/%s", rows[i].name);

    g_test_add_data_func (path, &rows[i], test_config);
  }
  g_test_add_func ("/security/places", test_places);
  g_test_add_func ("/security/ima", test_ima);
  g_test_add_func ("/security/keys", test_keys);
  return g_test_run ();
}
