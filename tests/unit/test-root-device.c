/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices that command lines name, against made-up /dev trees and tables of devices. */
#include "boot/root-device.h"

#include <string.h>
#include <sys/sysmacros.h>

#include "boot/device-spec.h"
#include "boot/mount-table.h"
#include "tests/unit/make-tree.h"

static void
test_spec (void)
{
  static const struct {
    const char *text;
    KexecDeviceSpecKind kind;
    const char *tag;
    const char *value;
    guint major;
    guint minor;
  } cases[] = {
    { "UUID=ab-cd", KEXEC_DEVICE_SPEC_TAG, "UUID", "ab-cd" },
    { "UUID=\"ab-cd\"", KEXEC_DEVICE_SPEC_TAG, "UUID", "ab-cd" },
    { "UUID=", KEXEC_DEVICE_SPEC_UNKNOWN, "UUID", "" },
    { "LABEL=my root", KEXEC_DEVICE_SPEC_TAG, "LABEL", "my root" },
    { "block:UUID=ab", KEXEC_DEVICE_SPEC_TAG, "UUID", "ab" },
    { "PARTUUID=ab-01/PARTNROFF=2", KEXEC_DEVICE_SPEC_TAG, "PARTUUID", "ab-01" },
    { "PARTLABEL=root", KEXEC_DEVICE_SPEC_TAG, "PARTLABEL", "root" },
    { "/dev/disk/by-label/my\\x20root", KEXEC_DEVICE_SPEC_TAG, "LABEL", "my root" },
    { "/dev/disk/by-id/ata-x", KEXEC_DEVICE_SPEC_LINK, NULL, "/dev/disk/by-id/ata-x" },
    { "/dev/sda2", KEXEC_DEVICE_SPEC_DISK, NULL, "/dev/sda2" },
    { "/dev/nvme0n1p2", KEXEC_DEVICE_SPEC_DISK, NULL, "/dev/nvme0n1p2" },
    { "/dev/mapper/vg-root", KEXEC_DEVICE_SPEC_VIRTUAL, NULL, "/dev/mapper/vg-root" },
    { "/dev/vg/root", KEXEC_DEVICE_SPEC_VIRTUAL, NULL, "/dev/vg/root" },
    { "/dev/md127", KEXEC_DEVICE_SPEC_VIRTUAL, NULL, "/dev/md127" },
    { "8:2", KEXEC_DEVICE_SPEC_NUMBER, NULL, "8:2", 8, 2 },
    { "0802", KEXEC_DEVICE_SPEC_NUMBER, NULL, "0802", 8, 2 },
    { "b302", KEXEC_DEVICE_SPEC_NUMBER, NULL, "b302", 179, 2 },
    { "ZFS=rpool/root", KEXEC_DEVICE_SPEC_UNKNOWN, NULL, "ZFS=rpool/root" },
    { "zfs:AUTO", KEXEC_DEVICE_SPEC_UNKNOWN, NULL, "zfs:AUTO" },
    { "/dev/nfs", KEXEC_DEVICE_SPEC_UNKNOWN, NULL, "/dev/nfs" },
    { "/dev/ram0", KEXEC_DEVICE_SPEC_UNKNOWN, NULL, "/dev/ram0" },
    { "/dev/zvol/rpool/root", KEXEC_DEVICE_SPEC_UNKNOWN, NULL, "/dev/zvol/rpool/root" },
    { "/dev/sda:/dev/sdb", KEXEC_DEVICE_SPEC_UNKNOWN, NULL, "/dev/sda:/dev/sdb" },
    { "/dev/vg/../sda", KEXEC_DEVICE_SPEC_UNKNOWN, NULL, "/dev/vg/../sda" },
    { "live:LABEL=x", KEXEC_DEVICE_SPEC_UNKNOWN, NULL, "live:LABEL=x" },
    { "nfs:192.168.0.1:/srv", KEXEC_DEVICE_SPEC_UNKNOWN, NULL, "nfs:192.168.0.1:/srv" },
    { "ubi0:rootfs", KEXEC_DEVICE_SPEC_UNKNOWN, NULL, "ubi0:rootfs" },
    { "mtd3", KEXEC_DEVICE_SPEC_UNKNOWN, NULL, "mtd3" },
    { "gpt-auto", KEXEC_DEVICE_SPEC_UNKNOWN, NULL, "gpt-auto" },
    { "", KEXEC_DEVICE_SPEC_UNKNOWN, NULL, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (KexecDeviceSpec) spec = { 0 };

    g_test_message ("%s", cases[i].text);
    kexec_device_spec_parse (&spec, cases[i].text);
    g_assert_cmpint (spec.kind, ==, cases[i].kind);
    g_assert_cmpstr (spec.tag, ==, cases[i].tag);
    g_assert_cmpstr (spec.value, ==, cases[i].value);
    g_assert_cmpuint (spec.number, ==, makedev (cases[i].major, cases[i].minor));
  }
}

/* Returns: (transfer full): the names of the findings, with spaces between them. */
static char *
names (const KexecFindings *findings)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < findings->len; i++) {
    const KexecFinding *finding = findings->pdata[i];

    g_test_message ("  %s", finding->text);
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", kexec_finding_name (finding->code));
  }
  return g_string_free (text, FALSE);
}

