/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/request.h"

#include <gio/gunixfdlist.h>

#include "daemon/bus-error.h"
#include "daemon/closer.h"

static void
close_fd (int *fd)
{
  kexec_closer_close (*fd);
}

/* The message would close its descriptors wherever it is freed. */
static void
steal_fds (GDBusMessage *message)
{
  GUnixFDList *list = g_dbus_message_get_unix_fd_list (message);
  g_autofree int *fds = NULL;
  int n = 0;

  if (list != NULL)
    fds = g_unix_fd_list_steal_fds (list, &n);
  for (int i = 0; i < n; i++)
    kexec_closer_close (fds[i]);
}

KexecRequest *
kexec_request_new (KexecService *service, const KexecMethod *method,
                   GDBusMethodInvocation *invocation)
{
  KexecRequest *self = g_new0 (KexecRequest, 1);
  GDBusMessage *message = g_dbus_method_invocation_get_message (invocation);

  g_atomic_ref_count_init (&self->ref_count);
  self->service = service;
  self->method = method;
  self->invocation = invocation;
  self->cancellable = g_cancellable_new ();
  self->sender = g_strdup (g_dbus_method_invocation_get_sender (invocation));
  self->uid = G_MAXUINT32; /* nobody, until the bus has said */
  self->interactive = (g_dbus_message_get_flags (message) &
                       G_DBUS_MESSAGE_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION) != 0;
  self->parameters = g_variant_ref (g_dbus_method_invocation_get_parameters (invocation));
  self->fds = g_array_new (FALSE, FALSE, sizeof (int));
  g_array_set_clear_func (self->fds, (GDestroyNotify) close_fd);
  g_queue_push_tail (&service->requests, self);
  return self;
}

KexecRequest *
kexec_request_ref (KexecRequest *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

static void
uncount (KexecRequest *self)
{
  gpointer key = GUINT_TO_POINTER (self->uid);
  guint count = GPOINTER_TO_UINT (g_hash_table_lookup (self->service->requests_of_uid, key));

  if (count > 1)
    g_hash_table_insert (self->service->requests_of_uid, key, GUINT_TO_POINTER (count - 1));
  else
    g_hash_table_remove (self->service->requests_of_uid, key);
}

void
kexec_request_unref (KexecRequest *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_assert (self->invocation == NULL);
  if (self->is_counted)
    uncount (self);
  g_queue_remove (&self->service->requests, self);
  kexec_service_touch (self->service);
  g_clear_handle_id (&self->sender_watch, g_bus_unwatch_name);
  g_object_unref (self->cancellable);
  g_free (self->sender);
  g_free (self->seen_stage_id);
  g_variant_unref (self->parameters);
  g_clear_pointer (&self->options, g_variant_unref);
  g_array_unref (self->fds);
  g_clear_pointer (&self->entry, kexec_entry_unref);
  g_free (self->cmdline);
  g_clear_pointer (&self->login, kexec_login_free);
  g_clear_pointer (&self->staging, kexec_staging_unref);
  g_free (self);
}

void
kexec_request_return (KexecRequest *self, GVariant *value)
{
  GDBusMethodInvocation *invocation = g_steal_pointer (&self->invocation);

  if (invocation != NULL) {
    steal_fds (g_dbus_method_invocation_get_message (invocation));
    g_dbus_method_invocation_return_value (invocation, value);
  } else if (value != NULL)
    g_variant_unref (g_variant_ref_sink (value));
}

void
kexec_request_cancel (KexecRequest *self)
{
  g_cancellable_cancel (self->cancellable);
}

void
kexec_request_answer_yes (KexecRequest *self)
{
  kexec_request_return (self, g_variant_new ("(ss)", "yes", ""));
}

/* The words of logind's CanReboot. */
static const char *
answer_for (const GError *error)
{
  if (g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED))
    return "no";
  if (g_error_matches (error, KEXEC_BUS_ERROR, KEXEC_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED))
    return "challenge";
  if (g_error_matches (error, KEXEC_ERROR, KEXEC_ERROR_INHIBITED))
    return "inhibited";
  return "na";
}

const char *
kexec_request_sentence (const KexecRequest *self, const GError *error)
{
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return error->message;
  return self->service->is_draining ? "kexecd is being stopped; try again in a moment"
                                    : "its caller has left";
}

void
kexec_request_fail (KexecRequest *self, GError *error)
{
  g_autoptr (GError) owned G_GNUC_UNUSED = error;
  GDBusMethodInvocation *invocation = NULL;

  /* Wrong arguments are the caller's mistake, not an answer. */
  if (self->method->probe && !g_error_matches (error, KEXEC_ERROR, KEXEC_ERROR_INVALID_ARGUMENT)) {
    kexec_request_return (
      self, g_variant_new ("(ss)", answer_for (error), kexec_request_sentence (self, error)));
    return;
  }
  invocation = g_steal_pointer (&self->invocation);
  if (invocation == NULL)
    return;
  if (self->method->failed != NULL)
    self->method->failed (self, error);
  steal_fds (g_dbus_method_invocation_get_message (invocation));
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_dbus_method_invocation_return_error_literal (invocation, KEXEC_ERROR, KEXEC_ERROR_BUSY,
                                                   kexec_request_sentence (self, error));
  else if (error->domain == G_IO_ERROR || error->domain == G_FILE_ERROR)
    g_dbus_method_invocation_return_error (invocation, KEXEC_ERROR, KEXEC_ERROR_IO_ERROR, "%s",
                                           error->message);
  else
    g_dbus_method_invocation_return_gerror (invocation, error);
}

/* What the caller changes comes first, where no long command line can push it out of sight. Before
 * the entry is looked up, its own words are not known. */
static char *
describe_cmdline (const KexecRequest *self)
{
  const char *append = kexec_options_get_string (self->options, "append");
  const char *cmdline = kexec_options_get_string (self->options, "cmdline");
  const KexecRecord *record = self->service->record;

  if (append != NULL && self->entry != NULL)
    return g_strdup_printf ("%s (added to: %s)", append, self->entry->cmdline);
  if (append != NULL)
    return g_strdup_printf ("%s (added to its own)", append);
  if (cmdline == NULL && self->cmdline != NULL && *self->cmdline == '\0')
    return g_strdup ("its own, if it has one");
  if (cmdline != NULL || self->cmdline != NULL)
    return g_strdup (self->cmdline != NULL ? self->cmdline : cmdline);
  /* A prompt is shown to whoever asks, before anybody has authenticated. */
  if (self->entry_id == NULL && record != NULL && self->may_inspect)
    return g_strdup (record->cmdline);
  return g_strdup ("its own");
}

GHashTable *
kexec_request_details (const KexecRequest *self)
{
  GHashTable *details = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  const KexecRecord *record = self->service->record;
  const char *title = "the staged kernel";

  if (self->entry != NULL)
    title = self->entry->title;
  else if (self->fds->len > 0)
    title = "a kernel file of your own";
  else if (self->entry_id != NULL)
    title = *self->entry_id != '\0' ? self->entry_id : "the default kernel";
  else if (record != NULL)
    title = record->title;
  g_hash_table_insert (details, (gpointer) "title", g_strdup (title));
  g_hash_table_insert (details, (gpointer) "cmdline", describe_cmdline (self));
  if (self->login != NULL) {
    g_hash_table_insert (details, (gpointer) "sessions", kexec_login_join (self->login->sessions));
    g_hash_table_insert (details, (gpointer) "inhibitors",
                         kexec_login_join (self->login->inhibitors));
  }
  return details;
}
