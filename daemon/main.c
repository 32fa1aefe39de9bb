/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kexecd: connects the service to the system bus and the real kernel. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "daemon/arrival.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/names.h"

static gboolean show_version;
static gboolean record_arrival;
static gboolean stay;

static const GOptionEntry options[] = {
  { "record-arrival", 0, 0, G_OPTION_ARG_NONE, &record_arrival,
    "Note how the last execution ended, and exit (run once at boot)", NULL },
  { "stay", 0, 0, G_OPTION_ARG_NONE, &stay,
    "Stay when there is nothing to do (for service managers that D-Bus does not ask)", NULL },
  { "version", 0, 0, G_OPTION_ARG_NONE, &show_version, "Print the version and exit", NULL },
  { NULL },
};

static int
run (GError **error)
{
  /* Never freed: a thread that hangs in a file may still look at it when the process ends. */
  static KexecEnvironment *environment;

  environment = kexec_environment_open ("/", record_arrival ? NULL : KEXEC_RUNTIME_DIR,
                                        KEXEC_STATE_DIR, &kexec_kernel_ops, stay, error);
  if (environment == NULL)
    return EXIT_FAILURE;
  if (record_arrival)
    return kexec_arrival_record (environment, error) ? EXIT_SUCCESS : EXIT_FAILURE;
  return kexec_daemon_run (environment, error) ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- fast and safe reboots");
  g_autoptr (GError) error = NULL;
  int status;

  kexec_log_init ();
  /* A daemon that waits for days: huge pages, mostly empty, would take half as much memory again.
   * If the kernel has none, all the better. */
  prctl (PR_SET_THP_DISABLE, 1, 0, 0, 0);
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    fprintf (stderr, "kexecd: %s\n", error->message);
    return 2;
  }
  if (show_version) {
    printf ("kexecd %s\n", VERSION);
    return EXIT_SUCCESS;
  }
  status = run (&error);
  if (error != NULL) {
    kexec_log (KEXEC_EVENT_PROBLEM, NULL, "%s", error->message);
    fprintf (stderr, "kexecd: %s\n", error->message);
  }
  return status;
}
