/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/report.h"

#include <string.h>
#include <unistd.h>

#include "client/human.h"
#include "image/error.h"

/* Takes the place of a remedy, which depends on the init system. */
static const char SERVICE_REMEDY[] = "";

/* What to say to errors of D-Bus, whose own words are for programmers. */
static const struct {
  GDBusError code;
  const char *sentence; /* instead of the error's own; %NULL: keep that */
  const char *remedy;
} bus_errors[] = {
  { G_DBUS_ERROR_SERVICE_UNKNOWN, "The service kexecd is not there", SERVICE_REMEDY },
  { G_DBUS_ERROR_NAME_HAS_NO_OWNER, "The service kexecd is not there", SERVICE_REMEDY },
  { G_DBUS_ERROR_SPAWN_SERVICE_NOT_FOUND, "The service kexecd is not there", SERVICE_REMEDY },
  { G_DBUS_ERROR_SPAWN_EXEC_FAILED, "The service kexecd could not be started", SERVICE_REMEDY },
  { G_DBUS_ERROR_SPAWN_FAILED, "The service kexecd could not be started", SERVICE_REMEDY },
  { G_DBUS_ERROR_SPAWN_CHILD_EXITED, "The service kexecd could not be started", SERVICE_REMEDY },
  { G_DBUS_ERROR_SPAWN_CHILD_SIGNALED, "The service kexecd could not be started", SERVICE_REMEDY },
  { G_DBUS_ERROR_TIMED_OUT, "The service kexecd did not start in time", SERVICE_REMEDY },
  { G_DBUS_ERROR_TIMEOUT, "The service kexecd does not answer", SERVICE_REMEDY },
  { G_DBUS_ERROR_NO_REPLY, "The service kexecd stopped before it answered",
    "'kexecctl status' shows what came of it, and the system's log why." },
  { G_DBUS_ERROR_UNKNOWN_METHOD, "The service kexecd is older than this kexecctl",
    "Restart the service, and update it if that does not help." },
};

static const char *
service_remedy (void)
{
  if (access ("/run/systemd/system", F_OK) == 0)
    return "Is kexecd installed? 'systemctl status kexecd' or the system's log says why it did not"
           " start.";
  if (access ("/run/openrc", F_OK) == 0)
    return "Is kexecd installed? 'rc-service kexecd status' or the system's log says why it did not"
           " start.";
  return "Is kexecd installed? The system's log says why it did not start.";
}

void
kexec_report_sentence (const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *clean = NULL;
  va_list ap;

  va_start (ap, format);
  text = g_strdup_vprintf (format, ap);
  va_end (ap);
  clean = kexec_human_text (text);
  g_printerr ("kexecctl: %s\n", clean);
}

static const char *
authorization_remedy (const KexecOptions *options, const GError *error)
{
  if (geteuid () == 0)
    return NULL;
  if (g_error_matches (error, KEXEC_ERROR, KEXEC_ERROR_AUTHORIZATION_DISMISSED))
    return "Nothing was changed.";
  if (options->no_ask_password)
    return "Run it as an administrator (sudo), or without --no-ask-password.";
  if (kexec_exit_code_wants_interaction (error))
    return "Run it on a terminal, so that it can ask for a password, or as an administrator "
           "(sudo).";
  return "Run it as an administrator (sudo).";
}

/* A sentence that another one follows ends with a full stop, whoever wrote it. */
static const char *
full_stop (const char *sentence)
{
  gsize length = strlen (sentence);

  return length > 0 && strchr (".!?", sentence[length - 1]) != NULL ? "" : ".";
}

static void
report_with_remedy (const char *sentence, const char *remedy)
{
  if (remedy != NULL)
    kexec_report_sentence ("%s%s %s", sentence, full_stop (sentence), remedy);
  else
    kexec_report_sentence ("%s%s", sentence, full_stop (sentence));
}

KexecExitCode
kexec_report (const KexecOptions *options, const GError *error)
{
  g_autoptr (GError) stripped = g_error_copy (error);
  KexecExitCode code = kexec_exit_code (error);
  const char *sentence, *remedy = NULL;

  g_dbus_error_strip_remote_error (stripped);
  sentence = stripped->message;
  if (code == KEXEC_EXIT_UNAUTHORIZED)
    remedy = authorization_remedy (options, error);
  if (code == KEXEC_EXIT_INTERRUPTED)
    sentence = "Interrupted";
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    sentence = "The system bus went away before kexecd answered";
  for (gsize i = 0; error->domain == G_DBUS_ERROR && i < G_N_ELEMENTS (bus_errors); i++) {
    if (error->code != (int) bus_errors[i].code)
      continue;
    sentence = bus_errors[i].sentence;
    remedy = bus_errors[i].remedy == SERVICE_REMEDY ? service_remedy () : bus_errors[i].remedy;
  }
  report_with_remedy (sentence, remedy);
  return code;
}
