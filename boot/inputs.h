/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a listing depends on. */
#pragma once

#include "boot/entry.h"
#include "boot/scan.h"

/**
 * kexec_inputs_collect:
 * @scan: after everything was read
 * @entries: (element-type KexecEntry): what came of it
 *
 * Returns: (transfer full) (element-type utf8): absolute paths below the root, there or not, for
 * kexec_dir_watch_new(): what was read, what could be there, and whatever decides about trust.
 */
GPtrArray *kexec_inputs_collect (KexecScan *scan, const GPtrArray *entries);
