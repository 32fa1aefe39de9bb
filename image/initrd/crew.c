/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who waits for work that nobody began does it himself, so that nobody waits for a thread that will
 * never be free.
 */
#include "image/initrd/crew.h"

struct KexecCrew {
  GMutex lock;
  GCond changed;     /* a work was done, or memory was given back */
  GThreadPool *pool; /* NULL: there is one processor, or no work yet */
  guint64 memory;
  guint64 memory_free;
};

typedef enum {
  OFFERED,
  BEGUN,
  DONE
} Progress;

struct KexecWork {
  gatomicrefcount references; /* the pool has one, and who offered it */
  KexecCrew *crew;
  Progress progress; /* under the crew's lock */
  KexecWorkFunc func;
  gpointer user_data;
};

KexecCrew *
kexec_crew_new (guint64 memory)
{
  KexecCrew *self = g_new0 (KexecCrew, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->memory = memory;
  self->memory_free = memory;
  return self;
}

void
kexec_crew_free (KexecCrew *self)
{
  if (self->pool != NULL)
    /* What is left in its queue was done by others, and only has to be let go. */
    g_thread_pool_free (self->pool, FALSE, TRUE);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
work_unref (gpointer data)
{
  KexecWork *work = data;

  if (g_atomic_ref_count_dec (&work->references))
    g_free (work);
}

/* Returns: whether it was this thread that began it. */
static gboolean
begin (KexecWork *work)
{
  gboolean is_ours;

  g_mutex_lock (&work->crew->lock);
  is_ours = work->progress == OFFERED;
  if (is_ours)
    work->progress = BEGUN;
  g_mutex_unlock (&work->crew->lock);
  return is_ours;
}

static void
do_work (KexecWork *work)
{
  work->func (work->user_data);
  g_mutex_lock (&work->crew->lock);
  work->progress = DONE;
  g_cond_broadcast (&work->crew->changed);
  g_mutex_unlock (&work->crew->lock);
}

static void
in_thread (gpointer data, gpointer user_data)
{
  KexecWork *work = data;

  if (begin (work))
    do_work (work);
  work_unref (work);
}

/* Returns: (nullable): threads beside the caller's; %NULL: there is one processor. */
static GThreadPool *
get_pool (KexecCrew *self)
{
  guint n = g_get_num_processors ();
  GThreadPool *pool;

  g_mutex_lock (&self->lock);
  if (self->pool == NULL && n > 1)
    self->pool =
      g_thread_pool_new_full (in_thread, self, work_unref, (int) MIN (n - 1, 63), FALSE, NULL);
  pool = self->pool;
  g_mutex_unlock (&self->lock);
  return pool;
}

KexecWork *
kexec_crew_offer (KexecCrew *self, KexecWorkFunc func, gpointer user_data)
{
  KexecWork *work = g_new0 (KexecWork, 1);
  GThreadPool *pool = get_pool (self);

  g_atomic_ref_count_init (&work->references);
  work->crew = self;
  work->func = func;
  work->user_data = user_data;
  if (pool != NULL) {
    g_atomic_ref_count_inc (&work->references);
    /* If no thread can be started, whoever waits for the work does it. */
    g_thread_pool_push (pool, work, NULL);
  }
  return work;
}

static void
wait_until_done (KexecWork *work)
{
  g_mutex_lock (&work->crew->lock);
  while (work->progress != DONE)
    g_cond_wait (&work->crew->changed, &work->crew->lock);
  g_mutex_unlock (&work->crew->lock);
}

void
kexec_work_finish (KexecWork *work)
{
  if (begin (work))
    do_work (work);
  wait_until_done (work);
  work_unref (work);
}

void
kexec_work_cancel (KexecWork *work)
{
  if (!begin (work))
    wait_until_done (work);
  work_unref (work);
}

void
kexec_crew_reserve (KexecCrew *self, guint64 memory)
{
  memory = MIN (memory, self->memory);
  g_mutex_lock (&self->lock);
  while (self->memory_free < memory)
    g_cond_wait (&self->changed, &self->lock);
  self->memory_free -= memory;
  g_mutex_unlock (&self->lock);
}

void
kexec_crew_release (KexecCrew *self, guint64 memory)
{
  memory = MIN (memory, self->memory);
  g_mutex_lock (&self->lock);
  self->memory_free += memory;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}
