/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A place: a directory that boot files lie in, and what is known of the file system there. A boot
 * loader names files from the top of a file system; a place says where that is below the root.
 */
#pragma once

#include <glib.h>

/* What a place is for; one directory can be several things at once. */
typedef enum {
  KEXEC_PLACE_ROOT = 1 << 0,     /* the root file system; files can lie anywhere in it */
  KEXEC_PLACE_BOOT = 1 << 1,     /* /boot, or BootPath= */
  KEXEC_PLACE_ESP = 1 << 2,      /* the EFI System Partition */
  KEXEC_PLACE_XBOOTLDR = 1 << 3, /* the Extended Boot Loader Partition */
} KexecPlaceRoles;

/* What never changes once it was found; threads may share it. Strings are "" where nothing is
   known: below a root directory that is not the running system's, that is all but the path. */
typedef struct {
  gatomicrefcount ref_count;
  KexecPlaceRoles roles;
  char *path;    /* absolute, below the root: "/boot", "/efi"; "/" for the root itself */
  char *device;  /* "/dev/vda1" */
  char *fs_type; /* "ext4" */
  char *fs_uuid; /* as GRUB's search and UUID= name it */
  char *fs_label;
  char *part_uuid;
  char *fs_path; /* where the directory lies in its file system: "/" if it is a mount of the whole
                    of it; "/boot" or "/@/boot" if it is a directory of the root's */
  char *options; /* fstab's, for what we mount */
  gboolean needs_mount; /* fstab lists it and it is not mounted: kexec_place_open() mounts it, for
                           ourselves alone */
  char *refusal;        /* … or why it will not, the beginning of a sentence; "" if it will */
  char *distrust;       /* a sentence: why nothing there is trusted whatever its owners are; "" if
                           nothing speaks against it */
} KexecPlace;

/** Returns: (transfer full): a place of which nothing but the path is known. */
KexecPlace *kexec_place_new (KexecPlaceRoles roles, const char *path);
KexecPlace *kexec_place_ref (KexecPlace *self);
void kexec_place_unref (KexecPlace *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecPlace, kexec_place_unref)

/**
 * kexec_place_open:
 * @root_fd: the root directory
 *
 * Opens the directory. If it @needs_mount, and is not mounted by now, its file system is mounted
 * for this descriptor alone (read-only, nodev, nosuid, noexec), where no path leads to: the mount
 * goes when the last descriptor on it is closed, however this process ends.
 *
 * Returns: a descriptor, or -1 with a GIOErrorEnum and a sentence.
 */
int kexec_place_open (const KexecPlace *self, int root_fd, GError **error);

/**
 * kexec_place_relative:
 * @path: absolute, below the root
 *
 * Returns: (transfer none) (nullable): the part of @path that is below the place ("vmlinuz"); %NULL
 * if it is elsewhere.
 */
const char *kexec_place_relative (const KexecPlace *self, const char *path);

/** Returns: (transfer full): the absolute path of what is called @relative in the place. */
char *kexec_place_path (const KexecPlace *self, const char *relative);
