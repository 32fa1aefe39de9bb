/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/connection.h"

#include <glib-unix.h>
#include <kexec-bus.h>

#include "client/agent.h"
#include "client/progress.h"

#define BUS_NAME      "org.kexec.Manager"
#define BUS_PATH      "/org/kexec/Manager"
#define BUS_INTERFACE "org.kexec.Manager"

/* For calls that ask nobody: the service may have to be started on a slow machine. */
#define ANSWER_MSEC (120 * 1000)
/* A service that others start, at a busy time. */
#define START_MSEC (15 * 1000)

struct KexecConnection {
  const KexecOptions *options;
  GDBusConnection *bus;
  KexecBusManager *manager; /* from the first call on */
  KexecAgent *agent;        /* likewise; nullable */
  KexecProgress progress;
};

KexecConnection *
kexec_connection_new (const KexecOptions *options, GError **error)
{
  g_autoptr (GError) local = NULL;
  GDBusConnection *bus = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, &local);
  KexecConnection *self;

  if (bus == NULL) {
    g_set_error (
      error, G_IO_ERROR, G_IO_ERROR_FAILED,
      "The system bus, over which kexecd is reached, is not there: %s. Is D-Bus running?",
      local->message);
    return NULL;
  }
  /* A reboot takes the bus away; that is no reason to die of a signal. */
  g_dbus_connection_set_exit_on_close (bus, FALSE);
  kexec_exit_code_register ();
  self = g_new0 (KexecConnection, 1);
  self->options = options;
  self->bus = bus;
  kexec_progress_init (&self->progress, options->json);
  return self;
}

void
kexec_connection_free (KexecConnection *self)
{
  g_clear_pointer (&self->agent, kexec_agent_stop);
  g_clear_object (&self->manager);
  g_object_unref (self->bus);
  g_free (self);
}

static void
on_progress (KexecBusManager *manager, const char *phase, guint64 done, guint64 total,
             gpointer user_data)
{
  KexecProgress *progress = user_data;

  kexec_progress_show (progress, phase, done, total);
}

/* What only calls that can ask need: a proxy for the signal and for the types, and an agent. */
static gboolean
prepare (KexecConnection *self, GError **error)
{
  if (self->manager != NULL)
    return TRUE;
  self->manager =
    kexec_bus_manager_proxy_new_sync (self->bus,
                                      G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES |
                                        G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START_AT_CONSTRUCTION,
                                      BUS_NAME, BUS_PATH, NULL, error);
  if (self->manager == NULL)
    return FALSE;
  g_signal_connect (self->manager, "stage-progress", G_CALLBACK (on_progress), &self->progress);
  if (!self->options->no_ask_password)
    self->agent = kexec_agent_start ();
  return TRUE;
}

static gboolean
on_interrupt (gpointer user_data)
{
  GCancellable *cancellable = user_data;

  g_cancellable_cancel (cancellable);
  return G_SOURCE_CONTINUE;
}

static void
on_reply (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **slot = user_data;

  *slot = g_object_ref (result);
}

/* Runs the main loop until the reply is there. */
static GAsyncResult *
call_and_wait (KexecConnection *self, const char *method, GVariant *arguments, GUnixFDList *fds)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GAsyncResult *result = NULL;
  guint sources[] = {
    g_unix_signal_add (SIGINT, on_interrupt, cancellable),
    g_unix_signal_add (SIGTERM, on_interrupt, cancellable),
  };

  g_dbus_proxy_call_with_unix_fd_list (G_DBUS_PROXY (self->manager), method, arguments,
                                       self->options->no_ask_password
                                         ? G_DBUS_CALL_FLAGS_NONE
                                         : G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION,
                                       G_MAXINT, fds, cancellable, on_reply, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (sources); i++)
    g_source_remove (sources[i]);
  return result;
}

GVariant *
kexec_connection_call (KexecConnection *self, const char *method, GVariant *arguments,
                       GUnixFDList *fds, GError **error)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (arguments);
  g_autoptr (GAsyncResult) result = NULL;
  GVariant *reply;

  if (!prepare (self, error))
    return NULL;
  result = call_and_wait (self, method, sunk, fds);
  kexec_progress_clear (&self->progress);
  reply =
    g_dbus_proxy_call_with_unix_fd_list_finish (G_DBUS_PROXY (self->manager), NULL, result, error);
  /* An open prompt has no purpose any more, and would be in the way of what is said next. */
  if (reply == NULL && self->agent != NULL)
    kexec_agent_give_up_prompt (self->agent);
  return reply;
}

static void
on_appeared (GDBusConnection *bus, const char *name, const char *owner, gpointer user_data)
{
  gboolean *is_over = user_data;

  *is_over = TRUE;
}

static gboolean
on_start_limit (gpointer user_data)
{
  gboolean *is_over = user_data;

  *is_over = TRUE;
  return G_SOURCE_CONTINUE;
}

void
kexec_connection_wait_for_service (KexecConnection *self)
{
  gboolean is_over = FALSE;
  guint watch = g_bus_watch_name_on_connection (self->bus, BUS_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                                on_appeared, NULL, &is_over, NULL);
  guint limit = g_timeout_add (START_MSEC, on_start_limit, &is_over);

  while (!is_over)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
  g_bus_unwatch_name (watch);
}

GVariant *
kexec_connection_properties (KexecConnection *self, GError **error)
{
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
    self->bus, BUS_NAME, BUS_PATH, "org.freedesktop.DBus.Properties", "GetAll",
    g_variant_new ("(s)", BUS_INTERFACE), G_VARIANT_TYPE ("(a{sv})"), G_DBUS_CALL_FLAGS_NONE,
    ANSWER_MSEC, NULL, error);

  return reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
}

guint
kexec_connection_systemd_version (KexecConnection *self)
{
  g_autoptr (GVariant) version = NULL;
  const char *text;
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
    self->bus, "org.freedesktop.systemd1", "/org/freedesktop/systemd1",
    "org.freedesktop.DBus.Properties", "Get",
    g_variant_new ("(ss)", "org.freedesktop.systemd1.Manager", "Version"), G_VARIANT_TYPE ("(v)"),
    G_DBUS_CALL_FLAGS_NO_AUTO_START, ANSWER_MSEC, NULL, NULL);

  if (reply == NULL)
    return 0;
  g_variant_get (reply, "(v)", &version);
  if (!g_variant_is_of_type (version, G_VARIANT_TYPE_STRING))
    return 0;
  text = g_variant_get_string (version, NULL);
  /* "252.39-1~deb12u2", and "v255" in some releases */
  return (guint) g_ascii_strtoull (*text == 'v' ? text + 1 : text, NULL, 10);
}
