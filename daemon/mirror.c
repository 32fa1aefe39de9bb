/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/mirror.h"

#include "daemon/log.h"
#include "daemon/login.h"
#include "daemon/service.h"
#include "daemon/timetable.h"

/* The mirror ends by itself when its time has come, which is no cancelling. */
#define ENDS_BY_ITSELF (2 * G_USEC_PER_SEC)
#define RETRY_SEC      10

/* --- it has disappeared --- */

typedef struct {
  KexecService *service;
  char *id;       /* of the mirror that was looked for */
  gboolean renew; /* whether it is shown again if it is not there: its keeper was away */
} Look;

static void look_for_it (KexecService *service, gboolean renew);
static void watch (KexecService *service);

static void
cancel (KexecService *service, const KexecShutdown *shutdown)
{
  g_autofree char *why = NULL;

  if (shutdown->scheduled != NULL)
    why =
      g_strdup_printf ("another tool scheduled a shutdown (%s) in its place", shutdown->scheduled);
  else
    why = g_strdup_printf ("what the init system showed of it is gone, as after '%s'",
                           service->backend->cancel_command);
  /* What is there is not ours to take back; beside elogind's, ours may be there as well. */
  if (!kexec_shutdown_is_elogind (shutdown, service->backend)) {
    g_clear_pointer (&service->mirror.id, g_free);
    service->mirror.changes++;
    watch (service);
  }
  kexec_timetable_cancel (service, 0, why);
}

static gboolean
on_retry (gpointer user_data)
{
  KexecService *service = user_data;

  service->mirror.retry = 0;
  look_for_it (service, FALSE);
  return G_SOURCE_REMOVE;
}

/* Whether what was looked for is still what matters. */
static gboolean
is_current (const Look *look)
{
  const KexecMirror *self = &look->service->mirror;

  return look->service->schedule != NULL && !self->busy && g_strcmp0 (self->id, look->id) == 0 &&
         self->backend == look->service->backend;
}

/* What counts minutes is done with them before the time if the clock was set back. */
static gboolean
has_run_out (const KexecService *service)
{
  return service->backend->counts_minutes &&
         g_get_monotonic_time () >= service->mirror.ends - ENDS_BY_ITSELF;
}

static void
on_looked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Look *look = user_data;
  KexecService *service = look->service;
  g_autoptr (KexecLogin) login = kexec_login_read_finish (result, NULL);

  if (!is_current (look)) {
    /* Whatever has changed in the meantime is looked at anew. */
  } else if (login == NULL) {
    if (service->mirror.retry == 0)
      service->mirror.retry = g_timeout_add_seconds (RETRY_SEC, on_retry, service);
  } else if (!kexec_mirror_is_ours (service, &login->shutdown) && !login->shutdown.preparing &&
             g_get_real_time () < service->schedule->when - ENDS_BY_ITSELF) {
    if (login->shutdown.scheduled == NULL && (look->renew || has_run_out (service))) {
      g_clear_pointer (&service->mirror.id, g_free);
      kexec_mirror_update (service);
    } else
      cancel (service, &login->shutdown);
  }
  g_free (look->id);
  g_free (look);
}

static void
look_for_it (KexecService *service, gboolean renew)
{
  const KexecMirror *self = &service->mirror;
  Look *look;

  if (self->id == NULL || *self->id == '\0' || self->busy || self->backend != service->backend)
    return;
  look = g_new0 (Look, 1);
  look->service = service;
  look->id = g_strdup (self->id);
  look->renew = renew;
  kexec_login_read_async (service->environment, service->backend, service->connection, 0, NULL,
                          on_looked, look);
}

static void
on_changed (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event,
            gpointer user_data)
{
  look_for_it (user_data, FALSE);
}

