/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells apart the ways to name a block device. */
#include "boot/device-spec.h"

#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "boot/block-device.h"

/* Paths by their beginnings, the first that fits; everything else is not known. */
static const struct {
  const char *prefix;
  KexecDeviceSpecKind kind;
} paths[] = {
  { "/dev/disk/by-", KEXEC_DEVICE_SPEC_LINK },  { "/dev/mapper/", KEXEC_DEVICE_SPEC_VIRTUAL },
  { "/dev/md", KEXEC_DEVICE_SPEC_VIRTUAL },     { "/dev/dm-", KEXEC_DEVICE_SPEC_VIRTUAL },
  { "/dev/bcache", KEXEC_DEVICE_SPEC_VIRTUAL }, { "/dev/sd", KEXEC_DEVICE_SPEC_DISK },
  { "/dev/hd", KEXEC_DEVICE_SPEC_DISK },        { "/dev/vd", KEXEC_DEVICE_SPEC_DISK },
  { "/dev/xvd", KEXEC_DEVICE_SPEC_DISK },       { "/dev/nvme", KEXEC_DEVICE_SPEC_DISK },
  { "/dev/mmcblk", KEXEC_DEVICE_SPEC_DISK },    { "/dev/dasd", KEXEC_DEVICE_SPEC_DISK },
  { "/dev/pmem", KEXEC_DEVICE_SPEC_DISK },
};

/* Directories of /dev that are no volume group. */
static const char *const other_dirs[] = {
  "block", "cciss", "disk", "drbd", "etherd", "loop", "mtd", "rbd", "shm", "ubi", "zvol",
};

/* Whether @path is /dev/GROUP/VOLUME, as LVM links its logical volumes. */
static gboolean
is_volume (const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", 6);

  if (g_strv_length (parts) != 4 || !g_str_equal (parts[1], "dev") || *parts[2] == '\0' ||
      *parts[3] == '\0')
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (other_dirs); i++)
    if (g_str_equal (parts[2], other_dirs[i]))
      return FALSE;
  return TRUE;
}

static KexecDeviceSpecKind
find_kind (const char *path)
{
  /* Several devices ("/dev/sda:/dev/sdb"), and what leaves /dev. */
  if (strpbrk (path, ",") != NULL || strstr (path, ":/") != NULL || strstr (path, "/../") != NULL)
    return KEXEC_DEVICE_SPEC_UNKNOWN;
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    if (g_str_has_prefix (path, paths[i].prefix) && path[strlen (paths[i].prefix)] != '\0')
      return paths[i].kind;
  return is_volume (path) ? KEXEC_DEVICE_SPEC_VIRTUAL : KEXEC_DEVICE_SPEC_UNKNOWN;
}

/* Reads "8:1" and, as one hexadecimal number, "0801" (Linux: new_decode_dev()). */
static gboolean
parse_number (const char *text, dev_t *number)
{
  guint a;
  guint b;
  char end;

  if (sscanf (text, "%5u:%8u%c", &a, &b, &end) == 2) {
    *number = makedev (a, b);
    return TRUE;
  }
  if (strlen (text) < 3 || strlen (text) > 8 ||
      strspn (text, "0123456789abcdefABCDEF") != strlen (text))
    return FALSE;
  a = (guint) g_ascii_strtoull (text, NULL, 16);
  *number = makedev ((a & 0xfff00) >> 8, (a & 0xff) | (a >> 12 & 0xfff00));
  return TRUE;
}

void
kexec_device_spec_parse (KexecDeviceSpec *self, const char *text)
{
  const char *name = g_str_has_prefix (text, "block:") ? text + strlen ("block:") : text;
  char *offset;

  *self = (KexecDeviceSpec){ 0 };
  self->tag = kexec_block_tag_parse (name, &self->value);
  if (self->tag != NULL) {
    self->kind = *self->value != '\0' ? KEXEC_DEVICE_SPEC_TAG : KEXEC_DEVICE_SPEC_UNKNOWN;
    /* A partition that is counted from the one that is named. */
    offset = strstr (self->value, "/PARTNROFF=");
    if (offset != NULL)
      *offset = '\0';
    return;
  }
  if (parse_number (name, &self->number))
    self->kind = KEXEC_DEVICE_SPEC_NUMBER;
  else
    self->kind = find_kind (name);
  self->value = g_strdup (name);
}

void
kexec_device_spec_clear (KexecDeviceSpec *self)
{
  g_clear_pointer (&self->value, g_free);
}
