/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of block devices, and what sysfs and udev's links tell where no device can be read. */
#include "boot/block-device.h"

#include <sys/sysmacros.h>

#include "tests/unit/make-tree.h"

static void
test_tag (void)
{
  static const struct {
    const char *spec;
    const char *tag;
    const char *value;
  } cases[] = {
    { "UUID=ab-cd", "UUID", "ab-cd" },
    { "LABEL='my root'", "LABEL", "my root" },
    { "LABEL=\"", "LABEL", "\"" },
    { "PARTLABEL=a=b", "PARTLABEL", "a=b" },
    { "/dev/disk/by-label/my\\x20root", "LABEL", "my root" },
    { "/dev/disk/by-label/a\\x00b\\x2", "LABEL", "a\\x00b\\x2" },
    { "/dev/disk/by-partuuid/12-01", "PARTUUID", "12-01" },
    { "/dev/disk/by-id/ata-x", NULL, NULL },
    { "UUIDS=ab", NULL, NULL },
    { "uuid=ab", NULL, NULL },
    { "", NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *value = NULL;

    g_test_message ("%s", cases[i].spec);
    g_assert_cmpstr (kexec_block_tag_parse (cases[i].spec, &value), ==, cases[i].tag);
    g_assert_cmpstr (value, ==, cases[i].value);
  }
}

static void
test_encode (void)
{
  static const struct {
    const char *value;
    const char *name;
  } cases[] = {
    { "my root", "my\\x20root" },         { "a/b", "a\\x2fb" }, { "ABCD-1234", "ABCD-1234" },
    { "W\303\274rzel", "W\303\274rzel" }, { "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *name = kexec_block_tag_encode (cases[i].value);

    g_assert_cmpstr (name, ==, cases[i].name);
  }
}

static void
test_has_tag (void)
{
  g_autoptr (KexecBlockDevice) device = kexec_block_device_new (makedev (8, 1), "/dev/sda1");

  g_free (device->fs_uuid);
  device->fs_uuid = g_strdup ("ABCD-1234");
  g_free (device->fs_label);
  device->fs_label = g_strdup ("boot");
  g_assert_true (kexec_block_device_has_tag (device, "UUID", "abcd-1234"));
  g_assert_true (kexec_block_device_has_tag (device, "LABEL", "boot"));
  g_assert_false (kexec_block_device_has_tag (device, "LABEL", "BOOT"));
  g_assert_false (kexec_block_device_has_tag (device, "PARTUUID", ""));
  g_assert_false (kexec_block_device_has_tag (device, "nosuch", "boot"));
}

/* Devices that sysfs lists and /dev does not have. */
static void
test_sysfs (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecBlockDevices) devices = NULL;
  KexecBlockDevice *device;
  gboolean is_readable;

  tree_write (tree, "/sys/devices/pci0/block/sda/sda1/uevent",
              "MAJOR=8\nMINOR=1\nDEVNAME=sda1\nDEVTYPE=partition\n");
  tree_write (tree, "/sys/devices/pci0/block/sda/sda1/partition", "1\n");
  tree_dir (tree, "/sys/devices/pci0/block/sda/holders/dm-0"); /* multipath */
  tree_link (tree, "/sys/dev/block/8:1", "../../devices/pci0/block/sda/sda1");
  tree_write (tree, "/sys/devices/virtual/block/dm-0/uevent", "DEVNAME=dm-0\n");
  tree_write (tree, "/sys/devices/virtual/block/dm-0/dm/name", "vg-root\n");
  tree_link (tree, "/sys/dev/block/253:0", "../../devices/virtual/block/dm-0");
  tree_write (tree, "/sys/dev/block/9:9/uevent", "NAME=x\n");
  devices = kexec_block_devices_new (tree->fd);

  device = kexec_block_devices_get (devices, makedev (8, 1));
  g_assert_cmpstr (device->path, ==, "/dev/sda1");
  g_assert_true (device->is_used);
  g_assert_true (kexec_block_devices_get (devices, makedev (8, 1)) == device);
  device = kexec_block_devices_get (devices, makedev (253, 0));
  g_assert_cmpstr (device->path, ==, "/dev/dm-0");
  g_assert_cmpstr (device->name, ==, "vg-root");
  g_assert_false (device->is_used);
  g_assert_null (kexec_block_devices_get (devices, makedev (9, 9)));
  g_assert_null (kexec_block_devices_get (devices, makedev (1, 1)));
  g_assert_null (kexec_block_devices_get_path (devices, "/dev/sda1"));
  g_assert_cmpuint (kexec_block_devices_list (devices, &is_readable)->len, ==, 0);
}

/* Where there is no sysfs, nobody knows what devices there are. */
static void
test_no_sysfs (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecBlockDevices) devices = kexec_block_devices_new (tree->fd);
  gboolean is_readable;

  g_assert_cmpuint (kexec_block_devices_list (devices, &is_readable)->len, ==, 0);
  g_assert_false (is_readable);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/block-device/tag", test_tag);
  g_test_add_func ("/block-device/encode", test_encode);
  g_test_add_func ("/block-device/has-tag", test_has_tag);
  g_test_add_func ("/block-device/sysfs", test_sysfs);
  g_test_add_func ("/block-device/no-sysfs", test_no_sysfs);
  return g_test_run ();
}
