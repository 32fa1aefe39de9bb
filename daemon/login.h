/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What logind knows that bears on a reboot: who else is logged in, who asks not to shut down,
 * whether a shutdown is under way. Read for the real caller: logind itself would see only root.
 */
#pragma once

#include <gio/gio.h>

typedef struct {
  GPtrArray *sessions; /* char *: who else is logged in: "bob on tty2" */
  GPtrArray
    *inhibitors;      /* char *: who holds a block inhibitor, and why: "apt (uid 0): upgrading" */
  char *scheduled;    /* the shutdown that another tool scheduled, "reboot"; NULL: none */
  gboolean preparing; /* a shutdown is under way */
} KexecLogin;

void kexec_login_free (KexecLogin *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecLogin, kexec_login_free)

/**
 * kexec_login_read_async:
 * @uid: the caller, whose own sessions are not "others"
 */
void kexec_login_read_async (GDBusConnection *connection, guint32 uid, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data);

/**
 * kexec_login_read_finish:
 *
 * Returns: (transfer full): what logind says; empty where there is none. %NULL if it did not
 * answer.
 */
KexecLogin *kexec_login_read_finish (GAsyncResult *result, GError **error);

/** Returns: (transfer full): the list as a person reads it: "a, b and c". */
char *kexec_login_join (const GPtrArray *names);
