/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/dispatch.h"

#include "daemon/bus-error.h"
#include "daemon/log.h"
#include "daemon/methods.h"
#include "daemon/names.h"

#define MAX_ROUNDS 4 /* how often the need may grow while somebody is asked */

static void authorize (KexecRequest *request, KexecActions needed);

/* Ends a request with an error; drops the dispatcher's reference. */
static void
fail (KexecRequest *request, GError *error)
{
  kexec_request_fail (request, error);
  kexec_request_unref (request);
}

static void
run (KexecRequest *request)
{
  GError *error = NULL;

  if (request->method->prepare != NULL && !request->method->prepare (request, &error))
    kexec_request_fail (request, error);
  else
    request->method->run (request);
  kexec_request_unref (request);
}

/* What is granted is granted for the image that was staged when it was asked for. */
static void
look_at_staged (KexecRequest *request)
{
  const KexecRecord *record = request->service->record;
  const char *stage_id = record != NULL ? record->stage_id : "";

  if (request->seen_stage_id != NULL && g_str_equal (request->seen_stage_id, stage_id))
    return;
  request->granted = 0;
  g_free (request->seen_stage_id);
  request->seen_stage_id = g_strdup (stage_id);
}

static KexecActions
need (KexecRequest *request)
{
  look_at_staged (request);
  return request->method->need != NULL ? request->method->need (request)
                                       : request->method->shape (request);
}

static void
resolve (KexecRequest *request)
{
  request->has_asked = FALSE;
  if (request->method->resolve != NULL)
    request->method->resolve (request);
  else
    kexec_dispatch_resolved (request, NULL);
}

/* Everything that was needed is granted. If somebody was asked in between, minutes may have passed:
 * look again. */
static void
granted (KexecRequest *request)
{
  gboolean resolved = request->is_resolved || request->method->resolve == NULL;

  if (request->has_asked && request->rounds++ >= MAX_ROUNDS)
    fail (request, g_error_new (KEXEC_ERROR, KEXEC_ERROR_BUSY,
                                "What is asked for keeps changing; try again in a moment"));
  else if (request->has_asked || !resolved)
    resolve (request);
  else
    run (request);
}

void
kexec_dispatch_resolved (KexecRequest *request, GError *error)
{
  request->is_resolved = error == NULL;
  if (error != NULL)
    fail (request, error);
  else
    authorize (request, need (request));
}

/* Nobody may drown the log. */
static gboolean
may_log_refusal (KexecService *service)
{
  gint64 now = g_get_monotonic_time ();

  if (now - service->refusals_since > G_USEC_PER_SEC * 60) {
    service->refusals_since = now;
    service->refusals = 0;
  }
  return service->refusals++ < KEXEC_MAX_REFUSALS;
}

static void
refuse (KexecRequest *request, KexecVerdict verdict, GError *cause)
{
  const KexecActionInfo *info = kexec_action_info (g_bit_nth_lsf (request->asking, -1));
  g_autoptr (GError) error = cause;

  if (error == NULL && verdict == KEXEC_VERDICT_CHALLENGE)
    error = g_error_new (
      KEXEC_BUS_ERROR, KEXEC_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED,
      "This needs authentication (%s), and the call does not allow to ask for it", info->id);
  else if (error == NULL)
    error = g_error_new (G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED,
                         "You are not authorized to do this (%s); ask an administrator", info->id);
  if (!request->method->probe && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) &&
      may_log_refusal (request->service))
    kexec_log (KEXEC_EVENT_REFUSED,
               g_variant_new_parsed ("{'KEXEC_UID': <%u>, 'KEXEC_METHOD': <%s>,"
                                     " 'KEXEC_ACTION': <%s>}",
                                     request->uid, request->method->name, info->id),
               "%s was refused to uid %u: %s", request->method->name, request->uid, error->message);
  fail (request, g_steal_pointer (&error));
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  KexecRequest *request = user_data;
  GError *error = NULL;
  KexecVerdict verdict = kexec_authority_ask_finish (request->service->authority, result, &error);

  if (error == NULL && g_cancellable_set_error_if_cancelled (request->cancellable, &error))
    verdict = KEXEC_VERDICT_NO;
  if (verdict != KEXEC_VERDICT_YES) {
    refuse (request, verdict, error);
    return;
  }
  request->granted |= kexec_actions_closure (request->asking);
  /* Asked before it was resolved: by the shape. After: by the need. */
  if (!request->is_resolved && request->method->resolve != NULL)
    authorize (request, request->method->shape (request));
  else
    authorize (request, need (request));
}

/* Asks for the first action that is missing; the most powerful comes first and includes others. */
static void
authorize (KexecRequest *request, KexecActions needed)
{
  KexecActions missing = needed & ~request->granted;
  g_autoptr (GHashTable) details = NULL;
  int action;

  if (missing == 0) {
    granted (request);
    return;
  }
  action = g_bit_nth_lsf (missing, -1);
  request->asking = KEXEC_ACTION_BIT (action);
  request->has_asked = request->uid != 0; /* root is answered at once */
  details = kexec_request_details (request);
  kexec_authority_ask (request->service->authority, request->sender, request->uid, action, details,
                       request->interactive && !request->method->probe, request->cancellable,
                       on_answer, request);
}

