/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The authority: the one object that knows whether a caller may do something. Its polkit form is
 * the only file that includes polkit; built without polkit, only root may do anything.
 */
#pragma once

#include <gio/gio.h>

#include "daemon/actions.h"

typedef enum {
  KEXEC_VERDICT_NO,
  KEXEC_VERDICT_CHALLENGE, /* not as it is; after authentication, had interaction been allowed */
  KEXEC_VERDICT_YES,
} KexecVerdict;

typedef struct KexecAuthority KexecAuthority;

/** @connection: the bus that callers are on. Connects to polkit when first asked. */
KexecAuthority *kexec_authority_new (GDBusConnection *connection);
void kexec_authority_free (KexecAuthority *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecAuthority, kexec_authority_free)

/**
 * kexec_authority_ask:
 * @sender: the caller's unique bus name: the subject, never a pid
 * @uid: the caller's uid as the bus says it; 0 is allowed everything
 * @details: (element-type utf8 utf8) (nullable): for the prompt, "title", "cmdline", "sessions" and
 * "inhibitors"; sanitized here
 * @interactive: whether a human may be asked; this can take minutes
 * @cancellable: cancelled when the caller leaves
 */
void kexec_authority_ask (KexecAuthority *self, const char *sender, uid_t uid, KexecAction action,
                          GHashTable *details, gboolean interactive, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data);

/**
 * kexec_authority_ask_finish:
 * @error: AuthorizationDismissed if the human closed the dialog; AccessDenied for any failure
 *
 * Returns: the verdict; %KEXEC_VERDICT_NO with @error set if polkit did not answer.
 */
KexecVerdict kexec_authority_ask_finish (KexecAuthority *self, GAsyncResult *result,
                                         GError **error);