static void
expect (const KexecRootFacts *facts, const char *cmdline, const char *expected)
{
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autofree char *found = NULL;

  g_test_message ("%s", cmdline);
  kexec_root_device_check_facts (facts, cmdline, findings);
  found = names (findings);
  g_assert_cmpstr (found, ==, expected);
}

/* What udev makes of a disk with a root and swap. */
static Tree *
make_dev (void)
{
  Tree *tree = tree_new ();

  tree_write (tree, "/dev/sda1", "");
  tree_write (tree, "/dev/mapper/vg-root", "");
  tree_link (tree, "/dev/vg/root", "../mapper/vg-root");
  tree_dir (tree, "/sys/dev/block/8:1");
  tree_link (tree, "/dev/disk/by-uuid/1c0e2b5e-1111", "../../sda1");
  tree_link (tree, "/dev/disk/by-uuid/ABCD-1234", "../../sda9");
  tree_link (tree, "/dev/disk/by-label/my\\x20root", "../../sda1");
  tree_link (tree, "/dev/disk/by-partuuid/6a6b6c6d-01", "../../sda1");
  tree_link (tree, "/dev/disk/by-partlabel/Linux\\x20filesystem", "../../sda1");
  tree_link (tree, "/dev/disk/by-id/ata-disk-part1", "../../sda1");
  return tree;
}

static const struct {
  const char *cmdline;
  const char *findings;
} links[] = {
  { "root=UUID=1c0e2b5e-1111 ro", "" },
  { "root=UUID=1C0E2B5E-1111 ro", "" },
  { "root=UUID=abcd-1234", "" },
  { "root=\"UUID=1c0e2b5e-1111\"", "" },
  { "\"root=LABEL=my root\"", "" },
  { "root=LABEL=\"my root\"", "" },
  { "root=PARTUUID=6A6B6C6D-01", "" },
  { "root=PARTUUID=6a6b6c6d-01/PARTNROFF=1", "" },
  { "root=\"PARTLABEL=Linux filesystem\"", "" },
  { "root=/dev/disk/by-partlabel/Linux\\x20filesystem", "" },
  { "root=/dev/disk/by-id/ata-disk-part1", "" },
  { "root=/dev/sda1 quiet", "" },
  { "root=/dev/mapper/vg-root", "" },
  { "root=/dev/vg/root", "" },
  { "root=8:1", "" },
  { "root=0801", "" },
  { "root=UUID=dead-beef root=/dev/sda1", "" }, /* the last one counts */
  { "root=/dev/ram0 real_root=UUID=1c0e2b5e-1111", "" },
  { "quiet", "" },
  /* what nobody can look up from here */
  { "root=ZFS=rpool/root", "" },
  { "root=UUID=dead-beef rootfstype=zfs", "" },
  { "root=/dev/nfs nfsroot=10.0.0.1:/srv", "" },
  { "root=UUID=dead-beef boot=live", "" },
  { "root=/dev/sda7:/dev/sdb7", "" },
  { "root=dhcp", "" },
  /* what is not there */
  { "root=UUID=dead-beef", "root-missing" },
  { "root=LABEL=root", "root-missing" },
  { "root=PARTUUID=6a6b6c6d-02", "root-missing" },
  { "root=/dev/sda7", "root-missing" },
  { "root=8:77", "root-missing" },
  { "root=/dev/ram0 real_root=UUID=dead", "root-missing" },
  { "root=UUID=dead-beef rd.luks=0 rd.lvm=0 rd.md=no", "root-missing" },
  /* … and can be in something */
  { "root=UUID=dead-beef rd.luks.uuid=1c0e2b5e", "root-hidden" },
  { "root=/dev/mapper/root cryptdevice=UUID=1c0e2b5e-1111:root", "root-hidden" },
  { "root=UUID=dead-beef rd.lvm.lv=vg/root", "root-hidden" },
  { "root=UUID=dead-beef dolvm", "root-hidden" },
  { "root=UUID=dead-beef rd.md.uuid=1:2", "root-hidden" },
  { "root=/dev/vg/other", "root-hidden" },
  { "root=/dev/md127", "root-hidden" },
  /* the others */
  { "resume=UUID=1c0e2b5e-1111", "" },
  { "resume=UUID=dead", "resume-missing" },
  { "resume=UUID=dead noresume", "" },
  { "resume=/dev/mapper/vg-swap", "" },
  { "resume=/dev/sda7 rd.luks.uuid=1c0e2b5e", "" },
  { "rd.luks.uuid=luks-1C0E2B5E-1111 rd.luks.uuid=1c0e", "" },
  { "rd.luks.uuid=luks-dead-beef rd.luks.name=dead-cafe=root", "luks-missing luks-missing" },
  { "rd.luks=no rd.luks.uuid=luks-dead-beef", "" },
  { "cryptdevice=UUID=dead-beef:root:allow-discards", "luks-missing" },
  { "cryptdevice=/dev/sda1:root", "" },
  { "cryptdevice=/dev/vg/crypt:root", "" },
};