/* Watches only while there is something to see. */
static void
watch (KexecService *service)
{
  KexecMirror *self = &service->mirror;
  g_autofree char *path = NULL;
  g_autoptr (GFile) file = NULL;

  if (self->id == NULL || service->backend->trace == NULL) {
    g_clear_object (&self->monitor);
    return;
  }
  if (self->monitor != NULL)
    return;
  path = g_build_filename (service->environment->root, service->backend->trace, NULL);
  file = g_file_new_for_path (path);
  self->monitor = g_file_monitor_file (file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
  if (self->monitor != NULL)
    g_signal_connect (self->monitor, "changed", G_CALLBACK (on_changed), service);
}

/* --- showing it --- */

static void
on_shown (GObject *source, GAsyncResult *result, gpointer user_data)
{
  KexecService *service = user_data;
  KexecMirror *self = &service->mirror;
  g_autoptr (GError) error = NULL;
  gboolean again = self->late;
  void (*settled) (gpointer user_data) = g_steal_pointer (&self->settled);

  self->id = kexec_reboot_show_finish (result, &error);
  self->busy = self->late = FALSE;
  self->changes++;
  if (error != NULL)
    kexec_log (KEXEC_EVENT_PROBLEM, NULL, "Users are not told about the scheduled reboot: %s",
               error->message);
  watch (service);
  if (settled != NULL)
    settled (self->settled_data);
  if (again) {
    kexec_mirror_update (service);
    return;
  }
  kexec_timetable_note_shown (service, self->id);
  /* It may have been cancelled before it was watched. */
  look_for_it (service, FALSE);
}

/* Returns: when minutes that are counted from now on may be over, µs of CLOCK_MONOTONIC. */
static gint64
end_of (const KexecSchedule *schedule)
{
  return g_get_monotonic_time () + schedule->when - g_get_real_time ();
}

void
kexec_mirror_update (KexecService *service)
{
  KexecMirror *self = &service->mirror;
  const KexecSchedule *schedule = service->schedule;
  g_autofree char *shown = NULL;
  KexecRebootRequest request = { 0 };

  if (self->busy) {
    self->late = TRUE;
    return;
  }
  if (service->handing_over || (schedule == NULL && self->id == NULL))
    return;
  if (schedule != NULL && self->id != NULL && g_strcmp0 (self->id, schedule->shown) == 0 &&
      self->backend == service->backend) {
    /* It is shown, as far as is known. */
    look_for_it (service, FALSE);
    return;
  }
  if (schedule != NULL) {
    self->ends = end_of (schedule);
    request.kexec = schedule->load || *schedule->stage_id != '\0';
    request.message = schedule->message;
    request.when = schedule->when;
    request.uid = schedule->uid;
  }
  shown = g_steal_pointer (&self->id);
  if (shown != NULL && self->backend != service->backend) {
    /* Whoever showed it is away, and may have forgotten it; it does nothing. */
    g_clear_pointer (&shown, g_free);
  }
  self->backend = service->backend;
  self->busy = TRUE;
  watch (service);
  kexec_reboot_show_async (service->backend, service->environment, service->connection,
                           schedule != NULL ? &request : NULL, shown, schedule != NULL, on_shown,
                           service);
}

void
kexec_mirror_recover (KexecService *service)
{
  service->mirror.id = g_strdup (service->schedule != NULL ? service->schedule->shown : NULL);
  service->mirror.backend = service->backend;
  if (service->schedule != NULL)
    service->mirror.ends = end_of (service->schedule);
  watch (service);
}

void
kexec_mirror_resume (KexecService *service)
{
  if (service->schedule != NULL && service->mirror.id == NULL)
    kexec_mirror_update (service);
  else
    look_for_it (service, FALSE);
}

void
kexec_mirror_renew (KexecService *service)
{
  look_for_it (service, TRUE);
}

gboolean
kexec_mirror_wait (KexecService *service, void (*callback) (gpointer user_data), gpointer user_data)
{
  if (!service->mirror.busy)
    return FALSE;
  service->mirror.settled = callback;
  service->mirror.settled_data = user_data;
  return TRUE;
}

gboolean
kexec_mirror_is_ours (const KexecService *service, const KexecShutdown *shutdown)
{
  /* While it is being made, its id is not known. */
  return shutdown->scheduled != NULL &&
         (service->mirror.busy || g_strcmp0 (shutdown->id, service->mirror.id) == 0);
}

void
kexec_mirror_clear (KexecMirror *self)
{
  g_clear_object (&self->monitor);
  g_clear_handle_id (&self->retry, g_source_remove);
  g_clear_pointer (&self->id, g_free);
}
