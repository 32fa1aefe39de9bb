/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "boot/grub/device.h"

#include <string.h>

#include "boot/grub/eval.h"

#define BOOT_IMAGE "BOOT_IMAGE=("

/* "hd0,gpt2" */
typedef struct {
  guint64 disk;
  guint64 partition; /* 0: none is named */
} Disk;

static gboolean
is_found (const char *device)
{
  static const char *const kinds[] = { "place", "fs-uuid", "label", "file" };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_autofree char *value = kexec_grub_device_parse (device, kinds[i]);

    if (value != NULL)
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_elsewhere (const char *device)
{
  static const char *const names[] = {
    "image", "cd", "fd", "memdisk", "proc", "efinet", "http", "pxe", "tftp", NULL,
  };
  g_autofree char *name = g_strndup (device, strcspn (device, "0123456789:,"));

  return g_strv_contains (names, name);
}

/* @device: "hd0", "hd0,2" or "hd0,gpt2", and whatever follows. Returns: whether it is like that */
static gboolean
parse_disk (const char *device, Disk *disk)
{
  const char *end;

  if (!g_str_has_prefix (device, "hd") || !g_ascii_isdigit (device[2]))
    return FALSE;
  disk->disk = g_ascii_strtoull (device + 2, (char **) &end, 10);
  disk->partition = 0;
  if (*end == ',')
    disk->partition = g_ascii_strtoull (end + 1 + strcspn (end + 1, "0123456789"), NULL, 10);
  return TRUE;
}

/* Sets the disk, and maybe partition, that GRUB last booted from. Returns: whether that is known */
static gboolean
find_booted (const KexecScan *scan, Disk *disk)
{
  const char *device = g_str_has_prefix (scan->cmdline, BOOT_IMAGE)
                         ? scan->cmdline
                         : strstr (scan->cmdline, " " BOOT_IMAGE);

  return device != NULL && parse_disk (strchr (device, '(') + 1, disk);
}

/* Returns: the number of a disk's partition: "/dev/sda2", "/dev/nvme0n1p2"; 0 if it is none */
static guint64
get_partition (const char *device)
{
  static const char *const whole[] = { "nvme", "mmcblk" };
  const char *name = g_str_has_prefix (device, "/dev/") ? device + strlen ("/dev/") : "";

  for (guint i = 0; i < G_N_ELEMENTS (whole); i++) {
    const char *p = g_str_has_prefix (name, whole[i]) ? strrchr (name, 'p') : NULL;

    if (p != NULL)
      return g_ascii_strtoull (p + 1, NULL, 10);
  }
  if (strlen (name) < 4 || name[1] != 'd' || strchr ("shv", name[0]) == NULL)
    return 0;
  return g_ascii_strtoull (name + strcspn (name, "0123456789"), NULL, 10);
}

/* Whether it is known that @place is on another partition than the one that is named. */
static gboolean
is_other_partition (const Disk *disk, const KexecPlace *place)
{
  guint64 partition = place != NULL ? get_partition (place->device) : 0;

  return disk->partition != 0 && partition != 0 && disk->partition != partition;
}

KexecGrubDeviceKind
kexec_grub_device_judge (const KexecScan *scan, const char *device, const KexecPlace *place)
{
  Disk booted = { 0 };
  Disk disk;
  gboolean is_known = find_booted (scan, &booted);

  if (is_found (device))
    return KEXEC_GRUB_DEVICE_FOUND;
  if (is_elsewhere (device))
    return KEXEC_GRUB_DEVICE_ELSEWHERE;
  if (!parse_disk (device, &disk) || disk.disk != booted.disk)
    return KEXEC_GRUB_DEVICE_UNKNOWN;
  if (is_known && disk.partition == booted.partition)
    return KEXEC_GRUB_DEVICE_ASSUMED;
  return is_other_partition (&disk, place) ? KEXEC_GRUB_DEVICE_UNKNOWN : KEXEC_GRUB_DEVICE_ASSUMED;
}
