/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The back-end for sysvinit, with or without OpenRC: shutdown(8), where what init runs last in
 * runlevel 6 kexecs.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "boot/beneath.h"
#include "boot/fd.h"
#include "daemon/command.h"
#include "daemon/countdown.h"
#include "daemon/last-step.h"
#include "daemon/process.h"
#include "daemon/utmp-file.h"
#include "daemon/wall.h"
#include "image/error.h"

#define PROGRAM           "/sbin/shutdown"
#define COMMAND_LIMIT_SEC 30

static const KexecCountdown countdown = {
  .pid_files = (const char *const[]){ "/run/shutdown.pid", "/var/run/shutdown.pid", NULL },
  .programs = (const char *const[]){ "shutdown", NULL },
  .shown = "shutdown",
  .end_signal = SIGINT, /* as shutdown -c sends it */
};

static gboolean
is_fifo (const KexecEnvironment *environment, const char *path)
{
  kexec_autofd fd = kexec_beneath_open_in_root (environment->root_fd, path, O_PATH, NULL);
  struct stat st;

  return fd >= 0 && fstat (fd, &st) == 0 && S_ISFIFO (st.st_mode);
}

static gboolean
has_fifo (const KexecEnvironment *environment)
{
  return is_fifo (environment, "/run/initctl") || is_fifo (environment, "/dev/initctl");
}

static gboolean
has_inittab (const KexecEnvironment *environment)
{
  kexec_autofd fd = kexec_beneath_open_in_root (environment->root_fd, "/etc/inittab", O_PATH, NULL);

  return fd >= 0;
}

/* The fifo alone proves nothing: OpenRC makes it for its own init, too. And it can be missing. */
static gboolean
sysvinit_probe (const KexecEnvironment *environment, GDBusConnection *connection)
{
  g_autofree char *init = kexec_process_program (environment->root_fd, 1);

  return g_strcmp0 (init, "init") == 0 && (has_fifo (environment) || has_inittab (environment));
}

static gboolean
sysvinit_check (const KexecEnvironment *environment, GError **error)
{
  return kexec_last_step_check (environment->root_fd, error);
}

static gboolean
sysvinit_reach (const KexecEnvironment *environment, GError **error)
{
  if (has_fifo (environment))
    return TRUE;
  g_set_error_literal (
    error, KEXEC_ERROR, KEXEC_ERROR_NO_REBOOT_BACKEND,
    "init cannot be reached, as neither /run/initctl nor /dev/initctl is a"
    " fifo; remove whatever else lies there, and 'kill -USR1 1' has it make one");
  return FALSE;
}

/* Returns: init's runlevel, which it shows as its name, "init [2]", if there is room for that; else
 * what it wrote down. 0: unknown. */
static char
runlevel (const KexecEnvironment *environment)
{
  static const char title[] = "init [";
  g_autofree char *name = kexec_process_title (environment->root_fd, 1);
  g_autoptr (KexecUtmp) utmp = NULL;

  if (name != NULL && g_str_has_prefix (name, title) && name[strlen (title)] != '\0')
    return name[strlen (title)];
  utmp = kexec_utmp_read (environment->root_fd);
  return utmp->runlevel;
}

static void
sysvinit_look (const KexecEnvironment *environment, GDBusConnection *connection,
               KexecShutdown *shutdown)
{
  char level = runlevel (environment);

  if (level == '0' || level == '6')
    shutdown->preparing = TRUE;
  kexec_countdown_look (&countdown, environment, shutdown);
}

/* It ends with success when init has taken the order. */
static gboolean
sysvinit_reboot (const KexecEnvironment *environment, GDBusConnection *connection,
                 const KexecRebootRequest *request, GError **error)
{
  /* A message can look like an option. */
  const char *argv[] = { PROGRAM, "-r", "--", "now", request->message, NULL };
  KexecCommand command = { .argv = argv, .limit_sec = COMMAND_LIMIT_SEC };

  if (kexec_command_run (environment, &command, NULL, NULL, error))
    return TRUE;
  kexec_reboot_explain (error, "'shutdown -r now' on a console may say more");
  return FALSE;
}

/* --- what users see of one that is scheduled --- */

static char *
sysvinit_schedule (const KexecEnvironment *environment, GDBusConnection *connection,
                   const KexecRebootRequest *request, GError **error)
{
  g_autofree char *minutes = kexec_countdown_minutes (request->when);
  /* -k: only warn. */
  const char *argv[] = { PROGRAM, "-k", "-r", "--", minutes, request->message, NULL };

  kexec_wall_reboot (environment, request->message, request->when);
  /* As long as one shutdown(8) counts, each other one ends with "already running": that of a power
   * button or of an UPS, too. Only root may have it so. */
  if (request->uid != 0)
    return g_strdup ("");
  return kexec_countdown_start (&countdown, environment, argv, error);
}

static void
sysvinit_cancel (const KexecEnvironment *environment, GDBusConnection *connection, const char *id,
                 gboolean quiet)
{
  if (*id != '\0')
    kexec_countdown_end (&countdown, environment, id);
  if (!quiet)
    kexec_wall_cancelled (environment);
}

const KexecRebootBackend kexec_reboot_sysvinit = {
  .name = "sysvinit",
  .probe = sysvinit_probe,
  .reach = sysvinit_reach,
  .check = sysvinit_check,
  .look = sysvinit_look,
  .reboot = sysvinit_reboot,
  .schedule = sysvinit_schedule,
  .cancel = sysvinit_cancel,
  .counts_minutes = TRUE,
  .trace = "/run/shutdown.pid",
  .cancel_command = "shutdown -c",
};
