/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The authority of a build without polkit: root may do everything, nobody else anything. */
#include "daemon/authority.h"

struct KexecAuthority {
  char unused;
};

KexecAuthority *
kexec_authority_new (GDBusConnection *connection)
{
  return g_new0 (KexecAuthority, 1);
}

void
kexec_authority_free (KexecAuthority *self)
{
  g_free (self);
}

void
kexec_authority_ask (KexecAuthority *self, const char *sender, uid_t uid, KexecAction action,
                     GHashTable *details, gboolean interactive, GCancellable *cancellable,
                     GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_return_int (task, uid == 0 ? KEXEC_VERDICT_YES : KEXEC_VERDICT_NO);
}

KexecVerdict
kexec_authority_ask_finish (KexecAuthority *self, GAsyncResult *result, GError **error)
{
  gssize verdict = g_task_propagate_int (G_TASK (result), error);

  return verdict < 0 ? KEXEC_VERDICT_NO : (KexecVerdict) verdict;
}
