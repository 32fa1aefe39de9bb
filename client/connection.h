/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The connection to kexecd: calls that may ask a human, with progress, and that Ctrl-C ends. */
#pragma once

#include <gio/gio.h>
#include <gio/gunixfdlist.h>

#include "client/options.h"

typedef struct KexecConnection KexecConnection;

/** Returns: (transfer full): a connection to the system bus. @options must outlive it. */
KexecConnection *kexec_connection_new (const KexecOptions *options, GError **error);
void kexec_connection_free (KexecConnection *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecConnection, kexec_connection_free)

/**
 * kexec_connection_call:
 * @method: a method of org.kexec.Manager
 * @arguments: its arguments, a tuple; a floating one is sunk
 * @fds: (nullable): the descriptors that @arguments refer to
 *
 * Waits as long as it takes, perhaps for a human, while it shows progress and answers Ctrl-C: then
 * %G_IO_ERROR_CANCELLED, and the service stops too once the connection is closed.
 *
 * Returns: (transfer full): the reply, a tuple of the type that the interface declares.
 */
GVariant *kexec_connection_call (KexecConnection *self, const char *method, GVariant *arguments,
                                 GUnixFDList *fds, GError **error);

/**
 * kexec_connection_wait_for_service:
 *
 * Waits for a service that is just being started by other means than D-Bus, which would start
 * another one beside it; for some seconds at most.
 */
void kexec_connection_wait_for_service (KexecConnection *self);

/** Returns: (transfer full): all properties of the service, an a{sv}, with one call. */
GVariant *kexec_connection_properties (KexecConnection *self, GError **error);

/** Returns: the version of the systemd on the bus, 252; 0 if there is none or it does not tell. */
guint kexec_connection_systemd_version (KexecConnection *self);