static void
test_links (void)
{
  g_autoptr (Tree) tree = make_dev ();
  g_autoptr (KexecRootFacts) facts = kexec_root_facts_new (tree->fd, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (links); i++)
    expect (facts, links[i].cmdline, links[i].findings);
}

/* Without udev nothing is known, and so nothing is said. */
static void
test_no_links (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecRootFacts) facts = NULL;

  tree_write (tree, "/dev/sda1", "");
  facts = kexec_root_facts_new (tree->fd, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (links); i++)
    expect (facts, links[i].cmdline, "");
}

static void
add_device (GPtrArray *devices, guint minor, const char *usage, const char *uuid, gboolean is_used)
{
  g_autofree char *path = g_strdup_printf ("/dev/sda%u", minor);
  KexecBlockDevice *device = kexec_block_device_new (makedev (8, minor), path);

  g_free (device->usage);
  device->usage = g_strdup (usage);
  g_free (device->fs_uuid);
  device->fs_uuid = g_strdup (uuid);
  device->is_used = is_used;
  g_ptr_array_add (devices, device);
}

/* In the running system devices are asked, also those that have no link yet. */
static void
test_devices (void)
{
  g_autoptr (Tree) tree = make_dev ();
  g_autoptr (GPtrArray) table =
    g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_block_device_unref);
  g_autoptr (KexecBlockDevices) devices = kexec_block_devices_new_for (table);
  const KexecRootFacts facts = { .root_fd = tree->fd, .has_links = TRUE, .devices = devices };

  add_device (table, 5, "filesystem", "5555-5555", FALSE);
  add_device (table, 6, "crypto", "6666-6666", TRUE);
  expect (&facts, "root=UUID=5555-5555", "");
  expect (&facts, "root=UUID=dead-beef", "root-missing");
  expect (&facts, "root=/dev/mapper/nosuch", "root-missing");
  expect (&facts, "rd.luks.uuid=6666", "");
  /* Now there is a LUKS device that nobody has opened. */
  add_device (table, 7, "crypto", "7777-7777", FALSE);
  expect (&facts, "root=UUID=dead-beef", "root-hidden");
  expect (&facts, "root=/dev/mapper/nosuch", "root-hidden");
  expect (&facts, "resume=UUID=dead-beef", "");
  expect (&facts, "root=PARTUUID=dead-beef", "root-missing");
  expect (&facts, "root=/dev/sda9", "root-missing");
}

static void
test_subvolume (void)
{
  static const struct {
    const char *cmdline;
    const char *findings;
  } cases[] = {
    { "root=UUID=5555 rootflags=subvol=@", "" },
    { "root=UUID=5555 rootflags=rw,subvol=/@/", "" },
    { "root=UUID=5555 rootflags=subvol=@/.snapshots/5/snapshot", "" },
    { "root=UUID=5555 rootflags=subvol=@/.snapshots/6/snapshot", "root-subvolume-missing" },
    { "root=/dev/sda5 rootflags=subvol=@/.snapshots/6/snapshot", "root-subvolume-missing" },
    { "root=UUID=5555 rootflags=subvol=@/nosuch", "root-subvolume-missing" },
    { "root=UUID=5555 rootflags=subvol=other", "" }, /* above all that is mounted */
    { "root=UUID=5555 rootflags=subvolid=999", "" },
    { "root=UUID=6666 rootflags=subvol=@/nosuch", "" }, /* another file system */
    { "root=UUID=5555", "" },
  };
  const char *mountinfo = "22 1 0:30 /@ / rw - btrfs /dev/sda5 rw,subvol=/@\n"
                          "23 22 0:30 /@/.snapshots /.snapshots rw - btrfs /dev/sda5 rw\n";
  g_autoptr (Tree) tree = make_dev ();
  g_autoptr (GPtrArray) mounts = kexec_mount_table_parse (mountinfo, FALSE);
  g_autoptr (GPtrArray) table =
    g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_block_device_unref);
  g_autoptr (KexecBlockDevices) devices = kexec_block_devices_new_for (table);
  const KexecRootFacts facts = {
    .root_fd = tree->fd, .has_links = TRUE, .devices = devices, .mounts = mounts
  };

  add_device (table, 5, "filesystem", "5555", FALSE);
  add_device (table, 6, "filesystem", "6666", FALSE);
  tree_write (tree, "/dev/sda5", "");
  tree_dir (tree, "/.snapshots/5/snapshot");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    expect (&facts, cases[i].cmdline, cases[i].findings);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/root-device/spec", test_spec);
  g_test_add_func ("/root-device/links", test_links);
  g_test_add_func ("/root-device/no-links", test_no_links);
  g_test_add_func ("/root-device/devices", test_devices);
  g_test_add_func ("/root-device/subvolume", test_subvolume);
  return g_test_run ();
}
