/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Trust. Owners and mounts are injected, so that it needs neither root nor such mounts; the walk is
 * done on real files that belong to whoever runs this.
 */
#include "boot/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "boot/fd.h"
#include "boot/trust-private.h"
#include "tests/unit/make-tree.h"

#define KERNEL "/boot/vmlinuz"

static void
test_owner (void)
{
  static const struct {
    uid_t uid;
    gid_t gid;
    mode_t mode;
    const char *text; /* a part of the reason; NULL: trusted */
  } cases[] = {
    { 0, 0, S_IFREG | 0644, NULL },
    { 0, 0, S_IFREG | 0600, NULL },
    { 0, 0, S_IFDIR | 0755, NULL },
    { 0, 0, S_IFREG | 0664, "a group" }, /* others can be in root's */
    { 0, 6, S_IFREG | 0644, NULL },
    { 0, 0, S_IFLNK | 0777, NULL },
    { 1000, 0, S_IFREG | 0644, "belongs to user 1000" },
    { 1000, 0, S_IFLNK | 0777, "belongs to user 1000" },
    { 0, 6, S_IFREG | 0664, "a group" },
    { 0, 6, S_IFDIR | 0775, "a group" },
    { 0, 0, S_IFREG | 0646, "everyone" },
    { 0, 0, S_IFDIR | 01777, "everyone" },  /* /tmp */
    { 0, 0, S_IFREG | 0777, "umask=0077" }, /* FAT with umask=0 */
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const struct stat st = { .st_uid = cases[i].uid,
                             .st_gid = cases[i].gid,
                             .st_mode = cases[i].mode };
    g_autofree char *reason = kexec_trust_refuse_owner ("/boot", 0, &st);

    g_test_message ("case %u: %s", i, reason != NULL ? reason : "trusted");
    if (cases[i].text == NULL)
      g_assert_null (reason);
    else
      g_assert_nonnull (strstr (reason, cases[i].text));
  }
}

/* A /sys with disks of every kind. Numbers are of no importance. */
static Tree *
make_sys (void)
{
  static const struct {
    const char *number;
    const char *path; /* below /sys/devices */
  } devices[] = {
    { "8:0", "pci0/ata1/block/sda" },
    { "8:1", "pci0/ata1/block/sda/sda1" },
    { "8:16", "pci0/usb1/1-1/block/sdb" },
    { "8:17", "pci0/usb1/1-1/block/sdb/sdb1" },
    { "8:32", "pci0/usb2/2-1/block/sdc" },
    { "11:0", "pci0/ata2/block/sr0" },
    { "179:0", "platform/mmc0/block/mmcblk0" },
    { "179:8", "platform/mmc1/block/mmcblk1" },
    { "259:0", "virtual/nvme-subsystem/nvme-subsys0/nvme0n1" },
    { "7:0", "virtual/block/loop0" },
    { "259:7", "virtual/block/loop0/loop0p1" },
    { "43:0", "virtual/block/nbd0" },
    { "253:0", "virtual/block/dm-0" },
    { "253:1", "virtual/block/dm-1" },
    { "253:2", "virtual/block/dm-2" },
    { "253:3", "virtual/block/dm-3" },
    { "9:0", "virtual/block/md0" },
    { "259:9", "virtual/block/md0/md0p1" },
    { "250:0", "thunderbolt/pci1/nvme1/nvme1n1" },
  };
  static const char *const files[][2] = {
    { "pci0/ata1/block/sda/removable", "0\n" },
    { "pci0/ata1/block/sda/device/type", "0\n" },
    { "pci0/ata1/block/sda/sda1/partition", "1\n" },
    { "pci0/usb1/1-1/block/sdb/removable", "0\n" },
    { "pci0/usb1/1-1/block/sdb/sdb1/partition", "1\n" },
    { "pci0/usb1/1-1/removable", "unknown\n" },
    { "pci0/usb2/2-1/block/sdc/removable", "0\n" },
    { "pci0/usb2/2-1/removable", "fixed\n" },
    { "pci0/ata2/block/sr0/removable", "1\n" },
    { "platform/mmc0/block/mmcblk0/device/type", "SD\n" },
    { "platform/mmc1/block/mmcblk1/device/type", "MMC\n" },
    { "virtual/block/loop0/loop0p1/partition", "1\n" },
    { "virtual/block/md0/md0p1/partition", "1\n" },
    { "thunderbolt/pci1/removable", "removable\n" },
  };
  static const char *const slaves[][2] = {
    { "dm-0", "pci0/ata1/block/sda/sda1" },     /* LUKS on a disk */
    { "dm-1", "virtual/block/dm-0" },           /* LVM on that */
    { "dm-2", "virtual/block/dm-0" },           /* one leg good, */
    { "dm-2", "pci0/usb1/1-1/block/sdb/sdb1" }, /* and one on a USB stick */
    { "dm-3", "virtual/block/dm-3" },           /* itself */
    { "md0", "pci0/ata1/block/sda" },
  };
  Tree *sys = tree_new ();

  for (guint i = 0; i < G_N_ELEMENTS (devices); i++) {
    g_autofree char *link = g_strdup_printf ("dev/block/%s", devices[i].number);
    g_autofree char *target = g_strdup_printf ("../../devices/%s", devices[i].path);
    g_autofree char *dev = g_strdup_printf ("devices/%s/dev", devices[i].path);

    tree_link (sys, link, target);
    tree_write (sys, dev, devices[i].number);
  }
  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *path = g_strdup_printf ("devices/%s", files[i][0]);

    tree_write (sys, path, files[i][1]);
  }
  for (guint i = 0; i < G_N_ELEMENTS (slaves); i++) {
    g_autofree char *name = g_path_get_basename (slaves[i][1]);
    g_autofree char *link =
      g_strdup_printf ("devices/virtual/block/%s/slaves/%s", slaves[i][0], name);
    g_autofree char *target = g_strdup_printf ("/devices/%s", slaves[i][1]);

    tree_link (sys, link, target);
  }
  tree_dir (sys, "devices/virtual/block/loop0/slaves");
  tree_link (sys, "dev/block/1:2", "../../elsewhere");
  return sys;
}

