/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Inspects several files at once, with several threads, and shows how far that is. */
#pragma once

#include "client/inspect-file.h"

typedef struct {
  const char *path;
  KexecInspected *file; /* or */
  GError *error;
} KexecInspectJob;

void kexec_inspect_job_free (KexecInspectJob *job);

/** Gets each job when it is done, in the order of the jobs, in the thread that waits for them. */
typedef void (*KexecInspectDone) (const KexecInspectJob *job, gpointer user_data);

/**
 * kexec_inspect_crew_run:
 * @jobs: (element-type KexecInspectJob)
 * @machine: what the files are held against
 * @policy: likewise
 *
 * Returns when all are done. On a terminal a line says how far it is.
 */
void kexec_inspect_crew_run (GPtrArray *jobs, const KexecMachine *machine,
                             const KexecSignaturePolicy *policy, KexecInspectDone done,
                             gpointer user_data);
