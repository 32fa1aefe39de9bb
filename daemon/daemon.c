/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/daemon.h"

#include <glib-unix.h>
#include <signal.h>

#include "daemon/bus-error.h"
#include "daemon/names.h"
#include "daemon/service.h"

typedef struct {
  GMainLoop *loop;
  gboolean lost;   /* the bus name could not be had */
  gboolean closed; /* the bus is gone */
} Daemon;

static void
quit (gpointer user_data)
{
  Daemon *self = user_data;

  g_main_loop_quit (self->loop);
}

static gboolean
on_signal (gpointer user_data)
{
  quit (user_data);
  return G_SOURCE_CONTINUE;
}

static void
on_name_lost (GDBusConnection *connection, const char *name, gpointer user_data)
{
  Daemon *self = user_data;

  /* Without the bus the name is lost as well. */
  if (connection == NULL || g_dbus_connection_is_closed (connection))
    self->closed = TRUE;
  else
    self->lost = TRUE;
  quit (self);
}

static void
on_closed (GDBusConnection *connection, gboolean vanished, GError *error, gpointer user_data)
{
  Daemon *self = user_data;

  self->closed = TRUE;
  quit (self);
}

gboolean
kexec_daemon_run (const KexecEnvironment *environment, GError **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (KexecService) service = NULL;
  Daemon self = { .loop = loop };
  guint name, sigterm, sigint;

  kexec_bus_error_register ();
  connection = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, error);
  if (connection == NULL)
    return FALSE;
  g_dbus_connection_set_exit_on_close (connection, FALSE);
  g_signal_connect (connection, "closed", G_CALLBACK (on_closed), &self);
  service = kexec_service_new (environment, connection, quit, &self, error);
  if (service == NULL)
    return FALSE;
  name = g_bus_own_name_on_connection (connection, KEXEC_BUS_NAME, G_BUS_NAME_OWNER_FLAGS_NONE,
                                       NULL, on_name_lost, &self, NULL);
  sigterm = g_unix_signal_add (SIGTERM, on_signal, &self);
  sigint = g_unix_signal_add (SIGINT, on_signal, &self);

  g_main_loop_run (loop);

  kexec_service_drain (service);
  g_source_remove (sigterm);
  g_source_remove (sigint);
  g_bus_unown_name (name);
  if (self.lost)
    g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_BUSY,
                         "The bus name " KEXEC_BUS_NAME
                         " is taken or not allowed; only root may own"
                         " it, once");
  else if (self.closed)
    g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_IO_ERROR,
                         "The connection to the system bus broke off; kexecd starts again");
  return !self.lost && !self.closed;
}