static void
test_device (void)
{
  static const struct {
    guint major;
    guint minor;
    const char *text;
  } cases[] = {
    { 8, 0, NULL },
    { 8, 1, NULL },
    { 8, 16, "sdb, which can be unplugged" },
    { 8, 17, "sdb, which can be unplugged" },
    { 8, 32, NULL }, /* soldered, though on USB */
    { 11, 0, "sr0, which can be unplugged" },
    { 179, 0, "mmcblk0, which can be unplugged" },
    { 179, 8, NULL },
    { 259, 0, NULL },
    { 250, 0, "nvme1n1, which can be unplugged" },
    { 7, 0, "loop0, which is no disk" },
    { 259, 7, "loop0, which is no disk" },
    { 43, 0, "nbd0, which is no disk" },
    { 253, 0, NULL },
    { 253, 1, NULL },
    { 253, 2, "sdb, which can be unplugged" },
    { 253, 3, "nothing is known" },
    { 9, 0, NULL },
    { 259, 9, NULL },
    { 99, 0, "99:0, of which nothing is known" },
    { 1, 2, "nothing is known" },
  };
  g_autoptr (Tree) sys = make_sys ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *reason =
      kexec_trust_refuse_device (makedev (cases[i].major, cases[i].minor), sys->fd);

    g_test_message ("%u:%u: %s", cases[i].major, cases[i].minor,
                    reason != NULL ? reason : "trusted");
    if (cases[i].text == NULL)
      g_assert_null (reason);
    else
      g_assert_nonnull (strstr (reason, cases[i].text));
  }
}

static void
test_mount (void)
{
  static const struct {
    const char *type;
    guint major;
    guint minor;
    gboolean is_users;
    gboolean is_namespace;
    const char *text;
  } cases[] = {
    { "ext4", 8, 1, FALSE, FALSE, NULL },
    { "vfat", 8, 1, FALSE, FALSE, NULL },
    { "btrfs", 253, 1, FALSE, FALSE, NULL },
    { "ext4", 8, 17, FALSE, FALSE, "/boot is on sdb, which can be unplugged" },
    { "ext4", 7, 0, FALSE, FALSE, "no disk" },
    { "btrfs", 0, 0, FALSE, FALSE, "block device of /boot was not found" },
    { "ext4", 8, 1, TRUE, FALSE, "Ordinary users may mount /boot" },
    { "ext4", 8, 1, FALSE, TRUE, "user namespace" },
    { "fuseblk", 8, 1, FALSE, FALSE, "type fuseblk" },
    { "fuse.sshfs", 0, 0, FALSE, FALSE, "type fuse.sshfs" },
    { "nfs4", 0, 0, FALSE, FALSE, "type nfs4" },
    { "overlay", 0, 0, FALSE, FALSE, "type overlay" },
    { "tmpfs", 0, 0, FALSE, FALSE, "type tmpfs" },
    { "9p", 0, 0, FALSE, FALSE, "type 9p" },
  };
  g_autoptr (Tree) sys = make_sys ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const KexecTrustMount mount = {
      .target = (char *) "/boot",
      .type = (char *) cases[i].type,
      .device = makedev (cases[i].major, cases[i].minor),
      .is_users = cases[i].is_users,
      .is_namespace = cases[i].is_namespace,
    };
    g_autofree char *reason = kexec_trust_refuse_mount (&mount, sys->fd);

    g_test_message ("case %u: %s", i, reason != NULL ? reason : "trusted");
    if (cases[i].text == NULL)
      g_assert_null (reason);
    else
      g_assert_nonnull (strstr (reason, cases[i].text));
  }
}

