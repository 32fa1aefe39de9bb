/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The back-end for systemd with logind: RebootWithFlags of org.freedesktop.login1(5). */
#include <fcntl.h>
#include <unistd.h>

#include "boot/beneath.h"
#include "daemon/names.h"
#include "daemon/reboot.h"
#include "image/error.h"

#define CALL_TIMEOUT 60000 /* ms; logind answers when the shutdown is on its way */

#define FLAG_ROOT_CHECK_INHIBITORS 1u  /* systemd 248 */
#define FLAG_REBOOT_VIA_KEXEC      2u  /* systemd 249 */
#define FLAG_SKIP_INHIBITORS       16u /* systemd 257 */

static gboolean
logind_probe (const KexecEnvironment *environment, GDBusConnection *connection)
{
  int fd = kexec_beneath_open_in_root (environment->root_fd, "/run/systemd/system",
                                       O_PATH | O_DIRECTORY, NULL);
  g_autoptr (GVariant) reply = NULL;
  gboolean owned = FALSE;

  /* elogind owns the same name, but PID 1 is not systemd then. */
  if (fd < 0)
    return FALSE;
  close (fd);
  reply = g_dbus_connection_call_sync (
    connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
    "NameHasOwner", g_variant_new ("(s)", LOGIN1_BUS_NAME), G_VARIANT_TYPE ("(b)"),
    G_DBUS_CALL_FLAGS_NO_AUTO_START, CALL_TIMEOUT, NULL, NULL);
  if (reply != NULL)
    g_variant_get (reply, "(b)", &owned);
  return owned;
}

static gboolean
call (GDBusConnection *connection, const char *method, GVariant *parameters, GError **error)
{
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
    connection, LOGIN1_BUS_NAME, LOGIN1_PATH, LOGIN1_INTERFACE, method, parameters, NULL,
    G_DBUS_CALL_FLAGS_NONE, CALL_TIMEOUT, NULL, error);

  return reply != NULL;
}

/* A shutdown without its message is better than none. */
static void
set_wall_message (GDBusConnection *connection, const char *message)
{
  call (connection, "SetWallMessage", g_variant_new ("(sb)", message, TRUE), NULL);
}

static gboolean
reboot_with_flags (GDBusConnection *connection, guint64 flags, GError **error)
{
  return call (connection, "RebootWithFlags", g_variant_new ("(t)", flags), error);
}

static gboolean
is_invalid_arguments (const GError *error)
{
  return g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS);
}

static gboolean
logind_reboot (const KexecEnvironment *environment, GDBusConnection *connection,
               const KexecRebootRequest *request, GError **error)
{
  guint64 kexec = request->kexec ? FLAG_REBOOT_VIA_KEXEC : 0;
  g_autoptr (GError) cause = NULL;
  gboolean begun;

  set_wall_message (connection, request->message != NULL ? request->message : "");
  if (request->ignore_inhibitors) {
    /* Since 257 even root needs a flag of its own for this; before, none. */
    begun = reboot_with_flags (connection, kexec | FLAG_SKIP_INHIBITORS, &cause);
    if (!begun && is_invalid_arguments (cause)) {
      g_clear_error (&cause);
      begun = reboot_with_flags (connection, kexec, &cause);
    }
  } else {
    begun = reboot_with_flags (connection, kexec | FLAG_ROOT_CHECK_INHIBITORS, &cause);
  }
  if (begun)
    return TRUE;
  /* Not at somebody else's shutdown. */
  set_wall_message (connection, "");
  g_dbus_error_strip_remote_error (cause);
  if (is_invalid_arguments (cause))
    g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_NO_REBOOT_BACKEND,
                         "This logind cannot end a shutdown in a kexec; systemd 249 or later is"
                         " needed");
  else
    g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_FAILED,
                 "The shutdown did not begin (%s); the image stays staged", cause->message);
  return FALSE;
}

const KexecRebootBackend kexec_reboot_logind = {
  .name = "logind",
  .probe = logind_probe,
  .reboot = logind_reboot,
};
