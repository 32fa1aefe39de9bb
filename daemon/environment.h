/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the daemon lives: the directories it reads and writes, the kernel it talks to, and how
 * patient it is.
 */
#pragma once

#include "daemon/kernel-ops.h"

typedef struct {
  char *root;     /* "/", for what takes paths only: programs that are run */
  int root_fd;    /* … opened: kernels, /proc, /sys, configuration */
  int runtime_fd; /* KEXEC_RUNTIME_DIR: what belongs to this boot */
  int state_fd;   /* KEXEC_STATE_DIR: what survives it */
  char *boot_id;  /* this boot's */
  const KexecKernelOps *ops;

  /* KEXEC_IDLE_EXIT_SEC, KEXEC_STALL_SEC and KEXEC_HANDOVER_SEC. */
  guint idle_exit_sec; /* 0: never */
  guint stall_sec;
  guint handover_sec;
} KexecEnvironment;

/**
 * kexec_environment_open:
 * @root: the root directory, "/"
 * @runtime_dir: (nullable): made if it is not there (mode 0700), and locked: one daemon at a time;
 *   %NULL: none, for what only looks at the state
 * @state_dir: likewise
 * @stay: a service manager keeps this daemon: it does not exit when it is idle, and waits for as
 *   long as another one runs, which D-Bus started. Else it waits for KEXEC_LOCK_SEC.
 *
 * Returns: (transfer full): the environment, or %NULL with a sentence.
 */
KexecEnvironment *kexec_environment_open (const char *root, const char *runtime_dir,
                                          const char *state_dir, const KexecKernelOps *ops,
                                          gboolean stay, GError **error);

/** Returns: whether OpenRC starts and stops the services, under whichever init. */
gboolean kexec_environment_has_openrc (const KexecEnvironment *self);

void kexec_environment_free (KexecEnvironment *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecEnvironment, kexec_environment_free)
