/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Gentoo's /etc/conf.d/kexec (sys-apps/kexec-tools: files/kexec.conf, files/kexec.init), and
 * /etc/conf.d/kexecd, which has the same variables, as a layer of our configuration:
 *
 *   KNAME            Kernel=; with a "/" as it is, else a name in BOOTPART; "-": none; not set: it
 *                    is to be detected
 *   INITRD           Initrd=, likewise
 *   BOOTPART         BootPath=
 *   ROOTPART         RootDevice=
 *   KPARAM           Cmdline=, without root=
 *   DONT_MOUNT_BOOT  MountBoot=; whatever is not "no" means that nothing is mounted
 *   KEXEC_OPT_ARGS   --append Append=, --command-line Cmdline=, --initrd Initrd=; --reuse-cmdline:
 *                    KPARAM is Append= to the running command line
 *   LOAD_DURING_SHUTDOWN  LoadDuringShutdown=; whatever is not "yes" is no
 *   OpenRC's own (rc_…, supervisor …) and our service's (KEXECD_…) say nothing about what is booted
 *
 * An empty variable is one that is not set, as in the script.
 */
#pragma once

#include "boot/config.h"

/* The file of Gentoo's own service. */
#define KEXEC_CONFIG_GENTOO_FILE "/etc/conf.d/kexec"

/**
 * kexec_config_gentoo_parse:
 * @text: the file's contents
 * @subject: its path below the root
 *
 * Puts what the file says over what @config holds; see kexec_config_parse(). What has no meaning
 * here is named in a finding.
 */
void kexec_config_gentoo_parse (KexecConfig *config, const char *text, const char *subject);
