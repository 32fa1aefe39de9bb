/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The worker: verifications take memory and time, so one is under way and the others wait. */
#pragma once

#include "daemon/request.h"

/**
 * kexec_worker_add:
 * @is_first: whether it comes before those that wait
 * @start: called when its turn has come; where that ends, kexec_worker_next()
 *
 * Keeps @request until its turn is over.
 */
void kexec_worker_add (KexecRequest *request, gboolean is_first,
                       void (*start) (KexecRequest *request));

/** What was under way has ended: lets its request go, and starts the next. */
void kexec_worker_next (KexecService *service);
