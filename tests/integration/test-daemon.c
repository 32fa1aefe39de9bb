/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The test daemon: all of kexecd but its main, with a fake kernel, on directories and with patience
 * that a test chooses. It is never installed. It logs in the journal's export format: one field a
 * line, an empty line after each event.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <linux/capability.h>

#include "daemon/arrival.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "tests/integration/fake-kernel.h"
#include "tests/integration/fake-mounts.h"

static char *root;
static char *runtime_dir;
static char *state_dir;
static char *log_path;
static gboolean record_arrival;
static gboolean stay;
static int idle_exit_sec;
static int stall_sec;
static int handover_sec;

static const GOptionEntry options[] = {
  { "root", 0, 0, G_OPTION_ARG_FILENAME, &root, "The root directory", "DIR" },
  { "runtime", 0, 0, G_OPTION_ARG_FILENAME, &runtime_dir, "In place of /run/kexecd", "DIR" },
  { "state", 0, 0, G_OPTION_ARG_FILENAME, &state_dir, "In place of /var/lib/kexecd", "DIR" },
  { "log", 0, 0, G_OPTION_ARG_FILENAME, &log_path, "In place of the journal", "FILE" },
  { "idle-exit", 0, 0, G_OPTION_ARG_INT, &idle_exit_sec, "Patience without a client", "SECONDS" },
  { "stall", 0, 0, G_OPTION_ARG_INT, &stall_sec, "Patience with a read", "SECONDS" },
  { "handover", 0, 0, G_OPTION_ARG_INT, &handover_sec, "Patience with the init system", "SECONDS" },
  { "record-arrival", 0, 0, G_OPTION_ARG_NONE, &record_arrival,
    "Note how the last execution ended, and exit", NULL },
  { "stay", 0, 0, G_OPTION_ARG_NONE, &stay, "Stay when there is nothing to do", NULL },
  { NULL },
};

static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  FILE *file = user_data;

  if (level & (G_LOG_LEVEL_DEBUG | G_LOG_LEVEL_INFO))
    return G_LOG_WRITER_HANDLED;
  for (gsize i = 0; i < n_fields; i++)
    if (fields[i].length < 0)
      fprintf (file, "%s=%s\n", fields[i].key, (const char *) fields[i].value);
  fputc ('\n', file);
  fflush (file);
  return level & G_LOG_LEVEL_MESSAGE
           ? G_LOG_WRITER_HANDLED
           : g_log_writer_standard_streams (level, fields, n_fields, NULL);
}

static void
set_patience (KexecEnvironment *environment)
{
  if (idle_exit_sec > 0 && !stay)
    environment->idle_exit_sec = idle_exit_sec;
  if (stall_sec > 0)
    environment->stall_sec = stall_sec;
  if (handover_sec > 0)
    environment->handover_sec = handover_sec;
}

static int
run (GError **error)
{
  /* As in kexecd itself: never freed. */
  static KexecEnvironment *environment;

  fake_kernel_init (root);
  fake_mounts_init (root);
  environment =
    kexec_environment_open (root, runtime_dir, state_dir, &fake_kernel_ops, stay, error);
  if (environment == NULL)
    return EXIT_FAILURE;
  set_patience (environment);
  if (record_arrival)
    return kexec_arrival_record (environment, error) ? EXIT_SUCCESS : EXIT_FAILURE;
  return kexec_daemon_run (environment, error) ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- kexecd for tests");
  g_autoptr (GError) error = NULL;
  FILE *log;
  int status;

  if (prctl (PR_CAPBSET_READ, CAP_SYS_BOOT) != 0) {
    fprintf (stderr, "test-daemon: I run only where CAP_SYS_BOOT is out of the bounding set\n");
    return 2;
  }
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || root == NULL ||
      runtime_dir == NULL || state_dir == NULL || log_path == NULL) {
    fprintf (stderr, "test-daemon: %s\n", error != NULL ? error->message : "an option is missing");
    return 2;
  }
  log = fopen (log_path, "ae");
  if (log == NULL)
    return 2;
  g_log_set_writer_func (write_log, log, NULL);
  status = run (&error);
  if (error != NULL)
    fprintf (stderr, "test-daemon: %s\n", error->message);
  return status;
}
