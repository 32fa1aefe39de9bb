/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The two halves of the judgement, over plain facts, so that tests need neither owners nor mounts
 * of every kind: who can write a file, and what it lies on. Each says why not, or nothing.
 */
#pragma once

#include <glib.h>
#include <sys/stat.h>

/* What is known of the mount that a file lies on. */
typedef struct {
  char *target;          /* where it is mounted */
  char *type;            /* "ext4" */
  dev_t device;          /* the block device that it was made from; 0 if none was found */
  gboolean is_users;     /* ordinary users can mount it, or did */
  gboolean is_namespace; /* we see mounts from within a user namespace: they may be anyone's */
} KexecTrustMount;

void kexec_trust_mount_clear (KexecTrustMount *mount);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KexecTrustMount, kexec_trust_mount_clear)

/**
 * kexec_trust_read_mount:
 * @fd: a file on it; O_PATH will do
 *
 * Returns: %FALSE if its mount is not in our table.
 */
gboolean kexec_trust_read_mount (int fd, KexecTrustMount *mount);

/** Whether the kernel itself reads file systems of this type from a local block device. */
gboolean kexec_trust_is_local_type (const char *type);

/** Whether mount options, also %NULL, let ordinary users mount. */
gboolean kexec_trust_is_users (const char *options);

/** Whether we are in a user namespace that is not the initial one, or cannot tell. */
gboolean kexec_trust_is_namespace (void);

/* What to trust. */
typedef struct {
  uid_t owner; /* the one user who may own things: root */
  /* Returns: (transfer full) (nullable): why not what a file lies on; NULL: trusted. */
  char *(*refuse_mount) (int fd, gpointer data);
  gpointer data;
} KexecTrustRules;

/**
 * kexec_trust_walk:
 * @expected: (nullable): what @path has to lead to
 *
 * kexec_trust_judge() with other rules, for tests.
 *
 * Returns: (transfer full) (nullable): why @path is not trusted; a sentence.
 */
char *kexec_trust_walk (const KexecTrustRules *rules, int root_fd, const char *path,
                        const struct stat *expected);

/**
 * kexec_trust_walk_directory:
 * @fd: (out): the directory that @path leads to, if it is trusted
 *
 * As kexec_trust_walk(), for a directory, whose files can then be judged by themselves.
 */
char *kexec_trust_walk_directory (const KexecTrustRules *rules, int root_fd, const char *path,
                                  int *fd);

/**
 * kexec_trust_refuse_owner:
 * @owner: the one user who may own it
 *
 * Returns: (transfer full) (nullable): why not root alone can change it; a sentence.
 */
char *kexec_trust_refuse_owner (const char *path, uid_t owner, const struct stat *st);

/**
 * kexec_trust_refuse_mount:
 * @sys_fd: /sys, for what is known of the device
 *
 * Returns: (transfer full) (nullable): why not root alone decides what is there; a sentence.
 */
char *kexec_trust_refuse_mount (const KexecTrustMount *mount, int sys_fd);

/**
 * kexec_trust_refuse_device:
 *
 * Looks at a block device and at every disk underneath it (device mapper, RAID).
 *
 * Returns: (transfer full) (nullable): what is wrong with it; the end of a sentence.
 */
char *kexec_trust_refuse_device (dev_t device, int sys_fd);