/* /proc is a mount that every system has. */
static void
test_read_mount (void)
{
  kexec_autofd fd = open ("/proc/version", O_PATH | O_CLOEXEC);
  g_auto (KexecTrustMount) mount = { 0 };

  g_assert_true (kexec_trust_read_mount (fd, &mount));
  g_assert_cmpstr (mount.type, ==, "proc");
  g_assert_cmpuint (mount.device, ==, 0);
  g_assert_false (kexec_trust_read_mount (-1, &mount));
}

static char *
accept_mount (int fd, gpointer data)
{
  return NULL;
}

static char *
walk (Tree *tree, const char *path)
{
  const KexecTrustRules rules = { .owner = geteuid (), .refuse_mount = accept_mount };

  return kexec_trust_walk (&rules, tree->fd, path, NULL);
}

static void
expect_trusted (Tree *tree, const char *path)
{
  g_autofree char *reason = walk (tree, path);

  g_assert_cmpstr (reason, ==, NULL);
}

static void
expect_refused (Tree *tree, const char *path, const char *text)
{
  g_autofree char *reason = walk (tree, path);

  g_test_message ("%s: %s", path, reason);
  g_assert_nonnull (reason);
  g_assert_nonnull (strstr (reason, text));
  g_assert_nonnull (strstr (reason, "; "));
}

/* Each step of the way counts: made writable for others in turn, each is what is named. */
static void
test_walk (void)
{
  static const char *const steps[] = { "/", "/boot", "/boot/store", "/boot/store/kernel" };
  g_autoptr (Tree) tree = tree_new ();

  tree_write (tree, "boot/store/kernel", "x");
  expect_trusted (tree, "/boot/store/kernel");
  expect_trusted (tree, "boot//./store/../store/kernel");
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++) {
    g_autofree char *start = g_strdup_printf ("%s can be changed by everyone", steps[i]);

    tree_chmod (tree, steps[i], 0757);
    expect_refused (tree, "/boot/store/kernel", start);
    tree_chmod (tree, steps[i], 0755);
  }
  expect_trusted (tree, "/boot/store/kernel");
}

/* An access control list that lets user 1000 write, as setfacl(1) stores it; see acl(5). */
static void
test_walk_acl (void)
{
  static const guint8 acl[] = {
    2,    0, 0, 0,                         /* version */
    0x01, 0, 6, 0, 0xff, 0xff, 0xff, 0xff, /* the owner: rw */
    0x02, 0, 6, 0, 0xe8, 0x03, 0x00, 0x00, /* user 1000: rw */
    0x04, 0, 4, 0, 0xff, 0xff, 0xff, 0xff, /* the group: r */
    0x10, 0, 6, 0, 0xff, 0xff, 0xff, 0xff, /* the mask: rw */
    0x20, 0, 4, 0, 0xff, 0xff, 0xff, 0xff, /* others: r */
  };
  g_autoptr (Tree) tree = tree_new ();
  g_autofree char *path = g_build_filename (tree->path, KERNEL, NULL);

  tree_write (tree, KERNEL, "x");
  if (setxattr (path, "system.posix_acl_access", acl, sizeof acl, 0) < 0) {
    g_assert_cmpint (errno, ==, ENOTSUP); /* then nobody can have one there */
    return;
  }
  expect_refused (tree, KERNEL, "access control list");
}

/* Symlinks lead through directories that count as well. */
static void
test_walk_links (void)
{
  g_autoptr (Tree) tree = tree_new ();

  tree_write (tree, "store/a/kernel", "x");
  tree_link (tree, KERNEL, "../store/a/kernel");
  tree_link (tree, "/boot/absolute", "/store/a/kernel");
  tree_link (tree, "/boot/twice", "absolute");
  tree_link (tree, "/boot/dir", "/store");
  tree_link (tree, "/boot/beyond", "../../../../store/a/kernel");
  expect_trusted (tree, KERNEL);
  expect_trusted (tree, "/boot/absolute");
  expect_trusted (tree, "/boot/twice");
  expect_trusted (tree, "/boot/dir/a/kernel");
  expect_trusted (tree, "/boot/beyond"); /* ".." above the root is the root */
  tree_chmod (tree, "store/a", 0757);
  expect_refused (tree, KERNEL, "/store/a can be changed");
  expect_refused (tree, "/boot/absolute", "/store/a can be changed");
  expect_refused (tree, "/boot/twice", "/store/a can be changed");
  expect_refused (tree, "/boot/dir/a/kernel", "/store/a can be changed");
}

