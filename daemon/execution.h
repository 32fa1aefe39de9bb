/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An execution: everything is looked at once more, stale files are staged again, the next boot is
 * told what to expect, and then the init system takes over.
 */
#pragma once

#include "daemon/login.h"
#include "daemon/service.h"

/**
 * kexec_execution_check_login:
 *
 * Returns: whether nothing that logind knows stands in the way; else Busy (another shutdown) or
 * Inhibited, naming who and why.
 */
gboolean kexec_execution_check_login (const KexecService *service, const KexecLogin *login,
                                      gboolean ignore_inhibitors, GError **error);

/** Executes now; takes @schedule. From here on the caller's leaving changes nothing. */
void kexec_execution_start (KexecService *service, KexecSchedule *schedule,
                            GAsyncReadyCallback callback, gpointer user_data);

/** Returns: whether the shutdown has begun. */
gboolean kexec_execution_finish (GAsyncResult *result, GError **error);

/** The scheduled time has come: executes the service's schedule, or cancels it and says why. */
void kexec_execution_fire (KexecService *service);
