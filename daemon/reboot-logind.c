/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The back-end for systemd with logind: RebootWithFlags of org.freedesktop.login1(5). */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "boot/beneath.h"
#include "daemon/clock.h"
#include "daemon/login.h"
#include "daemon/names.h"
#include "daemon/reboot.h"
#include "daemon/wall.h"
#include "image/error.h"

#define CALL_TIMEOUT 60000 /* ms; logind answers when the shutdown is on its way */

#define SLEEP_LIMIT (60 * G_USEC_PER_SEC)
#define SLEEP_LOOK  G_USEC_PER_SEC

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
set_wall_message (GDBusConnection *connection, const char *message, gboolean enable)
{
  call (connection, "SetWallMessage", g_variant_new ("(sb)", message, enable), NULL);
}

static GVariant *
get_property (GDBusConnection *connection, const char *name)
{
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
    connection, LOGIN1_BUS_NAME, LOGIN1_PATH, "org.freedesktop.DBus.Properties", "Get",
    g_variant_new ("(ss)", LOGIN1_INTERFACE, name), G_VARIANT_TYPE ("(v)"), G_DBUS_CALL_FLAGS_NONE,
    CALL_TIMEOUT, NULL, NULL);
  GVariant *value = NULL;

  if (reply != NULL)
    g_variant_get (reply, "(v)", &value);
  return value;
}

static gboolean
is_in_progress (const GError *error)
{
  g_autofree char *name = g_dbus_error_get_remote_error (error);

  return g_strcmp0 (name, LOGIN1_ERROR_IN_PROGRESS) == 0;
}

/* Whether logind puts the machine to sleep, or wakes it up. */
static gboolean
is_asleep (GDBusConnection *connection)
{
  g_autoptr (GVariant) sleeps = get_property (connection, "PreparingForSleep");

  return sleeps != NULL && g_variant_is_of_type (sleeps, G_VARIANT_TYPE_BOOLEAN) &&
         g_variant_get_boolean (sleeps);
}

/* Returns: %FALSE after @deadline, which can pass while the machine sleeps. */
static gboolean
wait_until_awake (gint64 deadline)
{
  g_usleep (SLEEP_LOOK);
  return kexec_clock_boottime () < deadline;
}

/* A machine that wakes up is rebooted when it is awake, but not one that slept long meanwhile:
 * somebody has woken it to use it. */
static gboolean
reboot_with_flags (GDBusConnection *connection, guint64 flags, GError **error)
{
  gint64 deadline = kexec_clock_boottime () + SLEEP_LIMIT;
  gboolean was_awake = FALSE;

  for (;;) {
    g_autoptr (GError) cause = NULL;

    if (call (connection, "RebootWithFlags", g_variant_new ("(t)", flags), &cause))
      return TRUE;
    /* It has the order, and may carry it out yet. */
    if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
      return TRUE;
    if (is_in_progress (cause)) {
      if (is_asleep (connection)) {
        if (wait_until_awake (deadline))
          continue;
      } else if (!was_awake) {
        /* It may have woken up since it refused. */
        was_awake = TRUE;
        continue;
      }
    }
    g_propagate_error (error, g_steal_pointer (&cause));
    return FALSE;
  }
}

static gboolean
is_invalid_arguments (const GError *error)
{
  return g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS);
}

/* logind counts inhibitors anew, and some that do not bind their owner bind root, who calls. A
 * newer one has a name of its own for that; of an older one only the words tell. */
static gboolean
is_inhibited (const GError *error)
{
  g_autofree char *name = g_dbus_error_get_remote_error (error);

  return g_strcmp0 (name, LOGIN1_ERROR_INHIBITED) == 0 ||
         (g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED) &&
          strstr (error->message, "inhibitor") != NULL);
}

static gboolean
logind_reboot (const KexecEnvironment *environment, GDBusConnection *connection,
               const KexecRebootRequest *request, GError **error)
{
  guint64 kexec = request->kexec ? FLAG_REBOOT_VIA_KEXEC : 0;
  g_autoptr (GError) cause = NULL;
  gboolean begun, inhibited;

  set_wall_message (connection, request->message != NULL ? request->message : "", TRUE);
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
  set_wall_message (connection, "", TRUE);
  inhibited = is_inhibited (cause);
  g_dbus_error_strip_remote_error (cause);
  if (inhibited)
    g_set_error (
      error, KEXEC_ERROR, KEXEC_ERROR_INHIBITED,
      "Rebooting is blocked by an inhibitor (%s), 'systemd-inhibit --list' names it; wait"
      " until that has finished, or use --ignore-inhibitors as an administrator",
      cause->message);
  else if (is_invalid_arguments (cause))
    g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_NO_REBOOT_BACKEND,
                         "This logind cannot end a shutdown in a kexec; systemd 249 or later is"
                         " needed");
  else
    g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_FAILED,
                 "The shutdown did not begin (%s); the log of systemd-logind may say why",
                 cause->message);
  return FALSE;
}

/* Returns: (transfer full) (nullable): the id of the shutdown that logind has scheduled. */
static char *
get_scheduled (GDBusConnection *connection)
{
  g_autoptr (GVariant) value = get_property (connection, "ScheduledShutdown");
  const char *type;
  guint64 when;

  if (value == NULL || !g_variant_is_of_type (value, G_VARIANT_TYPE ("(st)")))
    return NULL;
  g_variant_get (value, "(&st)", &type, &when);
  return kexec_login_shutdown_id (type, when);
}

/* A schedule that does nothing at its time: logind announces it, and anybody with the right to may
 * cancel it. */
static char *
logind_schedule (const KexecEnvironment *environment, GDBusConnection *connection,
                 const KexecRebootRequest *request, GError **error)
{
  const char *type = request->kexec ? "dry-kexec" : "dry-reboot";
  g_autofree char *id = kexec_login_shutdown_id (type, request->when);
  g_autofree char *scheduled = get_scheduled (connection);

  /* It may be from an earlier daemon that stopped before it noted that. */
  if (g_strcmp0 (scheduled, id) == 0)
    return g_steal_pointer (&id);
  if (scheduled != NULL) {
    /* logind would overwrite it. */
    g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_BUSY,
                         "another tool has scheduled a shutdown");
    return NULL;
  }
  set_wall_message (connection, request->message != NULL ? request->message : "", TRUE);
  if (call (connection, "ScheduleShutdown", g_variant_new ("(st)", type, request->when), error))
    return g_steal_pointer (&id);
  /* Not at somebody else's shutdown. */
  set_wall_message (connection, "", TRUE);
  if (error != NULL)
    g_dbus_error_strip_remote_error (*error);
  return NULL;
}

static void
logind_cancel (const KexecEnvironment *environment, GDBusConnection *connection, const char *id,
               gboolean quiet)
{
  g_autofree char *scheduled = get_scheduled (connection);

  /* Its time has come, and logind is done with it. */
  if (scheduled == NULL && !quiet)
    kexec_wall_cancelled (environment);
  /* Any other than the one that we showed is not ours. */
  if (g_strcmp0 (scheduled, id) != 0)
    return;
  set_wall_message (connection, "", !quiet);
  call (connection, "CancelScheduledShutdown", NULL, NULL);
}

const KexecRebootBackend kexec_reboot_logind = {
  .name = "logind",
  .probe = logind_probe,
  .reboot = logind_reboot,
  .schedule = logind_schedule,
  .cancel = logind_cancel,
  .trace = "/run/systemd/shutdown/scheduled",
  .cancel_command = "shutdown -c",
};