static void
test_walk_nowhere (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GString) deep = g_string_new (NULL);

  tree_write (tree, KERNEL, "x");
  tree_link (tree, "/boot/loop", "loop");
  tree_link (tree, "/boot/dangling", "nothing");
  for (guint i = 0; i < 70; i++)
    g_string_append (deep, "/d");
  tree_dir (tree, deep->str);
  expect_refused (tree, "/boot/loop", "cannot be followed");
  expect_refused (tree, "/boot/dangling", "/boot/nothing cannot be looked at");
  expect_refused (tree, "/boot/vmlinuz/x", "is not a directory");
  expect_refused (tree, deep->str, "too deep");
}

static char *
refuse_mount (int fd, gpointer data)
{
  return g_strdup ("The mount is bad; change it");
}

static void
test_walk_rules (void)
{
  const KexecTrustRules others = { .owner = geteuid () + 1, .refuse_mount = accept_mount };
  const KexecTrustRules bad_mount = { .owner = geteuid (), .refuse_mount = refuse_mount };
  g_autoptr (Tree) tree = tree_new ();
  g_autofree char *owner = NULL;
  g_autofree char *mount = NULL;

  tree_write (tree, KERNEL, "x");
  owner = kexec_trust_walk (&others, tree->fd, KERNEL, NULL);
  g_assert_nonnull (strstr (owner, "/ belongs to user"));
  mount = kexec_trust_walk (&bad_mount, tree->fd, KERNEL, NULL);
  g_assert_cmpstr (mount, ==, "The mount is bad; change it");
}

/* What was opened has to be what the path leads to now. */
static void
test_walk_expected (void)
{
  const KexecTrustRules rules = { .owner = geteuid (), .refuse_mount = accept_mount };
  g_autoptr (Tree) tree = tree_new ();
  g_autofree char *same = NULL;
  g_autofree char *replaced = NULL;
  struct stat st;

  tree_write (tree, KERNEL, "x");
  tree_write (tree, "/boot/other", "x");
  g_assert_no_errno (fstatat (tree->fd, "boot/vmlinuz", &st, 0));
  same = kexec_trust_walk (&rules, tree->fd, KERNEL, &st);
  g_assert_cmpstr (same, ==, NULL);
  replaced = kexec_trust_walk (&rules, tree->fd, "/boot/other", &st);
  g_assert_nonnull (strstr (replaced, "was replaced"));
}

/* The real rules, on what nobody trusts. */
static void
test_judge (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecTrust) trust = kexec_trust_new (tree->fd);
  g_autofree char *reason = NULL;
  g_autofree char *reason_fd = NULL;
  g_autofree char *reason_closed = NULL;
  kexec_autofd fd = -1;

  tree_write (tree, KERNEL, "x");
  tree_chmod (tree, ".", 0777);
  fd = openat (tree->fd, "boot/vmlinuz", O_RDONLY | O_CLOEXEC);
  g_assert_false (kexec_trust_judge (trust, NULL, -1, KERNEL, &reason));
  g_assert_nonnull (reason);
  g_assert_false (kexec_trust_judge (trust, NULL, -1, KERNEL, NULL));
  g_assert_false (kexec_trust_judge_fd (trust, NULL, -1, fd, KERNEL, &reason_fd));
  g_assert_cmpstr (reason_fd, ==, reason);
  g_assert_false (kexec_trust_judge_fd (trust, NULL, -1, -1, KERNEL, &reason_closed));
  g_assert_nonnull (reason_closed);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trust/owner", test_owner);
  g_test_add_func ("/trust/device", test_device);
  g_test_add_func ("/trust/mount", test_mount);
  g_test_add_func ("/trust/read-mount", test_read_mount);
  g_test_add_func ("/trust/walk", test_walk);
  g_test_add_func ("/trust/walk-acl", test_walk_acl);
  g_test_add_func ("/trust/walk-links", test_walk_links);
  g_test_add_func ("/trust/walk-nowhere", test_walk_nowhere);
  g_test_add_func ("/trust/walk-rules", test_walk_rules);
  g_test_add_func ("/trust/walk-expected", test_walk_expected);
  g_test_add_func ("/trust/judge", test_judge);
  return g_test_run ();
}
