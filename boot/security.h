/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the running kernel asks of the images that it loads, as far as it tells: lockdown, Secure
 * Boot, its own configuration, IMA's policy, and the keys that it knows.
 */
#pragma once

#include "image/signature/signature.h"

typedef struct {
  KexecSignaturePolicy policy; /* points to the strings below */
  char *lockdown;
  GStrv key_ids;
} KexecSecurity;

/**
 * kexec_security_read:
 * @root_fd: the root directory, for /proc, /sys, /boot and /usr/lib/modules
 *
 * Reads, always afresh:
 *
 * - /sys/kernel/security/lockdown (kernel_lockdown(7)) and, as root, …/ima/policy (Linux:
 *   Documentation/ABI/testing/ima_policy)
 * - the EFI variables SecureBoot, SetupMode and MokSBStateRT (UEFI specification, "Globally Defined
 *   Variables"; shim)
 * - the running kernel's configuration: /proc/config.gz, /boot/config-RELEASE or
 *   /usr/lib/modules/RELEASE/config
 * - /proc/cmdline, for ima_policy=
 * - /proc/keys (keyrings(7)), which shows as much as the reader may see: as root, the keys of the
 *   kernel's own keyrings
 *
 * What cannot be read is not known, and never an error.
 *
 * Returns: (transfer full)
 */
KexecSecurity *kexec_security_read (int root_fd);

void kexec_security_free (KexecSecurity *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecSecurity, kexec_security_free)

/** Returns: (transfer full): all of it as one line, which is the same if nothing has changed. */
char *kexec_security_to_string (const KexecSecurity *self);
