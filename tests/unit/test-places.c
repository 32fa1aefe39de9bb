/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Places of running systems, made up: mountinfo and fstab as texts, devices as a table. */
#include "boot/places.h"

#include <gio/gio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "boot/mount-table.h"
#include "boot/place-trust.h"
#include "tests/unit/make-tree.h"

#define ESP_TYPE      "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"
#define XBOOTLDR_TYPE "bc13c2ff-59e6-4262-a352-b275fd6f7172"
#define LINUX_TYPE    "0fc63daf-8483-4772-8e79-3d69d8477de4"

#define ROOT_MOUNT "22 1 8:2 / / rw,relatime - ext4 /dev/sda2 rw\n"

typedef struct {
  const char *path;
  guint minor;
  const char *type;
  const char *uuid;
  const char *label;
  const char *part_type;
  gboolean is_used;
} Device;

static const Device disk[] = {
  { "/dev/sda1", 1, "vfat", "ABCD-1234", "EFI", ESP_TYPE },
  { "/dev/sda2", 2, "ext4", "1111-root", "root", LINUX_TYPE },
  { "/dev/sda3", 3, "ext4", "2222-boot", "boot", LINUX_TYPE },
  { "/dev/sda4", 4, "vfat", "EEEE-4444", "xboot", XBOOTLDR_TYPE },
};

static void
set (char **member, const char *value)
{
  g_free (*member);
  *member = g_strdup (value != NULL ? value : "");
}

static GPtrArray *
make_devices (const Device *table, gsize n)
{
  GPtrArray *devices = g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_block_device_unref);

  for (gsize i = 0; i < n; i++) {
    KexecBlockDevice *device = kexec_block_device_new (makedev (8, table[i].minor), table[i].path);

    set (&device->usage, "filesystem");
    set (&device->fs_type, table[i].type);
    set (&device->fs_uuid, table[i].uuid);
    set (&device->fs_label, table[i].label);
    set (&device->part_type, table[i].part_type);
    device->is_used = table[i].is_used;
    g_ptr_array_add (devices, device);
  }
  return devices;
}

static GPtrArray *
find_with (Tree *tree, const char *mountinfo, const char *fstab, GPtrArray *table,
           const KexecConfig *config)
{
  g_autoptr (KexecBlockDevices) devices = kexec_block_devices_new_for (table);
  g_autoptr (GPtrArray) mounts = kexec_mount_table_parse (mountinfo, FALSE);
  g_autoptr (GPtrArray) lines = kexec_mount_table_parse (fstab, TRUE);
  const KexecPlacesFacts facts = {
    .root_fd = tree->fd,
    .mounts = mounts,
    .fstab = lines,
    .devices = devices,
  };

  return kexec_places_find_live (&facts, config);
}

static GPtrArray *
find (Tree *tree, const char *mountinfo, const char *fstab)
{
  g_autoptr (KexecConfig) config = kexec_config_new ();
  g_autoptr (GPtrArray) table = make_devices (disk, G_N_ELEMENTS (disk));

  return find_with (tree, mountinfo, fstab, table, config);
}

/* Says what was found: "PATH roles device type fs_path", a line each. */
static void
expect (GPtrArray *places, const char *text)
{
  g_autoptr (GString) found = g_string_new (NULL);

  for (guint i = 0; i < places->len; i++) {
    const KexecPlace *place = places->pdata[i];

    g_string_append_printf (
      found, "%s %s%s%s%s %s %s %s%s\n", place->path, place->roles & KEXEC_PLACE_ROOT ? "R" : "",
      place->roles & KEXEC_PLACE_BOOT ? "B" : "", place->roles & KEXEC_PLACE_ESP ? "E" : "",
      place->roles & KEXEC_PLACE_XBOOTLDR ? "X" : "", place->device, place->fs_type, place->fs_path,
      place->needs_mount ? " unmounted" : "");
  }
  g_assert_cmpstr (found->str, ==, text);
}

