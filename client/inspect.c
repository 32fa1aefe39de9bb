/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kexecctl inspect: what kernel and initrd files are, and whether they can boot here, without the
 * service. */
#include <fcntl.h>

#include "boot/fd.h"
#include "boot/machine.h"
#include "boot/security.h"
#include "client/command.h"
#include "client/inspect-crew.h"
#include "client/inspect-fit.h"
#include "client/inspect-print.h"
#include "client/json.h"
#include "client/report.h"

typedef struct {
  const KexecOptions *options;
  GPtrArray *files;     /* (element-type KexecInspected): those that could be read */
  KexecExitCode unread; /* why others could not */
} Outcome;

/* Prints what is known, while others are being read. */
static void
take_job (const KexecInspectJob *job, gpointer user_data)
{
  Outcome *outcome = user_data;

  if (job->file == NULL) {
    outcome->unread = kexec_report (outcome->options, job->error);
    return;
  }
  if (!outcome->options->json && outcome->files->len > 0)
    g_print ("\n");
  if (!outcome->options->json)
    kexec_inspect_print (job->file, outcome->options->verbose);
  g_ptr_array_add (outcome->files, job->file);
}

static void
print_json (const GPtrArray *files)
{
  g_auto (GVariantBuilder) all = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (guint i = 0; i < files->len; i++)
    g_variant_builder_add_value (&all, kexec_inspect_to_variant (files->pdata[i]));
  kexec_json_print (g_variant_builder_end (&all));
}

static gboolean
are_usable (const GPtrArray *files)
{
  for (guint i = 0; i < files->len; i++) {
    const KexecInspected *file = files->pdata[i];

    if (!kexec_inspected_is_usable (file) ||
        (file->together != NULL && kexec_findings_blocker (file->together) != NULL))
      return FALSE;
  }
  return TRUE;
}

static KexecExitCode
inspect_files (const KexecOptions *options, GPtrArray *jobs)
{
  kexec_autofd root_fd = open ("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  g_autoptr (KexecSecurity) security = kexec_security_read (root_fd);
  g_autoptr (GPtrArray) files = g_ptr_array_new ();
  Outcome outcome = { options, files, KEXEC_EXIT_DONE };
  const KexecInspected *kernel;
  KexecMachine machine;

  kexec_machine_read (root_fd, &machine);
  kexec_inspect_crew_run (jobs, &machine, &security->policy, take_job, &outcome);
  kernel = kexec_inspect_together (files, &machine);
  if (options->json)
    print_json (files);
  else if (kernel != NULL)
    kexec_inspect_print_together (kernel);
  /* A file that could not be read is the graver news. */
  if (outcome.unread != KEXEC_EXIT_DONE)
    return outcome.unread;
  return are_usable (files) ? KEXEC_EXIT_DONE : KEXEC_EXIT_REFUSED;
}

KexecExitCode
kexec_command_inspect (KexecOptions *options, int argc, char **argv)
{
  g_autoptr (GPtrArray) jobs =
    g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_inspect_job_free);
  KexecExitCode code;

  if (!kexec_options_parse (options, NULL, &argc, &argv, &code))
    return code;
  for (int i = 0; i < argc; i++) {
    KexecInspectJob *job = g_new0 (KexecInspectJob, 1);

    job->path = argv[i];
    g_ptr_array_add (jobs, job);
  }
  return inspect_files (options, jobs);
}
