/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The list that Gentoo's installkernel keeps of the kernels that it installed
 * (sys-kernel/installkernel: hooks/99-write-log.install and hooks/systemd/99-write-log.install): a
 * line for each, the newest last, of fields with a tab after each:
 *
 *   0 date   1 "gentoo" or "systemd"   2 version      3 configuration   4 layout   5 initrd
 * generator 6 generator of unified images      7 directory    8 kernel          9 initrd   10
 * plugins
 *
 * Kernel and initrd are paths in the directory, or "unknown" where there was no such file.
 */
#pragma once

#include <glib.h>

#define KEXEC_INSTALLKERNEL_PATH "/var/lib/misc/installkernel"

/* How much of the list's end is looked at, in bytes, and how many kernels are taken. */
#define KEXEC_INSTALLKERNEL_SIZE_MAX (256 * 1024)
#define KEXEC_INSTALLKERNEL_MAX      64

typedef struct {
  char *version; /* an entry's id, or "" */
  char *kernel;  /* an absolute path, without ".." */
  char *initrd;  /* likewise; NULL if it is not known or there is none */
} KexecInstalledKernel;

/**
 * kexec_installkernel_parse:
 * @text: the list, or its end
 *
 * Lines that are not like that are passed over, a first one that is cut off among them; of several
 * for one kernel the last counts.
 *
 * Returns: (transfer full) (element-type KexecInstalledKernel): the newest first.
 */
GPtrArray *kexec_installkernel_parse (const char *text);

void kexec_installed_kernel_free (KexecInstalledKernel *self);