static void
test_mounted (void)
{
  static const struct {
    const char *mountinfo;
    const char *places;
  } cases[] = {
    /* one file system */
    { ROOT_MOUNT, "/ R /dev/sda2 ext4 /\n/boot BX /dev/sda2 ext4 /boot\n" },
    /* a /boot of its own, and an ESP in it */
    { ROOT_MOUNT "23 22 8:3 / /boot rw - ext4 /dev/sda3 rw\n"
                 "24 23 8:1 / /boot/efi rw - vfat /dev/sda1 rw\n",
      "/ R /dev/sda2 ext4 /\n/boot BX /dev/sda3 ext4 /\n/boot/efi E /dev/sda1 vfat /\n" },
    /* Arch: the ESP is /boot */
    { ROOT_MOUNT "23 22 8:1 / /boot rw - vfat /dev/sda1 rw\n",
      "/ R /dev/sda2 ext4 /\n/boot BEX /dev/sda1 vfat /\n" },
    /* an ESP and an XBOOTLDR; both are also mounted elsewhere */
    { ROOT_MOUNT "23 22 8:4 / /boot rw - vfat /dev/sda4 rw\n"
                 "24 22 8:1 / /efi rw - vfat /dev/sda1 rw\n"
                 "25 22 8:1 / /mnt/esp rw - vfat /dev/sda1 rw\n"
                 "26 22 8:4 / /mnt/boot rw - vfat /dev/sda4 rw\n",
      "/ R /dev/sda2 ext4 /\n/boot BX /dev/sda4 vfat /\n/efi E /dev/sda1 vfat /\n" },
    /* an ESP where nobody would look */
    { ROOT_MOUNT "24 22 8:1 / /srv/e\\040s\\040p rw - vfat /dev/sda1 rw\n",
      "/ R /dev/sda2 ext4 /\n/boot BX /dev/sda2 ext4 /boot\n/srv/e s p E /dev/sda1 vfat /\n" },
    /* btrfs: numbers of its own, the root a subvolume */
    { "22 1 0:30 /@ / rw - btrfs /dev/sda2 rw\n",
      "/ R /dev/sda2 btrfs /@\n/boot BX /dev/sda2 btrfs /@/boot\n" },
    /* an automount that was touched, and one at which nothing could be mounted */
    { ROOT_MOUNT "23 22 0:40 / /boot rw - autofs systemd-1 rw\n"
                 "24 23 8:3 / /boot rw - ext4 /dev/sda3 rw\n",
      "/ R /dev/sda2 ext4 /\n/boot BX /dev/sda3 ext4 /\n" },
    { ROOT_MOUNT "23 22 0:40 / /boot rw - autofs systemd-1 rw\n",
      "/ R /dev/sda2 ext4 /\n/boot BX   \n" },
    /* a container */
    { "22 1 0:50 / / rw - overlay overlay rw,lowerdir=/a\n",
      "/ R  overlay /\n/boot BX  overlay /boot\n" },
    /* a FAT partition of another type is no ESP, wherever it is mounted */
    { ROOT_MOUNT "24 22 8:4 / /efi rw - vfat /dev/sda4 rw\n",
      "/ R /dev/sda2 ext4 /\n/boot BX /dev/sda2 ext4 /boot\n/efi X /dev/sda4 vfat /\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Tree) tree = tree_new ();
    g_autoptr (GPtrArray) places = find (tree, cases[i].mountinfo, "");

    g_test_message ("case %u", i);
    expect (places, cases[i].places);
  }
}

/* Who may not read devices knows an ESP by what is in it. */
static void
test_unknown_type (void)
{
  static const Device unreadable[] = { { "/dev/sda1", 1 } };
  const char *mountinfo = ROOT_MOUNT "24 22 8:1 / /efi rw - vfat /dev/sda1 rw\n";
  g_autoptr (KexecConfig) config = kexec_config_new ();
  g_autoptr (GPtrArray) table = make_devices (unreadable, 1);
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) before = find_with (tree, mountinfo, "", table, config);
  g_autoptr (GPtrArray) after = NULL;

  g_assert_cmpuint (before->len, ==, 2);
  tree_dir (tree, "/efi/EFI");
  after = find_with (tree, mountinfo, "", table, config);
  expect (after, "/ R /dev/sda2 ext4 /\n/boot BX /dev/sda2 ext4 /boot\n/efi E /dev/sda1 vfat /\n");
}

