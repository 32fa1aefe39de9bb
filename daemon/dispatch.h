/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The dispatcher, through which every method passes:
 *
 *   arguments → caller → state → [inspect?] → shape asked → resolved → need asked → looked at again
 * → run
 *
 * A caller who may inspect gets errors that tell what exists, so the request is resolved first and
 * only its need is asked. Anyone else is asked by the shape of the request before anything is
 * looked up. After every answer the need is worked out again, until nothing is missing.
 */
#pragma once

#include "daemon/request.h"

/** Connects every method of the table to the service's object. */
void kexec_dispatch_connect (KexecService *service);

/** A method's resolve has ended; takes @error, NULL if it found what it looked for. */
void kexec_dispatch_resolved (KexecRequest *request, GError *error);

/** Begins with a call of a method; takes @invocation. */
void kexec_dispatch (KexecService *service, GDBusMethodInvocation *invocation);
