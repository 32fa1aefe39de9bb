/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's side of kexec: the only code that makes kexec and reboot system calls, as a struct
 * of function pointers that tests replace, and the only code that reads what the kernel says about
 * its slot. Paths are read below a root directory, which is "/" in the daemon.
 */
#pragma once

#include <glib.h>

typedef struct {
  /* Each returns 0 or an errno. */
  int (*load) (int kernel_fd, int initrd_fd, const char *cmdline); /* initrd_fd < 0: none */
  int (*unload) (void);
  void (*sync) (void);              /* all file systems; waits for servers that do not answer */
  int (*execute) (void);            /* jumps, and does not sync; returns only if that failed */
  gboolean (*can_file_load) (void); /* whether the kernel has kexec_file_load(2) at all */
  int (*freeze) (int fd); /* the file system that @fd is on: on disk in order, and kept so */
  int (*thaw) (int fd);
} KexecKernelOps;

/** The system calls themselves. */
extern const KexecKernelOps kexec_kernel_ops;

typedef enum {
  KEXEC_SLOT_EMPTY,
  KEXEC_SLOT_FULL,
  KEXEC_SLOT_UNKNOWN, /* the kernel does not say: built without kexec, or /sys is not mounted */
} KexecSlot;

/** Whether an image is loaded now (/sys/kernel/kexec/loaded, older: /sys/kernel/kexec_loaded). */
KexecSlot kexec_kernel_slot (int root_fd);

/* What the kernel says about loading, read afresh. */
typedef struct {
  gboolean has_capability; /* we hold CAP_SYS_BOOT */
  gboolean load_disabled;  /* kernel.kexec_load_disabled; cannot be undone in this boot */
  gint64 load_limit;       /* kernel.kexec_load_limit_reboot: loads left, -1: no limit */
  char *lockdown;          /* "none", "integrity", "confidentiality"; NULL if there is none */
  guint64 available;       /* MemAvailable in bytes; 0 if unknown */
} KexecKernelFacts;

KexecKernelFacts *kexec_kernel_facts_read (int root_fd);
void kexec_kernel_facts_free (KexecKernelFacts *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecKernelFacts, kexec_kernel_facts_free)

/** Returns: (transfer full) (nullable): this boot's id, as /proc/sys/kernel/random/boot_id has it.
 */
char *kexec_kernel_boot_id (int root_fd);

/** Returns: (transfer full) (nullable): the running kernel's release. */
char *kexec_kernel_release (int root_fd);

/**
 * kexec_kernel_came_by_kexec:
 *
 * Returns: 1 if this boot came through kexec, 0 if not, -1 if the architecture does not tell. x86
 * notes it in /proc/sys/kernel/bootloader_type (0xD0: kexec).
 */
int kexec_kernel_came_by_kexec (int root_fd);

/**
 * kexec_kernel_load_error:
 * @error_number: what load returned
 * @facts: what was known right before it; EPERM means several things
 *
 * Sets @error to the named error with the remedy.
 */
void kexec_kernel_load_error (int error_number, const KexecKernelFacts *facts, GError **error);