static void
test_symlink (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) places = NULL;

  tree_dir (tree, "/esp");
  tree_link (tree, "/boot", "esp");
  places = find (tree, ROOT_MOUNT "24 22 8:1 / /esp rw - vfat /dev/sda1 rw\n", "");
  expect (places, "/ R /dev/sda2 ext4 /\n/boot BEX /dev/sda1 vfat /\n");
}

static void
test_unmounted (void)
{
  static const struct {
    const char *fstab;
    const char *place;
    const char *refusal; /* a part of it; NULL: it is mounted */
  } cases[] = {
    { "LABEL=boot /boot ext4 noauto", "/dev/sda3 ext4 /", NULL },
    { "UUID=2222-BOOT /boot auto noauto", "/dev/sda3 ext4 /", NULL },
    { "UUID=\"2222-boot\" /boot/ vfat,ext4 noauto", "/dev/sda3 ext4 /", NULL },
    { "/dev/disk/by-label/boot /boot ext4 noauto", "/dev/sda3 ext4 /", NULL },
    { "/dev/sda3 /boot ext3 noauto", "/dev/sda3 ext3 /", NULL },
    { "/dev/sda3 /boot btrfs noauto,subvol=@boot/", "/dev/sda3 btrfs /@boot", NULL },
    { "/dev/sda3 /boot btrfs noauto,subvolid=300", "/dev/sda3 btrfs ", NULL },
    { "LABEL=boot /boot ext4 noauto,user", "  /", "ordinary users" },
    { "LABEL=boot /boot ext4 noauto,users", "  /", "ordinary users" },
    { "LABEL=boot /boot ext4 owner", "  /", "ordinary users" },
    { "LABEL=boot /boot ext4 group,noauto", "  /", "ordinary users" },
    { "LABEL=boot /boot ext4 noauto,nouser", "/dev/sda3 ext4 /", NULL },
    { "/srv/boot /boot none bind", "  /", "option bind" },
    { "/boot.img /boot ext4 loop=/dev/loop0", "  /", "option loop" },
    { "/boot.img /boot ext4 noauto", "  /", "no block device" },
    { "/dev/sda3 /boot ext4 offset=4096", "  /", "option offset" },
    { "/dev/sda3 /boot ext4 X-mount.subdir=x", "  /", "option X-mount.subdir" },
    { "/dev/sda3 /boot ext4 verity.roothash=00", "  /", "option verity" },
    { "/dev/sda3 /boot xfs logdev=/dev/sdb", "  /", "option logdev" },
    { "/dev/sda3 /boot ext4 _netdev", "  /", "option _netdev" },
    { "nas:/boot /boot nfs noauto", "  /", "type nfs" },
    { "user@host: /boot fuse.sshfs noauto", "  /", "type fuse.sshfs" },
    { "/dev/sda3 /boot fuseblk noauto", "  /", "type fuseblk" },
    { "overlay /boot overlay noauto", "  /", "type overlay" },
    { "LABEL=nosuch /boot ext4 noauto", "  /", "no block device LABEL=nosuch" },
    { "/dev/sdz9 /boot ext4 noauto", "  /", "no block device /dev/sdz9" },
    { "/dev/sda3 /boot vfat,xfs noauto", "/dev/sda3  /", "ext4 on /dev/sda3" },
  };
  g_autoptr (Tree) tree = tree_new ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *fstab = g_strdup_printf ("# a comment\n\n%s 0 0\n", cases[i].fstab);
    g_autofree char *text =
      g_strdup_printf ("/ R /dev/sda2 ext4 /\n/boot BX %s unmounted\n", cases[i].place);
    g_autoptr (GPtrArray) places = find (tree, ROOT_MOUNT, fstab);
    const KexecPlace *place = places->pdata[1];

    g_test_message ("%s: %s", cases[i].fstab, place->refusal);
    expect (places, text);
    if (cases[i].refusal == NULL)
      g_assert_cmpstr (place->refusal, ==, "");
    else
      g_assert_nonnull (strstr (place->refusal, cases[i].refusal));
    g_assert_cmpstr (place->distrust, ==, "");
  }
}

