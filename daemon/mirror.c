/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/mirror.h"

#include "daemon/handover.h"
#include "daemon/log.h"
#include "daemon/login.h"
#include "daemon/service.h"

/* The mirror ends by itself when its time has come, which is no cancelling. */
#define ENDS_BY_ITSELF (2 * G_USEC_PER_SEC)

/* --- it has disappeared --- */

typedef struct {
  KexecService *service;
  char *id; /* of the mirror that was looked for */
} Look;

static void
cancel (KexecService *service, const KexecShutdown *shutdown)
{
  g_autofree char *why = NULL;

  if (shutdown->scheduled != NULL)
    why =
      g_strdup_printf ("another tool scheduled a shutdown (%s) in its place", shutdown->scheduled);
  /* What is there is not ours to take back. */
  g_clear_pointer (&service->mirror.id, g_free);
  kexec_service_cancel_schedule (service, 0,
                                 why != NULL ? why : "an administrator ran 'shutdown -c'");
}

static void
on_looked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Look *look = user_data;
  KexecService *service = look->service;
  g_autoptr (KexecLogin) login = kexec_login_read_finish (result, NULL);
  const KexecSchedule *schedule = service->schedule;

  /* Whatever has changed in the meantime is looked at anew. */
  if (login != NULL && schedule != NULL && !service->mirror.busy &&
      g_strcmp0 (service->mirror.id, look->id) == 0 &&
      !kexec_mirror_is_ours (service, &login->shutdown) && !login->shutdown.preparing &&
      g_get_real_time () < schedule->when - ENDS_BY_ITSELF)
    cancel (service, &login->shutdown);
  g_free (look->id);
  g_free (look);
}

static void
look_for_it (KexecService *service)
{
  Look *look;

  if (service->mirror.id == NULL || *service->mirror.id == '\0' || service->mirror.busy)
    return;
  look = g_new0 (Look, 1);
  look->service = service;
  look->id = g_strdup (service->mirror.id);
  kexec_login_read_async (service->environment, service->backend, service->connection, 0, NULL,
                          on_looked, look);
}

static void
on_changed (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event,
            gpointer user_data)
{
  look_for_it (user_data);
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

  self->id = kexec_reboot_show_finish (result, &error);
  self->busy = self->late = FALSE;
  if (error != NULL)
    kexec_log (KEXEC_EVENT_PROBLEM, NULL, "Users are not told about the scheduled reboot: %s",
               error->message);
  watch (service);
  if (again) {
    kexec_mirror_update (service);
    return;
  }
  kexec_service_note_shown (service, self->id);
  /* It may have been cancelled before it was watched. */
  look_for_it (service);
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
  if (schedule != NULL) {
    request.kexec = schedule->load || *schedule->stage_id != '\0';
    request.message = schedule->message;
    request.when = schedule->when;
  }
  shown = g_steal_pointer (&self->id);
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
  watch (service);
  if (service->schedule != NULL && service->mirror.id == NULL)
    kexec_mirror_update (service);
  else
    look_for_it (service);
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
  g_clear_pointer (&self->id, g_free);
}