static void
on_inspect_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  KexecRequest *request = user_data;
  g_autoptr (GError) error = NULL;
  KexecVerdict verdict = kexec_authority_ask_finish (request->service->authority, result, &error);

  if (g_cancellable_is_cancelled (request->cancellable)) {
    fail (request, g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The caller left"));
    return;
  }
  request->may_inspect = verdict == KEXEC_VERDICT_YES;
  if (request->may_inspect) {
    request->granted |= KEXEC_ACTION_BIT (KEXEC_ACTION_INSPECT);
    resolve (request);
  } else {
    authorize (request, request->method->shape (request));
  }
}

static void
begin (KexecRequest *request)
{
  GError *error = NULL;

  if (request->method->prepare != NULL && !request->method->prepare (request, &error)) {
    fail (request, error);
    return;
  }
  look_at_staged (request);
  if (request->method->resolve == NULL) {
    authorize (request, need (request));
    return;
  }
  kexec_authority_ask (request->service->authority, request->sender, request->uid,
                       KEXEC_ACTION_INSPECT, NULL, FALSE, request->cancellable, on_inspect_answer,
                       request);
}

static gboolean
count (KexecRequest *request, GError **error)
{
  KexecService *service = request->service;
  gpointer key = GUINT_TO_POINTER (request->uid);
  guint number = GPOINTER_TO_UINT (g_hash_table_lookup (service->requests_of_uid, key));

  if (service->is_draining) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled");
    return FALSE;
  }
  if (service->requests.length > KEXEC_MAX_REQUESTS && request->uid != 0) {
    g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_TOO_MANY_REQUESTS,
                         "Too many requests are under way; try again in a moment");
    return FALSE;
  }
  if (number >= KEXEC_MAX_REQUESTS_UID) {
    g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_TOO_MANY_REQUESTS,
                 "You have %u requests under way, more are not taken; wait until one has ended",
                 number);
    return FALSE;
  }
  g_hash_table_insert (service->requests_of_uid, key, GUINT_TO_POINTER (number + 1));
  request->is_counted = TRUE;
  return TRUE;
}

static gboolean
freeze_arguments (KexecRequest *request, GError **error)
{
  gsize n = g_variant_n_children (request->parameters);
  g_autoptr (GVariant) last = n > 0 ? g_variant_get_child_value (request->parameters, n - 1) : NULL;

  if (last != NULL && g_variant_is_of_type (last, G_VARIANT_TYPE_VARDICT))
    request->options = g_variant_ref (last);
  else
    request->options = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  return kexec_options_check (request->method->options, request->options, error) &&
         (request->method->check == NULL || request->method->check (request, error));
}

/* A uid that could not be looked up is nobody's, never root's. */
static void
on_uid (GObject *source, GAsyncResult *result, gpointer user_data)
{
  KexecRequest *request = user_data;
  g_autoptr (GVariant) reply = NULL;
  GError *error = NULL;

  reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  if (reply == NULL) {
    g_clear_error (&error);
    fail (request, g_error_new (G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED,
                                "The bus does not say who is calling"));
    return;
  }
  g_variant_get (reply, "(u)", &request->uid);
  if (count (request, &error) && freeze_arguments (request, &error))
    begin (request);
  else
    fail (request, error);
}

static void
on_sender_vanished (GDBusConnection *connection, const char *name, gpointer user_data)
{
  KexecRequest *request = user_data;

  g_cancellable_cancel (request->cancellable);
}

void
kexec_dispatch (KexecService *service, GDBusMethodInvocation *invocation)
{
  const KexecMethod *method =
    kexec_methods_find (g_dbus_method_invocation_get_method_name (invocation));
  KexecRequest *request = kexec_request_new (service, method, invocation);

  request->sender_watch = g_bus_watch_name_on_connection (service->connection, request->sender,
                                                          G_BUS_NAME_WATCHER_FLAGS_NONE, NULL,
                                                          on_sender_vanished, request, NULL);
  g_dbus_connection_call (service->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                          "org.freedesktop.DBus", "GetConnectionUnixUser",
                          g_variant_new ("(s)", request->sender), G_VARIANT_TYPE ("(u)"),
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_uid, request);
}

/* Each handle-… signal has its own C signature; what they share is the invocation, which holds all
 * the rest. */
static void
marshal (GClosure *closure, GValue *return_value, guint n_values, const GValue *values,
         gpointer hint, gpointer marshal_data)
{
  kexec_dispatch (closure->data, g_value_get_object (&values[1]));
  g_value_set_boolean (return_value, TRUE);
}

void
kexec_dispatch_connect (KexecService *service)
{
  gsize n;
  const KexecMethod *methods = kexec_methods_all (&n);

  for (gsize i = 0; i < n; i++) {
    GClosure *closure = g_closure_new_simple (sizeof (GClosure), service);

    g_closure_set_marshal (closure, marshal);
    g_signal_connect_closure (service->manager, methods[i].signal, closure, FALSE);
  }
}
