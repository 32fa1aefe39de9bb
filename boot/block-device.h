/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Block devices and the names that file systems and partitions give themselves. What lies on a
 * device is read from the device (libblkid's low-level probing); its cache and udev's links are not
 * believed, because the device that was plugged in last decides what those say. Only who may not
 * read devices has nothing but the links.
 */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* What never changes once it was read. Strings are "" where nothing is known. */
typedef struct {
  gatomicrefcount ref_count;
  dev_t number;
  char *path;      /* the kernel's own name for it: "/dev/vda1", "/dev/dm-0" */
  char *name;      /* device mapper's name for it: "vg-root" */
  char *usage;     /* "filesystem", "crypto" (LUKS), "raid" (also LVM), "other" (also swap) */
  char *fs_type;   /* "ext4", "crypto_LUKS" */
  char *fs_uuid;   /* as UUID= in fstab */
  char *fs_label;  /* as LABEL= */
  char *part_uuid; /* as PARTUUID= */
  char *part_label;
  char *part_type;  /* a GUID in lower case, or a number such as "0xef" */
  gboolean is_used; /* something else is made of it or of its disk (LUKS, LVM, RAID, multipath), so
                       that what lies on it is not to be mounted */
} KexecBlockDevice;

KexecBlockDevice *kexec_block_device_new (dev_t number, const char *path);
KexecBlockDevice *kexec_block_device_ref (KexecBlockDevice *self);
void kexec_block_device_unref (KexecBlockDevice *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecBlockDevice, kexec_block_device_unref)

/**
 * kexec_block_device_open:
 * @root_fd: with /dev in it
 *
 * Opens the device for reading, and makes sure that it is the one with this number: as long as the
 * descriptor is open the kernel gives the number to no other.
 *
 * Returns: a descriptor, or -1 with a GIOErrorEnum and a sentence.
 */
int kexec_block_device_open (const KexecBlockDevice *self, int root_fd, GError **error);

/**
 * kexec_block_device_probe:
 * @fd: the device, open for reading
 *
 * Reads what lies there. Where two file systems seem to, nothing is known.
 */
void kexec_block_device_probe (KexecBlockDevice *self, int fd);

/**
 * kexec_block_device_has_tag:
 * @tag: "UUID", "LABEL", "PARTUUID" or "PARTLABEL"
 *
 * UUIDs are compared without regard to case.
 */
gboolean kexec_block_device_has_tag (const KexecBlockDevice *self, const char *tag,
                                     const char *value);

/**
 * kexec_block_tag_parse:
 * @spec: "UUID=…", also with quotes round the value, or a path such as /dev/disk/by-uuid/…
 * @value: (out) (transfer full): without quotes and escapes
 *
 * Returns: (transfer none) (nullable): the tag, as in kexec_block_device_has_tag(); %NULL with
 * @value unset if it is something else.
 */
const char *kexec_block_tag_parse (const char *spec, char **value);

/** Returns: (transfer none): where udev's links for a tag are: "/dev/disk/by-uuid". */
const char *kexec_block_tag_dir (const char *tag);

/** Returns: (transfer full): @value as udev writes it in the names of its links. */
char *kexec_block_tag_encode (const char *value);

/* The devices of a system, read when they are asked for, and once. */
typedef struct _KexecBlockDevices KexecBlockDevices;

/** @root_fd: the running system's root, with /sys and /dev in it; has to outlive the object. */
KexecBlockDevices *kexec_block_devices_new (int root_fd);

/** For tests: @devices (element-type KexecBlockDevice) are all there are. */
KexecBlockDevices *kexec_block_devices_new_for (GPtrArray *devices);
void kexec_block_devices_free (KexecBlockDevices *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecBlockDevices, kexec_block_devices_free)

/**
 * kexec_block_devices_get:
 *
 * Returns: (transfer none) (nullable): the device with this number. If it cannot be opened, what
 * udev's links say of it.
 */
KexecBlockDevice *kexec_block_devices_get (KexecBlockDevices *self, dev_t number);

/** As kexec_block_devices_get(), for a path below the root that leads to a block device. */
KexecBlockDevice *kexec_block_devices_get_path (KexecBlockDevices *self, const char *path);

/**
 * kexec_block_devices_list:
 * @is_readable: (out): %FALSE if there are devices that we may not read, or too many: then what is
 *   not found may be there all the same
 *
 * Returns: (transfer none) (element-type KexecBlockDevice): all disks and partitions that can be
 * read (1024 at most), floppy disks left out.
 */
GPtrArray *kexec_block_devices_list (KexecBlockDevices *self, gboolean *is_readable);
