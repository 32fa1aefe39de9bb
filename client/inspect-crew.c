/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/inspect-crew.h"

#include <sys/stat.h>

#include "client/progress.h"

/* Each thread needs up to 64 MiB for an initrd whose compressor had as much. */
#define MAX_THREADS 4

/* How long to wait before saying how far it is, and between that: most files take less. */
#define PATIENCE (200 * G_TIME_SPAN_MILLISECOND)

/* Threads that each take the next job that nobody has begun. */
typedef struct {
  KexecInspectHost host;
  GPtrArray *jobs;
  gint next;      /* the first that nobody has begun; atomic */
  GMutex lock;    /* of what follows, and of what comes of jobs */
  GCond finished; /* a job */
  guint64 done;   /* bytes */
  guint64 total;
  KexecProgress progress;
} Crew;

void
kexec_inspect_job_free (KexecInspectJob *job)
{
  g_clear_pointer (&job->file, kexec_inspected_free);
  g_clear_error (&job->error);
  g_free (job);
}

static gboolean
proceed (guint64 bytes, gpointer user_data)
{
  Crew *self = user_data;

  g_mutex_lock (&self->lock);
  self->done += bytes;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static void
run (Crew *self, KexecInspectJob *job)
{
  GError *error = NULL;
  KexecInspected *file = kexec_inspected_read (job->path, &self->host, &error);

  g_mutex_lock (&self->lock);
  job->file = file;
  job->error = error;
  g_cond_broadcast (&self->finished);
  g_mutex_unlock (&self->lock);
}

static gpointer
work (gpointer data)
{
  Crew *self = data;
  guint index;

  while ((index = (guint) g_atomic_int_add (&self->next, 1)) < self->jobs->len)
    run (self, self->jobs->pdata[index]);
  return NULL;
}

static void
wait_for (Crew *self, const KexecInspectJob *job)
{
  g_mutex_lock (&self->lock);
  while (job->file == NULL && job->error == NULL) {
    if (!g_cond_wait_until (&self->finished, &self->lock, g_get_monotonic_time () + PATIENCE))
      kexec_progress_show (&self->progress, "check", self->done, self->total);
  }
  g_mutex_unlock (&self->lock);
  kexec_progress_clear (&self->progress);
}

static guint64
sum_sizes (const GPtrArray *jobs)
{
  guint64 total = 0;

  for (guint i = 0; i < jobs->len; i++) {
    const KexecInspectJob *job = jobs->pdata[i];
    struct stat st;

    if (stat (job->path, &st) == 0 && S_ISREG (st.st_mode))
      total += (guint64) st.st_size;
  }
  return total;
}

void
kexec_inspect_crew_run (GPtrArray *jobs, const KexecMachine *machine,
                        const KexecSignaturePolicy *policy, KexecInspectDone done,
                        gpointer user_data)
{
  guint n_threads = MIN (MIN (jobs->len, g_get_num_processors ()), MAX_THREADS);
  GThread *threads[MAX_THREADS];
  Crew crew = { .jobs = jobs, .total = sum_sizes (jobs) };

  crew.host = (KexecInspectHost){ *machine, *policy, { proceed, &crew } };
  kexec_progress_init (&crew.progress, FALSE);
  g_mutex_init (&crew.lock);
  g_cond_init (&crew.finished);
  for (guint i = 0; i < n_threads; i++)
    threads[i] = g_thread_new ("inspect", work, &crew);
  for (guint i = 0; i < jobs->len; i++) {
    wait_for (&crew, jobs->pdata[i]);
    done (jobs->pdata[i], user_data);
  }
  for (guint i = 0; i < n_threads; i++)
    g_thread_join (threads[i]);
  g_mutex_clear (&crew.lock);
  g_cond_clear (&crew.finished);
}
