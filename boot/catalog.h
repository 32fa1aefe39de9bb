/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The catalog: every entry that a root directory holds, in menu order, with its default. */
#pragma once

#include "boot/config.h"
#include "boot/entry.h"

/**
 * kexec_catalog_list:
 * @root_fd: the root directory; every path is looked up beneath it
 * @config: the administrator's configuration
 * @inputs: (out) (optional) (nullable) (transfer full) (element-type utf8): all absolute paths
 * below the root that the result depends on, for kexec_dir_watch_new(); %NULL if they cannot be
 * watched
 * @error: set only if nothing could be looked at at all
 *
 * Entries that cannot be booted are listed too, with a finding. Findings about the listing as a
 * whole stand at the default entry. May read slow devices: call it from a worker.
 *
 * The menu of the boot loader in use (boot/loader.h) comes first, as it is; then everything else,
 * newest first and rescue entries last. What several sources found is listed once (boot/merge.h).
 * The default is what boot/default.h says. The running entry is the one with the running kernel's
 * release and, if there are several, with its command line.
 *
 * Returns: (transfer full) (element-type KexecEntry): at most one is the default.
 */
GPtrArray *kexec_catalog_list (int root_fd, const KexecConfig *config, GPtrArray **inputs,
                               GError **error);

/**
 * kexec_catalog_find:
 * @id: an entry's id, or ID@PROFILE with a profile's id or number, or "" for the default entry
 *
 * Returns: (transfer full): the entry, or %NULL with NoSuchEntry.
 */
KexecEntry *kexec_catalog_find (const GPtrArray *catalog, const char *id, GError **error);