/* What cannot be mounted is not opened either: what lies underneath is not what is meant. */
static void
test_refused (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) places = NULL;
  g_autoptr (GError) error = NULL;

  tree_write (tree, "/boot/vmlinuz", "old");
  places = find (tree, ROOT_MOUNT, "LABEL=boot /boot ext4 users 0 0\n");
  g_assert_cmpint (kexec_place_open (places->pdata[1], tree->fd, &error), ==, -1);
  g_assert_nonnull (strstr (error->message, "ordinary users"));
}

static char *
refuse_devices (dev_t device)
{
  return minor (device) != 2
           ? g_strdup ("sda, which can be unplugged; keep kernels on another disk")
           : NULL;
}

/* Whatever a stick calls itself: it is neither an ESP of this machine nor mounted for a look. */
static void
test_foreign_devices (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecConfig) config = kexec_config_new ();
  g_autoptr (GPtrArray) table = make_devices (disk, G_N_ELEMENTS (disk));
  g_autoptr (KexecBlockDevices) devices = kexec_block_devices_new_for (table);
  g_autoptr (GPtrArray) mounts =
    kexec_mount_table_parse (ROOT_MOUNT "24 22 8:1 / /media/stick rw - vfat /dev/sda1 rw\n", FALSE);
  g_autoptr (GPtrArray) fstab =
    kexec_mount_table_parse ("LABEL=boot /boot ext4 noauto 0 0\n", TRUE);
  const KexecPlacesFacts facts = {
    .root_fd = tree->fd,
    .mounts = mounts,
    .fstab = fstab,
    .devices = devices,
    .refuse_device = refuse_devices,
  };
  g_autoptr (GPtrArray) places = kexec_places_find_live (&facts, config);
  const KexecPlace *boot = places->pdata[1];

  g_assert_cmpuint (places->len, ==, 2);
  g_assert_true (boot->needs_mount);
  g_assert_nonnull (strstr (boot->refusal, "can be unplugged"));
}

/* Thousands of mounts of a user's do not hide the ones before them. */
static void
test_many_mounts (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GString) text = g_string_new (ROOT_MOUNT);
  g_autoptr (GPtrArray) mounts = NULL;

  while (text->len < 5 * 1024 * 1024)
    g_string_append_printf (text, "99 22 0:50 / /home/%04000d rw - fuse x rw\n", 0);
  tree_write (tree, "proc/thread-self/mountinfo", text->str);
  mounts = kexec_mount_table_read (tree->fd);
  g_assert_cmpuint (mounts->len, >, 1000);
  g_assert_nonnull (kexec_mount_table_find (mounts, "/"));
}

static void
test_configured (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GPtrArray) table = make_devices (disk, G_N_ELEMENTS (disk));
  g_autoptr (KexecConfig) config = kexec_config_new ();
  g_autoptr (GPtrArray) places = NULL;
  const KexecPlace *place;

  config->boot_path = g_strdup ("/mnt/boot");
  config->mount_boot = FALSE;
  places = find_with (tree, ROOT_MOUNT,
                      "LABEL=boot /mnt/boot ext4 noauto 0 0\nLABEL=EFI /efi vfat noauto 0 0\n",
                      table, config);
  expect (places, "/ R /dev/sda2 ext4 /\n/mnt/boot BX   / unmounted\n/efi E   / unmounted\n");
  place = places->pdata[1];
  g_assert_nonnull (strstr (place->refusal, "MountBoot=no"));
}

