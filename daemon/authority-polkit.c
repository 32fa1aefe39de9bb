/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The authority that asks polkit. Whatever goes wrong, the answer is no. */
#include "daemon/authority.h"

#include <polkit/polkit.h>

#include "daemon/names.h"
#include "daemon/text.h"
#include "image/error.h"

struct KexecAuthority {
  PolkitAuthority *polkit; /* NULL until first asked */
  gboolean connecting;
  GQueue waiting; /* GTask: asked before polkit was connected */
};

typedef struct {
  PolkitSubject *subject;
  PolkitDetails *details;
  const char *action_id;
  PolkitCheckAuthorizationFlags flags;
} Question;

static void
question_free (Question *question)
{
  g_clear_object (&question->subject);
  g_clear_object (&question->details);
  g_free (question);
}

KexecAuthority *
kexec_authority_new (GDBusConnection *connection)
{
  return g_new0 (KexecAuthority, 1);
}

void
kexec_authority_free (KexecAuthority *self)
{
  g_queue_clear_full (&self->waiting, g_object_unref);
  g_clear_object (&self->polkit);
  g_free (self);
}

static void
fail (GTask *task, const GError *cause)
{
  if (g_error_matches (cause, POLKIT_ERROR, POLKIT_ERROR_CANCELLED))
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled");
  else
    g_task_return_new_error (
      task, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED,
      "polkit did not answer (%s); only root can do this until it runs again", cause->message);
}

static void
on_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (PolkitAuthorizationResult) answer =
    polkit_authority_check_authorization_finish (POLKIT_AUTHORITY (source), result, &error);

  if (answer == NULL)
    fail (task, error);
  else if (polkit_authorization_result_get_is_authorized (answer))
    g_task_return_int (task, KEXEC_VERDICT_YES);
  else if (polkit_authorization_result_get_is_challenge (answer))
    g_task_return_int (task, KEXEC_VERDICT_CHALLENGE);
  else if (polkit_authorization_result_get_dismissed (answer))
    g_task_return_new_error (task, KEXEC_ERROR, KEXEC_ERROR_AUTHORIZATION_DISMISSED,
                             "The authentication was dismissed; nothing was done");
  else
    g_task_return_int (task, KEXEC_VERDICT_NO);
}

static void
check (KexecAuthority *self, GTask *task)
{
  Question *question = g_task_get_task_data (task);

  polkit_authority_check_authorization (
    self->polkit, question->subject, question->action_id, question->details, question->flags,
    g_task_get_cancellable (task), on_checked, g_object_ref (task));
}

static void
on_polkit (GObject *source, GAsyncResult *result, gpointer user_data)
{
  KexecAuthority *self = user_data;
  GQueue waiting = self->waiting;
  g_autoptr (GError) error = NULL;

  g_queue_init (&self->waiting);
  self->connecting = FALSE;
  self->polkit = polkit_authority_get_finish (result, &error);
  while (!g_queue_is_empty (&waiting)) {
    g_autoptr (GTask) task = g_queue_pop_head (&waiting);

    if (self->polkit != NULL)
      check (self, task);
    else
      fail (task, error);
  }
}

/* One call for all who wait: a second one would block until polkit, which may hang, has answered
 * the first. */
static void
connect_and_check (KexecAuthority *self, GTask *task)
{
  g_queue_push_tail (&self->waiting, g_object_ref (task));
  if (!self->connecting)
    polkit_authority_get_async (NULL, on_polkit, self);
  self->connecting = TRUE;
}

void
kexec_authority_ask (KexecAuthority *self, const char *sender, uid_t uid, KexecAction action,
                     GHashTable *details, gboolean interactive, GCancellable *cancellable,
                     GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  const KexecActionInfo *info = kexec_action_info (action);
  Question *question;

  if (uid == 0) {
    g_task_return_int (task, KEXEC_VERDICT_YES);
    return;
  }
  question = g_new0 (Question, 1);
  question->subject = polkit_system_bus_name_new (sender);
  question->details = polkit_details_new ();
  question->action_id = info->id;
  if (interactive)
    question->flags = POLKIT_CHECK_AUTHORIZATION_FLAGS_ALLOW_USER_INTERACTION;
  if (details != NULL) {
    GHashTableIter iter;
    gpointer key, value;

    g_hash_table_iter_init (&iter, details);
    while (g_hash_table_iter_next (&iter, &key, &value)) {
      g_autofree char *clean = kexec_text_sanitize (value);

      polkit_details_insert (question->details, key, clean);
    }
    polkit_details_insert (question->details, "polkit.message", info->message);
    polkit_details_insert (question->details, "polkit.gettext_domain", KEXEC_GETTEXT_DOMAIN);
  }
  g_task_set_task_data (task, question, (GDestroyNotify) question_free);
  if (self->polkit != NULL)
    check (self, task);
  else
    connect_and_check (self, task);
}

KexecVerdict
kexec_authority_ask_finish (KexecAuthority *self, GAsyncResult *result, GError **error)
{
  gssize verdict = g_task_propagate_int (G_TASK (result), error);

  return verdict < 0 ? KEXEC_VERDICT_NO : (KexecVerdict) verdict;
}
