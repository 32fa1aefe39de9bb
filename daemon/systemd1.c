/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/systemd1.h"

#include <fcntl.h>

#include "boot/beneath.h"
#include "boot/fd.h"
#include "daemon/names.h"
#include "image/error.h"

#define CALL_TIMEOUT 30000 /* ms */

gboolean
kexec_systemd1_is_init (int root_fd)
{
  kexec_autofd fd =
    kexec_beneath_open_in_root (root_fd, "/run/systemd/system", O_PATH | O_DIRECTORY, NULL);

  return fd >= 0;
}

gboolean
kexec_systemd1_has_owner (GDBusConnection *connection, const char *name)
{
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
    connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
    "NameHasOwner", g_variant_new ("(s)", name), G_VARIANT_TYPE ("(b)"),
    G_DBUS_CALL_FLAGS_NO_AUTO_START, CALL_TIMEOUT, NULL, NULL);
  gboolean owned = FALSE;

  if (reply != NULL)
    g_variant_get (reply, "(b)", &owned);
  return owned;
}

static GVariant *
call (GDBusConnection *connection, const char *path, const char *interface, const char *method,
      GVariant *parameters, GError **error)
{
  return g_dbus_connection_call_sync (connection, SYSTEMD1_BUS_NAME, path, interface, method,
                                      parameters, NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START,
                                      CALL_TIMEOUT, NULL, error);
}

GVariant *
kexec_systemd1_call (GDBusConnection *connection, const char *method, GVariant *parameters,
                     GError **error)
{
  return call (connection, SYSTEMD1_PATH, SYSTEMD1_INTERFACE, method, parameters, error);
}

/* Returns: (transfer full): the LoadState of a unit. */
static char *
load_state (GDBusConnection *connection, const char *unit, GError **error)
{
  g_autoptr (GVariant) reply =
    kexec_systemd1_call (connection, "LoadUnit", g_variant_new ("(s)", unit), error);
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GVariant) state = NULL;
  const char *path;

  if (reply == NULL || !g_variant_is_of_type (reply, G_VARIANT_TYPE ("(o)")))
    return NULL;
  g_variant_get (reply, "(&o)", &path);
  value = call (connection, path, "org.freedesktop.DBus.Properties", "Get",
                g_variant_new ("(ss)", SYSTEMD1_UNIT, "LoadState"), error);
  if (value == NULL || !g_variant_is_of_type (value, G_VARIANT_TYPE ("(v)")))
    return NULL;
  g_variant_get (value, "(v)", &state);
  return g_variant_is_of_type (state, G_VARIANT_TYPE_STRING) ? g_variant_dup_string (state, NULL)
                                                             : NULL;
}

gboolean
kexec_systemd1_check_no_logind (GDBusConnection *connection, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autofree char *state = NULL;

  if (kexec_systemd1_has_owner (connection, LOGIN1_BUS_NAME)) {
    g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_FAILED,
                         "logind has just come back; try again");
    return FALSE;
  }
  state = load_state (connection, LOGIND_UNIT, &cause);
  if (g_strcmp0 (state, "masked") == 0 || g_strcmp0 (state, "not-found") == 0)
    return TRUE;
  if (cause != NULL)
    g_dbus_error_strip_remote_error (cause);
  g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_FAILED,
               "logind is not answering, although it is not masked (%s); try again, and if that"
               " does not help, run 'systemctl restart systemd-logind'",
               state != NULL   ? state
               : cause != NULL ? cause->message
                               : "systemd does not say");
  return FALSE;
}
