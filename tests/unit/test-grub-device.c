/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What GRUB's names of devices tell here. */
#include "boot/grub/device.h"

/* Of a system on @partition that was booted with @cmdline. */
static void
expect (const char *cmdline, const char *partition, const char *device,
        KexecGrubDeviceKind expected)
{
  g_autoptr (KexecPlace) place = kexec_place_new (KEXEC_PLACE_ROOT, "/");
  const KexecScan scan = { .cmdline = (char *) cmdline };

  g_free (place->device);
  place->device = g_strdup (partition);
  g_assert_cmpint (kexec_grub_device_judge (&scan, device, place), ==, expected);
}

static void
test_kinds (void)
{
  static const struct {
    const char *device;
    KexecGrubDeviceKind expected;
  } cases[] = {
    { "place:0", KEXEC_GRUB_DEVICE_FOUND },
    { "fs-uuid:1234", KEXEC_GRUB_DEVICE_FOUND },
    { "label:boot", KEXEC_GRUB_DEVICE_FOUND },
    { "file:%2Fx", KEXEC_GRUB_DEVICE_FOUND },
    { "image:x", KEXEC_GRUB_DEVICE_ELSEWHERE },
    { "cd0", KEXEC_GRUB_DEVICE_ELSEWHERE },
    { "tftp,1.2", KEXEC_GRUB_DEVICE_ELSEWHERE },
    { "memdisk", KEXEC_GRUB_DEVICE_ELSEWHERE },
    { "hd0", KEXEC_GRUB_DEVICE_ASSUMED },
    { "hd0,1", KEXEC_GRUB_DEVICE_ASSUMED },
    { "hd1", KEXEC_GRUB_DEVICE_UNKNOWN },
    { "hd", KEXEC_GRUB_DEVICE_UNKNOWN },
    { "", KEXEC_GRUB_DEVICE_UNKNOWN },
    { "crypto0", KEXEC_GRUB_DEVICE_UNKNOWN },
    { "hd99999999999999999999999,msdos", KEXEC_GRUB_DEVICE_UNKNOWN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    expect ("", "", cases[i].device, cases[i].expected);
}

/* Another system on the same disk. */
static void
test_partition (void)
{
  expect ("", "/dev/sda2", "hd0,gpt2", KEXEC_GRUB_DEVICE_ASSUMED);
  expect ("", "/dev/sda2", "hd0,gpt5", KEXEC_GRUB_DEVICE_UNKNOWN);
  expect ("", "/dev/sda2", "hd0", KEXEC_GRUB_DEVICE_ASSUMED);
  expect ("", "/dev/vdb12", "hd0,msdos1", KEXEC_GRUB_DEVICE_UNKNOWN);
  expect ("", "/dev/nvme0n1p3", "hd0,gpt3", KEXEC_GRUB_DEVICE_ASSUMED);
  expect ("", "/dev/nvme0n1p3", "hd0,gpt1", KEXEC_GRUB_DEVICE_UNKNOWN);
  expect ("", "/dev/mmcblk0p1", "hd0,msdos1", KEXEC_GRUB_DEVICE_ASSUMED);
  expect ("", "/dev/mapper/vg-root2", "hd0,gpt1", KEXEC_GRUB_DEVICE_ASSUMED);
  expect ("", "/dev/md0", "hd0,gpt1", KEXEC_GRUB_DEVICE_ASSUMED);
}

static void
test_booted (void)
{
  const char *cmdline = "quiet BOOT_IMAGE=(hd1,gpt2)/vmlinuz ro";

  expect (cmdline, "/dev/sda2", "hd1,gpt2", KEXEC_GRUB_DEVICE_ASSUMED);
  expect (cmdline, "/dev/sda3", "hd1,gpt2", KEXEC_GRUB_DEVICE_ASSUMED);
  expect (cmdline, "/dev/sda2", "hd1,gpt3", KEXEC_GRUB_DEVICE_UNKNOWN);
  expect (cmdline, "/dev/sda2", "hd0,gpt2", KEXEC_GRUB_DEVICE_UNKNOWN);
  expect ("BOOT_IMAGE=(lvm/vg-root)/vmlinuz", "", "hd0,gpt2", KEXEC_GRUB_DEVICE_ASSUMED);
  expect ("BOOT_IMAGE=/vmlinuz root=x", "", "hd1,gpt2", KEXEC_GRUB_DEVICE_UNKNOWN);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/grub-device/kinds", test_kinds);
  g_test_add_func ("/grub-device/partition", test_partition);
  g_test_add_func ("/grub-device/booted", test_booted);
  return g_test_run ();
}