static void
test_ambiguous (void)
{
  static const Device stick[] = {
    { "/dev/sda2", 2, "ext4", "1111-root", "root" },
    { "/dev/sda3", 3, "ext4", "2222-boot", "boot" },
    { "/dev/sdb1", 17, "ext4", "2222-boot", "other" },
    { "/dev/sdc1", 33, "ext4", "3333-boot", "boot" },
    { "/dev/sdd1", 49, "ext4", "4444-boot", "raid", NULL, TRUE },
    { "/dev/md0", 50, "ext4", "4444-boot", "raid" },
  };
  static const struct {
    const char *source;
    const char *distrust; /* a part of it; NULL: there is only one */
  } cases[] = {
    { "UUID=2222-boot", "/dev/sda3 and /dev/sdb1 both have UUID=2222-boot" },
    { "LABEL=boot", "/dev/sda3 and /dev/sdc1 both have LABEL=boot" },
    { "LABEL=boot", "; unplug one, or name the right one by its UUID" }, /* no partitions' */
    { "/dev/disk/by-uuid/2222-boot", "/dev/sda3 and /dev/sdb1 both" },
    { "/dev/sda3", NULL },
    { "LABEL=other", NULL },
    { "LABEL=raid", NULL }, /* what RAID is made of is not counted */
  };
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecConfig) config = kexec_config_new ();
  g_autoptr (GPtrArray) table = make_devices (stick, G_N_ELEMENTS (stick));

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *fstab = g_strdup_printf ("%s /boot ext4 noauto 0 0\n", cases[i].source);
    g_autoptr (GPtrArray) places = find_with (tree, ROOT_MOUNT, fstab, table, config);
    const KexecPlace *place = places->pdata[1];
    g_autofree char *reason = kexec_place_refuse_mount (place, tree->fd);

    g_test_message ("%s: %s", cases[i].source, place->distrust);
    g_assert_true (place->needs_mount);
    g_assert_cmpstr (place->refusal, ==, ""); /* it is still listed */
    if (cases[i].distrust == NULL)
      g_assert_cmpstr (place->distrust, ==, "");
    else {
      g_assert_nonnull (strstr (place->distrust, cases[i].distrust));
      g_assert_cmpstr (reason, ==, place->distrust);
    }
  }
}

/* Lines that are none are passed over, and one table is not taken for the other. */
static void
test_tables (void)
{
  g_autoptr (GPtrArray) broken = kexec_mount_table_parse ("one\n\n/dev/sda3\n# x\n \t\n"
                                                          "LABEL=x /boot ext4 noauto 0 0\n"
                                                          "relative boot ext4 defaults 0 0",
                                                          TRUE);
  g_autoptr (GPtrArray) empty = kexec_mount_table_parse ("", TRUE);
  g_autoptr (GPtrArray) swapped = kexec_mount_table_parse (ROOT_MOUNT, TRUE);
  const KexecMount *line;

  g_assert_cmpuint (broken->len, ==, 1);
  line = broken->pdata[0];
  g_assert_cmpstr (line->target, ==, "/boot");
  g_assert_cmpuint (empty->len, ==, 0);
  g_assert_cmpuint (swapped->len, ==, 0);
}

/* Below a root that is not the running system's there are directories, and nothing is asked. */
static void
test_tree (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecConfig) config = kexec_config_new ();
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (GPtrArray) places = NULL;

  tree_write (tree, "/etc/fstab", "LABEL=boot /boot ext4 noauto 0 0\n");
  tree_dir (tree, "/boot/efi");
  places = kexec_places_find (tree->fd, FALSE, config, findings);
  expect (places, "/ R   \n/boot BX  ext4 /\n/boot/efi E   \n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/places/mounted", test_mounted);
  g_test_add_func ("/places/unknown-type", test_unknown_type);
  g_test_add_func ("/places/symlink", test_symlink);
  g_test_add_func ("/places/unmounted", test_unmounted);
  g_test_add_func ("/places/refused", test_refused);
  g_test_add_func ("/places/foreign-devices", test_foreign_devices);
  g_test_add_func ("/places/many-mounts", test_many_mounts);
  g_test_add_func ("/places/configured", test_configured);
  g_test_add_func ("/places/ambiguous", test_ambiguous);
  g_test_add_func ("/places/tables", test_tables);
  g_test_add_func ("/places/tree", test_tree);
  return g_test_run ();
}
