/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The back-end for systemd where logind is masked or not installed: kexec.target. */
#include "daemon/names.h"
#include "daemon/reboot.h"
#include "daemon/systemd1.h"
#include "daemon/wall.h"
#include "image/error.h"

#define CALL_TIMEOUT 10000 /* ms */

static gboolean
systemd_probe (const KexecEnvironment *environment, GDBusConnection *connection)
{
  return kexec_systemd1_is_init (environment->root_fd) &&
         !kexec_systemd1_has_owner (connection, LOGIN1_BUS_NAME) &&
         kexec_systemd1_has_owner (connection, SYSTEMD1_BUS_NAME);
}

/* "stopping" as soon as there is a job that shuts down. */
static void
systemd_look (const KexecEnvironment *environment, GDBusConnection *connection,
              KexecShutdown *shutdown)
{
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
    connection, SYSTEMD1_BUS_NAME, SYSTEMD1_PATH, "org.freedesktop.DBus.Properties", "Get",
    g_variant_new ("(ss)", SYSTEMD1_INTERFACE, "SystemState"), G_VARIANT_TYPE ("(v)"),
    G_DBUS_CALL_FLAGS_NO_AUTO_START, CALL_TIMEOUT, NULL, NULL);
  g_autoptr (GVariant) state = NULL;

  if (reply != NULL)
    g_variant_get (reply, "(v)", &state);
  if (state != NULL && g_variant_is_of_type (state, G_VARIANT_TYPE_STRING) &&
      g_str_equal (g_variant_get_string (state, NULL), "stopping"))
    shutdown->preparing = TRUE;
}

static gboolean
systemd_reboot (const KexecEnvironment *environment, GDBusConnection *connection,
                const KexecRebootRequest *request, GError **error)
{
  const char *target = request->kexec ? "kexec.target" : "reboot.target";
  g_autoptr (GVariant) job = NULL;
  g_autoptr (GError) cause = NULL;

  /* It was not there when this back-end was chosen; its inhibitors count if it is back. */
  if (!kexec_systemd1_check_no_logind (connection, error))
    return FALSE;
  kexec_wall_reboot (environment, request->message, 0);
  job = kexec_systemd1_call (connection, "StartUnit",
                             g_variant_new ("(ss)", target, "replace-irreversibly"), &cause);
  /* Where it gave no answer it has the order, and may carry it out yet. */
  if (job != NULL || g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return TRUE;
  if (!request->is_shown)
    kexec_wall_cancelled (environment);
  g_dbus_error_strip_remote_error (cause);
  g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_FAILED,
               "systemd did not start %s (%s); 'systemctl status %s' may say why", target,
               cause->message, target);
  return FALSE;
}

static char *
systemd_schedule (const KexecEnvironment *environment, GDBusConnection *connection,
                  const KexecRebootRequest *request, GError **error)
{
  kexec_wall_reboot (environment, request->message, request->when);
  return g_strdup ("");
}

static void
systemd_cancel (const KexecEnvironment *environment, GDBusConnection *connection, const char *id,
                gboolean quiet)
{
  if (!quiet)
    kexec_wall_cancelled (environment);
}

const KexecRebootBackend kexec_reboot_systemd = {
  .name = "systemd",
  .probe = systemd_probe,
  .look = systemd_look,
  .reboot = systemd_reboot,
  .schedule = systemd_schedule,
  .cancel = systemd_cancel,
};
