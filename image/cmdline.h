/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rules for kernel command lines. Words are separated by white space outside double quotes, as the
 * kernel reads them (Documentation/admin-guide/kernel-parameters.rst; lib/cmdline.c next_arg). To
 * the kernel the byte 0xA0 is white space too, even inside of a UTF-8 character. Functions that
 * look for keys look at the whole line, also after "--": what runs in initrds does not stop there.
 */
#pragma once

#include "image/finding.h"

/* The longest command line we handle, in bytes without the NUL; kernels' own limits are lower. */
#define KEXEC_CMDLINE_MAX 4095

/** Splits into words, quotes kept as written. Returns: (transfer full): a NULL-terminated array. */
GStrv kexec_cmdline_split (const char *cmdline);

/** Whether @key stands as a word of its own or before a "=". "-" and "_" are the same in keys. */
gboolean kexec_cmdline_has (const char *cmdline, const char *key);

/** Returns: (transfer full) (nullable): the value of the last `key=value`, unquoted. */
char *kexec_cmdline_get (const char *cmdline, const char *key);

/** Returns: (transfer full): the values of every `key=value`, unquoted, in their order. */
GStrv kexec_cmdline_get_all (const char *cmdline, const char *key);

/**
 * kexec_cmdline_root_for_initrd:
 *
 * Kernels find their root device by its number, its own name in /dev, PARTUUID= and PARTLABEL=
 * (Linux: block/early-lookup.c); what file systems and udev call it, only an initrd can look up.
 *
 * Returns: (transfer full) (nullable): the root device, if it is named such that only an initrd
 * finds it: UUID=, LABEL=, /dev/disk/, /dev/mapper/.
 */
char *kexec_cmdline_root_for_initrd (const char *cmdline);

/**
 * kexec_cmdline_clean:
 *
 * Takes the words out of a running command line that belong to the boot it came from, wherever they
 * stand:
 *
 * - `BOOT_IMAGE=`, `initrd=`, `initrdmem=`: a boot loader's, naming the files and the memory of
 *   that boot (GRUB and syslinux; systemd-boot and the EFI stub)
 * - `elfcorehdr=`, `kexec_jump_back_entry=`: an earlier kexec's, addresses in that boot's memory
 * - `systemd.random_seed=`, `systemd.clock_usec=`: a virtual machine manager's for one boot; a seed
 *   must not be credited twice, and the time would be a past one
 *
 * Everything else stays, also crashkernel= and what somebody typed into the boot menu: see
 * kexec_cmdline_opens_shell() for the part of that which matters.
 *
 * Returns: (transfer full): the rest, single spaces between words.
 */
char *kexec_cmdline_clean (const char *cmdline);

/** Returns: (transfer full): @cmdline without the words with this @key, single spaces between the
 * others. */
char *kexec_cmdline_remove (const char *cmdline, const char *key);

/** Returns: (transfer full): @cmdline and @more, with one space between them if both hold words. */
char *kexec_cmdline_append (const char *cmdline, const char *more);

/**
 * kexec_cmdline_opens_shell:
 *
 * Looks for words that open a shell, stop the boot for one, or change what init runs ("single",
 * "init=/bin/sh", "rd.break", "systemd.debug-shell", "emergency", …). A command line that is
 * borrowed and holds one needs an administrator. Looks at it as every reader might: words end at
 * any white space, in quotes or not, and quotes do not count; so it may see too much, but not too
 * little. Words that begin with "-" are options for init, and count. An init= that names an init
 * system's own program ("init=/sbin/openrc-init") boots as usual.
 *
 * Returns: (transfer full) (nullable): the first such word, as written but at most 64 characters,
 * printable; %NULL if there is none.
 */
char *kexec_cmdline_opens_shell (const char *cmdline);

/**
 * kexec_cmdline_check:
 * @limit: the longest the kernel takes, without the NUL; 0: only our own limit
 * @own: (nullable): what a unified kernel image and its addons say, if it is one, whether or not
 *   @cmdline is made of it. An addon that overrides root= boots: as many root= as in @own, if more
 *   than one, are a warning. Where we compose a command line, two are a blocker.
 *
 * Adds findings: too long, control characters or not UTF-8 (kernels take bytes; we take text), the
 * byte 0xA0, more than one root=, no root= at all. Stops at the first blocker.
 */
void kexec_cmdline_check (const char *cmdline, guint limit, const char *own, const char *subject,
                          KexecFindings *findings);
