/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the root device's name is taken from. */
#include "boot/root-source.h"

#include "tests/unit/make-tree.h"

static void
test_mountinfo (void)
{
  static const struct {
    const char *text;
    const char *source;
  } cases[] = {
    { "", NULL },
    { "22 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw\n", "/dev/sda2" },
    { "22 1 8:2 / / rw - ext4 /dev/sda2 rw", "/dev/sda2" },
    { "22 1 0:26 /@ / rw shared:1 master:2 - btrfs /dev/mapper/root rw,subvol=/@\n",
      "/dev/mapper/root" },
    { "23 22 8:1 / /boot rw - ext4 /dev/sda1 rw\n", NULL },
    { "1 1 0:2 / / rw - rootfs rootfs rw\n22 1 8:2 / / rw - ext4 /dev/sda2 rw\n", "/dev/sda2" },
    { "22 1 8:2 / / rw - ext4\n", NULL },
    { "22 1 8:2 / / rw ext4 /dev/sda2 rw\n", NULL },
    { "- - - - - -\n", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *source = kexec_root_source_parse_mountinfo (cases[i].text);

    g_assert_cmpstr (source, ==, cases[i].source);
  }
}

static void
test_fstab (void)
{
  static const struct {
    const char *text;
    const char *source;
  } cases[] = {
    { "", NULL },
    { "# /dev/a / ext4\n#/dev/b / ext4\n", NULL },
    { "/dev/sda1 /boot ext4 noauto 0 0\n\tUUID=12-34\t/\text4 defaults 0 1\n", "UUID=12-34" },
    { "/dev/sda1 /\n", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *source = kexec_root_source_parse_fstab (cases[i].text);

    g_assert_cmpstr (source, ==, cases[i].source);
  }
}

static void
expect (Tree *tree, const char *expected)
{
  g_autofree char *device = kexec_root_source_find (tree->fd);

  g_assert_cmpstr (device, ==, expected);
}

/* The running command line, then what is mounted, then fstab; what is no word is passed over. */
static void
test_order (void)
{
  g_autoptr (Tree) tree = tree_new ();

  expect (tree, NULL);
  tree_write (tree, "etc/fstab", "LABEL=root / ext4 defaults 0 1\n");
  expect (tree, "LABEL=root");
  tree_write (tree, "proc/self/mountinfo", "22 1 8:2 / / rw - ext4 /dev/root rw\n");
  expect (tree, "LABEL=root");
  tree_write (tree, "proc/self/mountinfo", "22 1 8:2 / / rw - zfs rpool/root rw\n");
  expect (tree, "LABEL=root");
  tree_write (tree, "proc/self/mountinfo", "22 1 8:2 / / rw - ext4 /dev/a\\040b rw\n");
  expect (tree, "LABEL=root");
  tree_write (tree, "proc/self/mountinfo", "22 1 8:2 / / rw - ext4 /dev/sda2 rw\n");
  expect (tree, "/dev/sda2");
  tree_write (tree, "proc/cmdline", "quiet\n");
  expect (tree, "/dev/sda2");
  tree_write (tree, "proc/cmdline", "root=\"/dev/a b\" quiet\n");
  expect (tree, "/dev/sda2");
  tree_write (tree, "proc/cmdline", "BOOT_IMAGE=/vmlinuz root=PARTUUID=12-34 quiet\n");
  expect (tree, "PARTUUID=12-34");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/root-source/mountinfo", test_mountinfo);
  g_test_add_func ("/root-source/fstab", test_fstab);
  g_test_add_func ("/root-source/order", test_order);
  return g_test_run ();
}
