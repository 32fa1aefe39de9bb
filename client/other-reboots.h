/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What else, besides kexecctl, reboots into a staged kernel. */
#pragma once

#include <glib.h>

/**
 * kexec_other_reboots:
 * @backend: the RebootBackend property
 * @systemd_version: as kexec_connection_systemd_version() returns it
 *
 * Returns: (transfer none): a sentence for a person, once a kernel is loaded.
 */
const char *kexec_other_reboots (const char *backend, guint systemd_version);
