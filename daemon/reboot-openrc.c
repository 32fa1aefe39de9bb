/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The back-end for openrc-init, OpenRC's own PID 1: openrc-shutdown(8), which exits with success
 * also when init never hears of it. What proves that a shutdown has begun is the runlevel.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "boot/beneath.h"
#include "boot/fd.h"
#include "daemon/command.h"
#include "daemon/countdown.h"
#include "daemon/process.h"
#include "daemon/wall.h"
#include "image/error.h"

#define PROGRAM     "/sbin/openrc-shutdown"
#define SERVICE_DIR "/run/openrc"
#define FIFO        "/run/openrc/init.ctl"
#define RUNLEVEL    "/run/openrc/softlevel"

#define COMMAND_LIMIT_SEC 30
#define LOOK_MS           1000

static const KexecCountdown countdown = {
  .pid_files = (const char *const[]){ "/run/openrc-shutdown.pid", NULL },
  .programs = (const char *const[]){ "openrc-shutdown", "shutdown", NULL },
  .shown = "openrc-shutdown",
  .end_signal = SIGTERM,
};

static gboolean
openrc_probe (const KexecEnvironment *environment, GDBusConnection *connection)
{
  g_autofree char *init = kexec_process_program (environment->root_fd, 1);

  return g_strcmp0 (init, "openrc-init") == 0;
}

/* A reboot, a halt and a kexec all go to the runlevel "shutdown". */
static gboolean
is_shutting_down (const KexecEnvironment *environment)
{
  g_autofree char *level = kexec_beneath_read (environment->root_fd, RUNLEVEL, 64, NULL);

  return level != NULL && g_str_equal (g_strstrip (level), "shutdown");
}

static void
openrc_look (const KexecEnvironment *environment, GDBusConnection *connection,
             KexecShutdown *shutdown)
{
  if (is_shutting_down (environment))
    shutdown->preparing = TRUE;
  kexec_countdown_look (&countdown, environment, shutdown);
}

/* --- the reboot --- */

/* Without a reader or as an ordinary file it swallows what is sent. */
static gboolean
check_fifo (const KexecEnvironment *environment, GError **error)
{
  kexec_autofd fd = kexec_beneath_open_in_root (environment->root_fd, FIFO, O_PATH, NULL);
  struct stat st;

  if (fd >= 0 && fstat (fd, &st) == 0 && S_ISFIFO (st.st_mode))
    return TRUE;
  g_set_error (
    error, KEXEC_ERROR, KEXEC_ERROR_FAILED,
    "init cannot be reached (%s %s); wait until the machine has started, or 'kill -INT 1' has it"
    " reboot without its fifo, through the firmware",
    FIFO, fd >= 0 ? "is no fifo" : "is not there");
  return FALSE;
}

/* Returns: an inotify descriptor that tells when the runlevel may have changed, or -1. */
static int
watch (const KexecEnvironment *environment)
{
  kexec_autofd directory =
    kexec_beneath_open_in_root (environment->root_fd, SERVICE_DIR, O_PATH | O_DIRECTORY, NULL);
  kexec_autofd fd = inotify_init1 (IN_CLOEXEC | IN_NONBLOCK);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", directory);

  if (directory < 0 || fd < 0 ||
      inotify_add_watch (fd, path, IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO) < 0)
    return -1;
  return kexec_fd_steal (&fd);
}

static gboolean
wait_until_it_begins (const KexecEnvironment *environment, int watch_fd)
{
  /* Before whoever waits for us has given up. */
  gint64 deadline =
    g_get_monotonic_time () + environment->handover_sec * (gint64) G_USEC_PER_SEC / 2;
  GPollFD polled = { .fd = watch_fd, .events = G_IO_IN };
  char events[4096];

  while (!is_shutting_down (environment)) {
    gint64 left = deadline - g_get_monotonic_time ();

    if (left <= 0)
      return FALSE;
    /* Without a watch, or if it missed something, it is read again from time to time. */
    g_poll (&polled, 1, (int) MIN (left / 1000 + 1, LOOK_MS));
    while (watch_fd >= 0 && read (watch_fd, events, sizeof events) > 0)
      ;
  }
  return TRUE;
}

static gboolean
openrc_reboot (const KexecEnvironment *environment, GDBusConnection *connection,
               const KexecRebootRequest *request, GError **error)
{
  const char *argv[] = { PROGRAM, request->kexec ? "--kexec" : "--reboot", "now", NULL };
  KexecCommand command = { .argv = argv, .limit_sec = COMMAND_LIMIT_SEC };
  kexec_autofd watch_fd = -1;

  if (!check_fifo (environment, error))
    return FALSE;
  watch_fd = watch (environment);
  /* It has no option for a message, only "The system will reboot now". */
  if (request->message != NULL && *request->message != '\0')
    kexec_wall_reboot (environment, request->message, 0);
  if (!kexec_command_run (environment, &command, NULL, NULL, error)) {
    kexec_reboot_explain (error, "'openrc-shutdown --kexec now' on a console may say more");
    return FALSE;
  }
  if (wait_until_it_begins (environment, watch_fd))
    return TRUE;
  g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_FAILED,
                       "openrc-init was asked for the shutdown but did not change the runlevel;"
                       " look at its messages on the console");
  return FALSE;
}

/* --- what users see of one that is scheduled --- */

static char *
openrc_schedule (const KexecEnvironment *environment, GDBusConnection *connection,
                 const KexecRebootRequest *request, GError **error)
{
  g_autofree char *minutes = kexec_countdown_minutes (request->when);
  /* Only --kexec obeys --dry-run in all versions. */
  const char *argv[] = { PROGRAM, "--dry-run", "--kexec", minutes, NULL };

  kexec_wall_reboot (environment, request->message, request->when);
  return kexec_countdown_start (&countdown, environment, argv, error);
}

static void
openrc_cancel (const KexecEnvironment *environment, GDBusConnection *connection, const char *id,
               gboolean quiet)
{
  kexec_countdown_end (&countdown, environment, id);
  if (!quiet)
    kexec_wall_cancelled (environment);
}

const KexecRebootBackend kexec_reboot_openrc = {
  .name = "openrc-init",
  .probe = openrc_probe,
  .look = openrc_look,
  .reboot = openrc_reboot,
  .schedule = openrc_schedule,
  .cancel = openrc_cancel,
  .counts_minutes = TRUE,
  .trace = "/run/openrc-shutdown.pid",
  .cancel_command = "openrc-shutdown --cancel",
};
