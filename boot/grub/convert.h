/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes boot entries of a GRUB menu. */
#pragma once

#include "boot/grub/eval.h"
#include "boot/grub/host.h"
#include "boot/source.h"

/**
 * kexec_grub_convert:
 * @host: what the script read
 * @path: of the configuration file, for people
 *
 * Returns: (transfer full): the entries that boot Linux, and the default.
 */
KexecMenu *kexec_grub_convert (const KexecGrubScan *host, const KexecGrubOutcome *outcome,
                               const char *path);
