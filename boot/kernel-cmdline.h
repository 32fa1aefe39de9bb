/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line of entries that have none of their own. */
#pragma once

#include "boot/config.h"
#include "boot/entry.h"

typedef struct {
  char *cmdline; /* single spaces between words; valid UTF-8; "" if there is none */
  char *path;    /* the file it is from, kexecd.conf for Cmdline=; "" if there is none */
  KexecCmdlineOrigin origin;
  KexecFindings *findings; /* why it cannot be used as it is */
} KexecKernelCmdline;

/**
 * kexec_kernel_cmdline_find:
 * @root_fd: the root directory
 * @config: the administrator's configuration
 *
 * Looks for Cmdline= in @config, then where kernel-install(8) does: /etc/kernel/cmdline, then
 * /usr/lib/kernel/cmdline (line breaks are spaces there), then the running system's /proc/cmdline,
 * cleaned. A file with no word in it counts as missing; one that cannot be read does not: that it
 * is there says that the running command line is not wanted.
 *
 * RootDevice= takes the place of every root= in it. To a Cmdline= that names no root device,
 * that of the running system is added, as Gentoo's kexec service does to KPARAM; the others stay as
 * they are, as their initrds may find it by themselves.
 *
 * Returns: (transfer full): the command line.
 */
KexecKernelCmdline *kexec_kernel_cmdline_find (int root_fd, const KexecConfig *config);

/**
 * kexec_kernel_cmdline_extend:
 * @cmdline: an entry's
 *
 * Adds Append=. If it has a root=, that takes the place of every other.
 *
 * Returns: (transfer full): the command line that is to be booted.
 */
char *kexec_kernel_cmdline_extend (const char *cmdline, const KexecConfig *config);

/**
 * kexec_kernel_cmdline_replace:
 * @cmdline: the default entry's own, extended
 * @config: has KPARAM or ROOTPART of a file of conf.d
 *
 * Gentoo's service boots with those whatever it boots, and not only what has no command line.
 *
 * Returns: (transfer full): the command line that is to be booted.
 */
char *kexec_kernel_cmdline_replace (const KexecKernelCmdline *self, const char *cmdline,
                                    const KexecConfig *config);

/**
 * kexec_kernel_cmdline_is_trusted:
 * @reason: (out) (optional) (transfer full): as in kexec_trust_judge()
 *
 * Returns: whether root alone can change the file it is from. The kernel's own (in a mounted /proc)
 * is trusted: its words are judged by kexec_cmdline_opens_shell().
 */
gboolean kexec_kernel_cmdline_is_trusted (const KexecKernelCmdline *self, int root_fd,
                                          char **reason);

void kexec_kernel_cmdline_free (KexecKernelCmdline *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecKernelCmdline, kexec_kernel_cmdline_free)
