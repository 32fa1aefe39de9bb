/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The daemon's life: from the bus name to the last request. */
#pragma once

#include "daemon/environment.h"

/**
 * kexec_daemon_run:
 *
 * Serves the system bus until nothing is left to do, the name is lost, or SIGTERM or SIGINT comes.
 *
 * Returns: %FALSE if the service could not be started.
 */
gboolean kexec_daemon_run (const KexecEnvironment *environment, GError **error);
