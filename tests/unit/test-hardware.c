/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hardware that is known to come up badly: which rules count, and which machines they fit. */
#include "boot/hardware.h"

#include <string.h>

#include "boot/hardware-rules.h"
#include "tests/unit/expect.h"
#include "tests/unit/make-tree.h"

#define SHIPPED "usr/lib/kexecd/hardware.conf"
#define OWN     "etc/kexecd/hardware.conf"
#define DROP_IN "etc/kexecd/hardware.conf.d/a.conf"
#define BAD     "hardware-known-bad"
#define INVALID "configuration-invalid"

/* A machine with two drivers, of which one has a device. */
static Tree *
machine_new (void)
{
  Tree *tree = tree_new ();

  tree_write (tree, "sys/bus/pci/drivers/mlx5_core/bind", "");
  tree_link (tree, "sys/bus/pci/drivers/mlx5_core/module", "../../../../module/mlx5_core");
  tree_link (tree, "sys/bus/pci/drivers/mlx5_core/0000:01:00.0", "../../../../devices/01");
  tree_write (tree, "sys/bus/pci/drivers/nouveau/bind", "");
  tree_link (tree, "sys/bus/pci/drivers/nouveau/module", "../../../../module/nouveau");
  tree_write (tree, "sys/devices/virtual/dmi/id/sys_vendor", "Microsoft Corporation\n");
  tree_write (tree, "sys/devices/virtual/dmi/id/product_name", "Virtual Machine\n");
  tree_dir (tree, "sys/class/dmi");
  tree_link (tree, "sys/class/dmi/id", "../../devices/virtual/dmi/id");
  return tree;
}

/* Checks the machine. Returns: the findings. */
static KexecFindings *
check (Tree *tree)
{
  KexecFindings *findings = kexec_findings_new ();

  kexec_hardware_check (tree->fd, findings);
  return findings;
}

/* What one file says of the machine ends in these findings, the first with @word in it. */
static void
expect (const char *text, const char *codes, const char *word)
{
  g_autoptr (Tree) tree = machine_new ();
  g_autoptr (KexecFindings) findings = NULL;

  tree_write (tree, SHIPPED, text);
  findings = check (tree);
  g_test_message ("%s", text);
  expect_findings (findings, codes);
  if (word != NULL)
    g_assert_nonnull (strstr (((const KexecFinding *) findings->pdata[0])->text, word));
}

static void
test_drivers (void)
{
  expect ("[a]\nDriver=mlx5_core\nText=it fails; mend it\n", BAD,
          "mlx5_core is in use here: it fails");
  expect ("[a]\nDriver=other  mlx5_core\nText=it fails; mend it\n", BAD, "mlx5_core");
  expect ("[a]\nDriver=nouveau\nText=no device; no finding\n", "", NULL);
  expect ("[a]\nDriver=mlx5\nText=only part of a name; no finding\n", "", NULL);
  expect ("[a]\nDriver=../drivers/mlx5_core\nText=a; b\n", INVALID " " INVALID, "names of drivers");
  expect ("[a]\nDriver=..\nText=a; b\n", INVALID " " INVALID, "names of drivers");
}

static void
test_machines (void)
{
  expect (
    "[a]\nSysVendor=Microsoft Corporation\nProductName=Virtual Machine\nText=it hangs; wait\n", BAD,
    "This machine is a Microsoft Corporation Virtual Machine: it hangs");
  expect ("[a]\nSysVendor=Micro*\nText=it hangs; wait\n", BAD, "it hangs");
  expect ("[a]\nSysVendor=Micro\nText=it hangs; wait\n", "", NULL);
  expect ("[a]\nSysVendor=Micro*\nProductName=Surface\nText=it hangs; wait\n", "", NULL);
  expect ("[a]\nBoardName=?*\nText=a machine that does not say; no finding\n", "", NULL);
  expect ("[a]\nDriver=mlx5_core\nSysVendor=Google\nText=both have to fit; no finding\n", "", NULL);
  expect ("[a]\nDriver=mlx5_core\nSysVendor=Micro*\nText=both fit; wait\n", BAD, "mlx5_core");
}

static void
test_bad_rules (void)
{
  g_autofree char *long_text = g_strnfill (513, 'x');
  g_autofree char *too_long = g_strdup_printf ("[a]\nDriver=x\nText=%s\n", long_text);

  expect ("no key file", INVALID, SHIPPED);
  expect ("[a]\nText=about nothing; mend it\n", INVALID, "a Driver=");
  expect ("[a]\nDriver=mlx5_core\n", INVALID, "a Text=");
  expect ("[a]\nDriver=x\nText=a; b\nColour=red\n", INVALID, "there is no such key");
  expect ("[a]\nDriver=x\nText=a; b\nEnabled=perhaps\n", INVALID, "yes or no");
  expect ("[a]\nSysVendor=****\nDriver=x\nText=a; b\n", INVALID, "three *");
  expect (too_long, INVALID " " INVALID, "512 bytes");
  expect ("[a]\nDriver=x\nEnabled=no\n", "", NULL);
}

static void
test_too_many (void)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (int i = 0; i < 258; i++)
    g_string_append_printf (text, "[rule-%d]\nDriver=x\nText=a; b\n", i);
  expect (text->str, INVALID " " INVALID, "256 rules");
}

/* Later files win, key by key, and can switch off. */
static void
test_files (void)
{
  g_autoptr (Tree) tree = machine_new ();
  g_autoptr (KexecFindings) shipped = NULL, changed = NULL, off = NULL, unsafe = NULL;
  const KexecFinding *finding;

  tree_write (tree, SHIPPED, "[mlx5]\nDriver=mlx5_core\nText=it fails; mend it\n");
  shipped = check (tree);
  expect_findings (shipped, BAD);

  tree_write (tree, OWN, "[mlx5]\nText=ours do; call us\n[vm]\nSysVendor=Micro*\nText=a; b\n");
  changed = check (tree);
  expect_findings (changed, BAD " " BAD);
  finding = changed->pdata[0];
  g_assert_cmpstr (finding->text, ==, "The driver mlx5_core is in use here: ours do; call us");
  g_assert_cmpstr (finding->subject, ==, "mlx5_core");

  tree_write (tree, DROP_IN, "[mlx5]\nEnabled=no\n[vm]\nSysVendor=\nProductName=Other\n");
  off = check (tree);
  expect_findings (off, "");

  tree_chmod (tree, DROP_IN, 0666);
  unsafe = check (tree);
  expect_findings (unsafe, INVALID " " BAD " " BAD);
}

/* The list that is installed says what it means, and only that. */
static void
test_shipped (void)
{
  g_autofree char *path =
    g_build_filename (g_getenv ("SOURCE_ROOT"), "data", "hardware.conf", NULL);
  g_autofree char *text = NULL;
  g_autoptr (Tree) tree = machine_new ();
  g_autoptr (KexecFindings) findings = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  tree_write (tree, SHIPPED, text);
  findings = check (tree);
  expect_findings (findings, BAD " " BAD);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hardware/drivers", test_drivers);
  g_test_add_func ("/hardware/machines", test_machines);
  g_test_add_func ("/hardware/bad-rules", test_bad_rules);
  g_test_add_func ("/hardware/too-many", test_too_many);
  g_test_add_func ("/hardware/files", test_files);
  g_test_add_func ("/hardware/shipped", test_shipped);
  return g_test_run ();
}
