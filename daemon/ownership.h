/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An image belongs to who staged it: what it takes to touch somebody else's image or schedule.
 */
#pragma once

#include "daemon/service.h"

/** Returns: the action that another uid's image was staged under; none for one's own and for root.
 */
KexecActions kexec_ownership_need (KexecService *service, guint32 uid);

/**
 * kexec_ownership_check_busy:
 *
 * Returns: whether @uid may change what is staged or scheduled now; else Busy: a reboot or another
 * staging is under way, or somebody else's reboot is scheduled.
 */
gboolean kexec_ownership_check_busy (KexecService *service, guint32 uid, GError **error);
