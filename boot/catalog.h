/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The catalog: every entry that a root directory holds, in menu order, with its default. */
#pragma once

#include "boot/config.h"
#include "boot/entry.h"

/**
 * kexec_catalog_list:
 * @root_fd: the root directory; every path is looked up beneath it
 * @config: the administrator's configuration
 * @error: set only if nothing could be looked at at all
 *
 * Entries that cannot be booted are listed too, with a finding. Findings about the listing as a
 * whole stand at the default entry. May read slow devices: call it from a worker.
 *
 * The default is the entry that @config names; else the newest that is neither old nor a rescue
 * entry nor another than the first profile of its image and has no blocker, which is a guess
 * (is_default_guessed) unless @config says "auto". The running entry is the one with the running
 * kernel's release.
 *
 * Returns: (transfer full) (element-type KexecEntry): newest first, rescue entries last; at most
 * one is the default.
 */
GPtrArray *kexec_catalog_list (int root_fd, const KexecConfig *config, GError **error);

/**
 * kexec_catalog_find:
 * @id: an entry's id, or ID@PROFILE with a profile's id or number, or "" for the default entry
 *
 * Returns: (transfer full): the entry, or %NULL with NoSuchEntry.
 */
KexecEntry *kexec_catalog_find (const GPtrArray *catalog, const char *id, GError **error);
