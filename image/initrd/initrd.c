/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Initrd files, one or several at once. */
#include "image/initrd/initrd.h"

#include "image/initrd/initrd-walk.h"
#include "image/magic.h"

static KexecInitrd *
initrd_new (void)
{
  KexecInitrd *self = g_new0 (KexecInitrd, 1);

  self->format = kexec_magic_name (KEXEC_MAGIC_UNKNOWN);
  self->segments = g_array_new (FALSE, TRUE, sizeof (KexecInitrdSegment));
  self->releases = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
kexec_initrd_free (KexecInitrd *self)
{
  g_array_unref (self->segments);
  g_ptr_array_unref (self->releases);
  g_free (self);
}

KexecInitrd *
kexec_initrd_inspect (const KexecInput *input, const char *subject, const KexecWatch *watch,
                      KexecFindings *findings)
{
  KexecInitrdJob job = { .input = *input, .subject = subject };

  kexec_initrds_inspect (&job, 1, watch, findings);
  return job.initrd;
}

/* A job, and what a thread needs for it. */
typedef struct {
  KexecInitrdJob *job;
  const KexecWatch *watch;
  KexecCrew *crew;
  KexecFindings *findings;
  KexecWork *work;
} Task;

static void
inspect (gpointer user_data)
{
  Task *task = user_data;

  kexec_initrd_walk (task->job->initrd, &task->job->input, task->job->subject, task->watch,
                     task->crew, task->findings);
}

void
kexec_initrds_inspect (KexecInitrdJob *jobs, guint n_jobs, const KexecWatch *watch,
                       KexecFindings *findings)
{
  g_autoptr (KexecCrew) crew = kexec_crew_new (KEXEC_INITRD_MEMORY);
  g_autofree Task *tasks = g_new0 (Task, n_jobs);

  for (guint i = 0; i < n_jobs; i++) {
    jobs[i].initrd = initrd_new ();
    tasks[i] = (Task){ &jobs[i], watch, crew, kexec_findings_new (), NULL };
    /* The first is for this thread, which alone may be enough. */
    if (i > 0)
      tasks[i].work = kexec_crew_offer (crew, inspect, &tasks[i]);
  }
  for (guint i = 0; i < n_jobs; i++) {
    if (i == 0)
      inspect (&tasks[i]);
    else
      kexec_work_finish (tasks[i].work);
    kexec_findings_append (findings, tasks[i].findings);
    g_ptr_array_unref (tasks[i].findings);
  }
}
