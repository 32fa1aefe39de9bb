/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What waits in EFI variables, and keys that are sealed to the TPM. */
#include "boot/firmware.h"

#include <string.h>

#include "boot/crypttab.h"
#include "tests/unit/make-tree.h"

#define VARIABLES "/sys/firmware/efi/efivars/"
#define GLOBAL    "-8be4df61-93ca-11d2-aa0d-00e098032b8c"

static void
write_variable (Tree *tree, const char *name, const void *data, guint size)
{
  g_autofree char *path = g_strconcat (VARIABLES, name, GLOBAL, NULL);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  g_byte_array_append (bytes, (const guint8 *) "\x07\0\0", 4);
  g_byte_array_append (bytes, data, size);
  tree_write_bytes (tree, path, bytes);
}

/* Checks the tree: @expected is a part of the only finding's sentence, or %NULL. */
static void
expect (Tree *tree, const char *expected)
{
  g_autoptr (KexecConfig) config = kexec_config_new ();
  g_autoptr (KexecScan) scan = kexec_scan_new (tree->fd, config);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();

  kexec_firmware_check (scan, findings);
  for (guint i = 0; i < findings->len; i++)
    g_test_message ("%s", ((const KexecFinding *) findings->pdata[i])->text);
  g_assert_cmpuint (findings->len, ==, expected != NULL ? 1 : 0);
  if (expected != NULL)
    g_assert_nonnull (strstr (((const KexecFinding *) findings->pdata[0])->text, expected));
}

static void
test_indications (void)
{
  g_autoptr (Tree) tree = tree_new ();

  expect (tree, NULL);
  write_variable (tree, "OsIndications", "\0\0\0\0\0\0\0\0", 8);
  expect (tree, NULL);
  write_variable (tree, "OsIndications", "\x01\0\0\0\0\0\0\0", 8);
  expect (tree, "show its setup");
  write_variable (tree, "OsIndications", "\x04\0\0\0\0\0\0\0", 8);
  expect (tree, "a capsule on the EFI System Partition");
  write_variable (tree, "OsIndications", "\x08\0\0\0\0\0\0\0", 8);
  expect (tree, "(a capsule)");
  write_variable (tree, "OsIndications", "\x12\0\0\0\0\0\0\x01", 8); /* asks for nothing */
  expect (tree, NULL);
  write_variable (tree, "OsIndications", "\x01", 1);
  expect (tree, NULL);
}

static void
test_boot_next (void)
{
  g_autoptr (Tree) tree = tree_new ();

  write_variable (tree, "BootNext", "\x0a", 1);
  expect (tree, NULL);
  write_variable (tree, "BootNext", "\x0a\x00", 2);
  expect (tree, "Boot000A next");
  write_variable (tree, "Boot000A", "\x01\0\0\0\x04", 5);
  expect (tree, "Boot000A next");
  write_variable (tree, "Boot000A", "\x01\0\0\0\x04\0L\0i\0\n\0\0\0\x7f\xff\x04\0", 18);
  expect (tree, "Boot000A (Li?) next");
}

static void
test_tpm (void)
{
  static const struct {
    const char *crypttab;
    const char *name; /* NULL: none is sealed */
  } cases[] = {
    { "root UUID=ab none tpm2-device=auto,discard\n", "root" },
    { "  root\tUUID=ab\t-\tluks,tpm2-device=/dev/tpmrm0", "root" },
    { "# root UUID=ab none tpm2-device=auto\n\nhome /dev/sdb1 none luks\n", NULL },
    { "root UUID=ab none luks,x-tpm2-device=auto\n", NULL },
    { "root UUID=ab /tpm2-device=auto\n", NULL },
    { "root UUID=ab none luks\r\nhome UUID=cd none tpm2-device=auto\r\n", "home" },
    { "a b c tpm2-device=auto\na b c tpm2-device=auto", "a" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Tree) tree = tree_new ();
    g_autofree char *text =
      cases[i].name != NULL ? g_strdup_printf ("device %s is sealed", cases[i].name) : NULL;

    g_test_message ("case %u", i);
    tree_write (tree, i % 2 == 0 ? "/etc/crypttab" : "/etc/crypttab.initramfs", cases[i].crypttab);
    expect (tree, text);
  }
}

static void
test_tpm_cmdline (void)
{
  static const struct {
    const char *cmdline;
    const char *name;
  } cases[] = {
    { "rd.luks.options=tpm2-device=auto quiet", "LUKS" },
    { "rd.luks.options=discard,tpm2-device=auto", "LUKS" },
    { "luks.options=0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f=tpm2-device=auto",
      "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f" },
    { "rd.luks.options=discard", NULL },
    { "tpm2-device=auto rd.luks.options", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Tree) tree = tree_new ();
    g_autofree char *text =
      cases[i].name != NULL ? g_strdup_printf ("device %s is sealed", cases[i].name) : NULL;

    tree_write (tree, "/proc/cmdline", cases[i].cmdline);
    expect (tree, text);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/firmware/indications", test_indications);
  g_test_add_func ("/firmware/boot-next", test_boot_next);
  g_test_add_func ("/firmware/tpm", test_tpm);
  g_test_add_func ("/firmware/tpm-cmdline", test_tpm_cmdline);
  return g_test_run ();
}
