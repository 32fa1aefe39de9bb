/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/wall.h"

#include "daemon/command.h"
#include "daemon/systemd1.h"

#define LIMIT_SEC 10 /* terminals can hang */

/* That a word does not reach anybody is no reason not to do what it tells of. */
static void
say (const KexecEnvironment *environment, const char *text)
{
  /* Our unit keeps us away from terminals; systemd runs the program outside of it. */
  static const char *const by_systemd[] = { "/usr/bin/systemd-run",
                                            "--quiet",
                                            "--collect",
                                            "--wait",
                                            "--pipe",
                                            "--property=DefaultDependencies=no",
                                            "/usr/bin/wall",
                                            NULL };
  static const char *const direct[] = { "/usr/bin/wall", NULL };
  KexecCommand command = {
    .argv = kexec_systemd1_is_init (environment->root_fd) ? by_systemd : direct,
    .input = text,
    .limit_sec = LIMIT_SEC,
  };
  g_autoptr (GError) error = NULL;

  if (!kexec_command_run (environment, &command, NULL, NULL, &error))
    g_info ("Users could not be told: %s", error->message);
}

void
kexec_wall_reboot (const KexecEnvironment *environment, const char *message, gint64 when)
{
  g_autoptr (GDateTime) date =
    when > 0 ? g_date_time_new_from_unix_local (when / G_USEC_PER_SEC) : NULL;
  g_autofree char *time = date != NULL ? g_date_time_format (date, "at %F %T %Z") : NULL;
  g_autofree char *text = g_strdup_printf (
    "%s%sThe system is going down for reboot %s!\n%s", message != NULL ? message : "",
    message != NULL && *message != '\0' ? "\n" : "", time != NULL ? time : "now",
    time != NULL ? "An administrator takes that back with 'kexecctl cancel'.\n" : "");

  say (environment, text);
}

void
kexec_wall_cancelled (const KexecEnvironment *environment)
{
  say (environment, "The reboot that was announced has been cancelled.\n");
}
