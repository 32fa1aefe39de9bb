/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One look at a system: what all sources of boot entries share while they are read. */
#pragma once

#include "boot/config.h"
#include "boot/place.h"

typedef struct {
  int root_fd;
  const KexecConfig *config;
  gboolean is_live;  /* the root is the running system's own: devices and mounts can be asked */
  GPtrArray *places; /* (element-type KexecPlace): the root first, then /boot, then others */
  GArray *place_fds; /* for each of them: its descriptor; -1: not opened yet; -2: cannot be */
  char *cmdline;     /* /proc/cmdline, without the line's end; "" if there is none */
  char *release;     /* the running kernel's; "" if not known */
  char *machine_id;  /* 32 hexadecimal digits, or "" */
  KexecFindings *findings; /* about places: what could not be mounted, and the like */
  GError *error;           /* why the first of the places that cannot be opened cannot be */
  GHashTable *inputs;      /* every path that was looked at, there or not */
  gboolean
    has_private; /* something was mounted for the scan alone: nobody can watch what is there */
} KexecScan;

/** Whether a root directory is the running system's own. */
gboolean kexec_scan_is_live (int root_fd);

/**
 * kexec_scan_new:
 * @root_fd, @config: have to outlive it
 *
 * Finds the places. Returns: (transfer full): a scan; free it to let go what was mounted for it.
 */
KexecScan *kexec_scan_new (int root_fd, const KexecConfig *config);
void kexec_scan_free (KexecScan *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecScan, kexec_scan_free)

/**
 * kexec_scan_open_place:
 *
 * Opens a place once for the whole scan. What cannot be opened is a finding, once.
 *
 * Returns: (transfer none): a descriptor, or -1.
 */
int kexec_scan_open_place (KexecScan *self, const KexecPlace *place);

/** Notes an absolute path below the root that the result depends on: kexec_scan_open() does it. */
void kexec_scan_note (KexecScan *self, const char *path);

/** Returns: (transfer none): the place that is the root directory itself. */
KexecPlace *kexec_scan_root (const KexecScan *self);

/**
 * kexec_scan_find_place:
 * @roles: one of these
 *
 * Returns: (transfer none) (nullable): the first place with one of the roles.
 */
KexecPlace *kexec_scan_find_place (const KexecScan *self, KexecPlaceRoles roles);

/**
 * kexec_scan_read:
 * @max: the longest contents, in bytes
 *
 * Reads a small file by its absolute path below the root, in whichever place that is (also one that
 * is mounted for the scan alone). Binary contents are an error. Never follows a symlink out of the
 * place; never blocks on a fifo.
 *
 * Returns: (transfer full): NUL-terminated text, or %NULL with a GIOErrorEnum.
 */
char *kexec_scan_read (KexecScan *self, const char *path, gsize max, GError **error);

/**
 * kexec_scan_open:
 * @path: absolute, below the root, in whichever place
 * @flags: for openat2(2)
 *
 * Returns: a descriptor that the caller closes, or -1 with a GIOErrorEnum.
 */
int kexec_scan_open (KexecScan *self, const char *path, int flags, GError **error);

/** kexec_scan_open() for reading, that refuses anything but a regular file that is not empty. */
int kexec_scan_open_regular (KexecScan *self, const char *path, GError **error);

/** Returns: (transfer none): the innermost place that @path, absolute below the root, lies in. */
KexecPlace *kexec_scan_place_of (const KexecScan *self, const char *path);

/* Which file system a boot loader's path begins at. */
typedef struct {
  const KexecPlace *place; /* (nullable): this one's: entries of the Boot Loader Specification */
  const char *fs_uuid;     /* (nullable): the one that has this UUID … */
  const char *fs_label;    /* (nullable): … or label */
  const char *part_uuid;   /* (nullable): … or partition UUID */
} KexecFsHint;

/**
 * kexec_scan_locate:
 * @hint: which file system; all %NULL: not known
 * @path: a path as a boot loader sees it, from the top of a file system: "/vmlinuz",
 *   "/boot/vmlinuz", "/@/boot/vmlinuz"; a leading "/" may be missing
 * @place: (out) (transfer none): where it lies
 *
 * Finds where a boot loader's file is below our root. If it is known which file system is meant,
 * only there. Else, as below a root directory that is not the running system's, the first place in
 * which the file exists: first @hint's, then what the path suggests (/boot/PATH, /PATH, what
 * follows btrfs subvolumes such as /@).
 *
 * Returns: (transfer full) (nullable): an absolute path below the root, also if no such file exists
 * (the likeliest one); %NULL with @place unset if its file system is known and is not here, or if
 * the path has a ".." in it or control characters.
 */
char *kexec_scan_locate (KexecScan *self, const KexecFsHint *hint, const char *path,
                         KexecPlace **place);

/**
 * kexec_scan_efi_string:
 * @name: of a variable of systemd's boot loader interface: "LoaderInfo"
 *
 * Reads it from /sys/firmware/efi/efivars: 4 bytes of attributes, then NUL-terminated UTF-16LE (The
 * Boot Loader Interface). Vendor GUID 4a67b082-0a4c-41cf-b6c7-440b29bb8c4f.
 *
 * Returns: (transfer full) (nullable): printable UTF-8, 4096 characters at most; %NULL if there is
 * none.
 */
char *kexec_scan_efi_string (KexecScan *self, const char *name);

/** What kexec_scan_efi_string() makes of a variable's data. @size: in bytes, 4096 at most. */
char *kexec_efi_string_parse (const guint8 *data, gsize size);

/**
 * kexec_scan_efi_bytes:
 * @name: with its GUID: "OsIndications-8be4df61-93ca-11d2-aa0d-00e098032b8c"
 *
 * Returns: (transfer full) (nullable): the data without the attributes, 4 KiB at most.
 */
GBytes *kexec_scan_efi_bytes (KexecScan *self, const char *name);
