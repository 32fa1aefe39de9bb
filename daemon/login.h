/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What bears on a reboot: who else is logged in, who asks not to shut down, whether a shutdown is
 * scheduled or under way. From logind or elogind, else from utmp, and from the init system. Read
 * for the real caller: logind itself would see only root.
 */
#pragma once

#include "daemon/reboot.h"

typedef struct {
  GPtrArray *sessions; /* char *: who else is logged in: "bob on tty2" */
  GPtrArray
    *inhibitors; /* char *: who holds a block inhibitor, and why: "apt (uid 0): upgrading" */
  KexecShutdown shutdown;
} KexecLogin;

void kexec_login_free (KexecLogin *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecLogin, kexec_login_free)

/**
 * kexec_login_read_async:
 * @uid: the caller, whose own sessions are not "others"
 */
void kexec_login_read_async (const KexecEnvironment *environment, const KexecRebootBackend *backend,
                             GDBusConnection *connection, guint32 uid, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data);

/**
 * kexec_login_read_finish:
 *
 * Returns: (transfer full): what logind says; without it, who is logged in by utmp. %NULL if it
 * did not answer though it should.
 */
KexecLogin *kexec_login_read_finish (GAsyncResult *result, GError **error);

/** Returns: (transfer full) (nullable): which shutdown login1 has scheduled: a type and µs of
 * CLOCK_REALTIME; %NULL: none. */
char *kexec_login_shutdown_id (const char *type, guint64 when);

/** Returns: (transfer full): the list as a person reads it: "a, b and c". */
char *kexec_login_join (const GPtrArray *names);
