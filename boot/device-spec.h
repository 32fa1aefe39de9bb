/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How command lines name block devices: root=, resume=, cryptdevice= and others. */
#pragma once

#include <glib.h>
#include <sys/types.h>

typedef enum {
  KEXEC_DEVICE_SPEC_UNKNOWN, /* no block device, or a kind that nobody can look up from here: ZFS, a
                                network, several devices, something for one initrd alone */
  KEXEC_DEVICE_SPEC_TAG,     /* UUID=, LABEL=, PARTUUID=, PARTLABEL=, /dev/disk/by-uuid/… */
  KEXEC_DEVICE_SPEC_NUMBER,  /* 8:1, 0801 */
  KEXEC_DEVICE_SPEC_DISK,    /* /dev/sda1: what a driver calls it */
  KEXEC_DEVICE_SPEC_VIRTUAL, /* /dev/mapper/…, /dev/vg/lv, /dev/md0: what is put together */
  KEXEC_DEVICE_SPEC_LINK,    /* /dev/disk/by-id/…: another of udev's links */
} KexecDeviceSpecKind;

typedef struct {
  KexecDeviceSpecKind kind;
  const char *tag; /* of a tag: "UUID"; else NULL */
  char *value;     /* of a tag: what follows it; else the path; "" of others */
  dev_t number;
} KexecDeviceSpec;

/**
 * kexec_device_spec_parse:
 * @text: a value without quotes
 *
 * Numbers, names and PARTUUID=…/PARTNROFF= are as the kernel reads them (Linux:
 * block/early-lookup.c), "block:" stands before a name in dracut's root=.
 */
void kexec_device_spec_parse (KexecDeviceSpec *self, const char *text);
void kexec_device_spec_clear (KexecDeviceSpec *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KexecDeviceSpec, kexec_device_spec_clear)
