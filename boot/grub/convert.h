/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes boot entries of a GRUB menu. */
#pragma once

#include "boot/grub/eval.h"
#include "boot/source.h"

/**
 * kexec_grub_convert:
 * @path: of the configuration file, for people
 * @files: (element-type utf8): absolute paths of all files that the menu came from
 *
 * Returns: (transfer full): the entries that boot Linux, and the default.
 */
KexecMenu *kexec_grub_convert (KexecScan *scan, const KexecGrubOutcome *outcome, const char *path,
                               const GPtrArray *files);
