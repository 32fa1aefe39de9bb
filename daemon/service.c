/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/service.h"

#include "daemon/arrival.h"
#include "daemon/clock.h"
#include "daemon/dispatch.h"
#include "daemon/handover.h"
#include "daemon/log.h"
#include "daemon/method-list.h"
#include "daemon/names.h"
#include "daemon/properties.h"
#include "daemon/request.h"
#include "daemon/slot.h"
#include "daemon/timetable.h"

static void
on_read (const char *property, gpointer user_data)
{
  KexecService *self = user_data;

  kexec_properties_refresh (self, property);
  kexec_service_touch (self);
}

static void
on_login_changed (GDBusConnection *connection, const char *name, const char *owner,
                  gpointer user_data)
{
  KexecService *self = user_data;

  self->backend = kexec_reboot_probe (self->environment, connection);
  /* The first word tells what there was already: what logind does not show then has been cancelled
   * while no daemon ran, and is not to be shown again. */
  if (self->knows_login)
    kexec_mirror_renew (self);
  self->knows_login = TRUE;
  kexec_properties_publish (self);
}

static void
on_login_vanished (GDBusConnection *connection, const char *name, gpointer user_data)
{
  on_login_changed (connection, name, NULL, user_data);
}

static gboolean
is_needed (KexecService *self)
{
  return self->record != NULL || self->schedule != NULL || self->staging || self->handing_over ||
         !g_queue_is_empty (&self->requests);
}

static gboolean
on_idle (gpointer user_data)
{
  KexecService *self = user_data;

  self->idle_timer = 0;
  if (!is_needed (self))
    self->quit (self->quit_data);
  return G_SOURCE_REMOVE;
}

void
kexec_service_touch (KexecService *self)
{
  g_clear_handle_id (&self->idle_timer, g_source_remove);
  if (!is_needed (self) && self->environment->idle_exit_sec > 0)
    self->idle_timer = g_timeout_add_seconds (self->environment->idle_exit_sec, on_idle, self);
}

/* An earlier daemon of this boot may have stopped at any point. */
static void
recover (KexecService *self)
{
  kexec_slot_recover (self);
  kexec_timetable_recover (self);
  if (kexec_arrival_is_pending (self->environment)) {
    /* Asked for, and not over yet: logind's signal or the time limit decides. */
    kexec_handover_begin (self);
    if (self->schedule != NULL)
      kexec_timetable_set (self, NULL, NULL);
  }
  kexec_timetable_resume (self);
}

KexecService *
kexec_service_new (const KexecEnvironment *environment, GDBusConnection *connection,
                   void (*quit) (gpointer user_data), gpointer user_data, GError **error)
{
  g_autoptr (KexecService) self = g_new0 (KexecService, 1);
  g_autoptr (GError) cause = NULL;

  self->environment = environment;
  self->connection = g_object_ref (connection);
  self->authority = kexec_authority_new (connection);
  self->quit = quit;
  self->quit_data = user_data;
  self->requests_of_uid = g_hash_table_new (NULL, NULL);
  self->verdicts = kexec_verdicts_new ();
  self->manager = kexec_manager_new (on_read, self);
  self->backend = kexec_reboot_probe (environment, connection);
  kexec_dispatch_connect (self);

  /* Where no unit does it at boot, the first start does. */
  if (!kexec_arrival_record (environment, &cause))
    kexec_log (KEXEC_EVENT_PROBLEM, NULL, "%s", cause->message);
  recover (self);
  kexec_properties_init (self);
  kexec_slot_refresh (self);

  kexec_handover_watch (self);
  self->login_watch =
    g_bus_watch_name_on_connection (connection, LOGIN1_BUS_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                    on_login_changed, on_login_vanished, self, NULL);
  if (!g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (self->manager), connection,
                                         KEXEC_BUS_PATH, error))
    return NULL;
  kexec_service_touch (self);
  return g_steal_pointer (&self);
}

static gboolean
on_drain_limit (gpointer user_data)
{
  guint *limit = user_data;

  *limit = 0;
  return G_SOURCE_REMOVE;
}

/* Each is answered now, as the process may not end at once: nothing wakes up what waits for a disk.
 * What works is answered when it has ended, and what loads during shutdown when it is known what
 * the next boot is to be told. */
static void
cancel_requests (KexecService *self)
{
  g_autoptr (GPtrArray) requests =
    g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_request_unref);

  for (GList *l = self->requests.head; l != NULL; l = l->next)
    g_ptr_array_add (requests, kexec_request_ref (l->data));
  for (guint i = 0; i < requests->len; i++) {
    KexecRequest *request = requests->pdata[i];

    kexec_request_cancel (request);
    if (request != self->worker && !request->is_executing && !request->is_late)
      kexec_request_fail (request,
                          g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled"));
  }
}

void
kexec_service_drain (KexecService *self)
{
  guint limit = g_timeout_add_seconds (KEXEC_DRAIN_SEC, on_drain_limit, &limit);

  self->is_draining = TRUE;
  cancel_requests (self);
  kexec_list_drain (self);
  /* All of these end, each within its own limits; but what is scheduled may wait for a listing,
   * which nothing can stop. */
  while (self->worker != NULL || self->staging || self->executing || self->mirror.busy ||
         (self->scheduling != NULL && limit != 0))
    g_main_context_iteration (NULL, TRUE);
  g_clear_handle_id (&limit, g_source_remove);
}

void
kexec_service_free (KexecService *self)
{
  if (g_dbus_interface_skeleton_get_connection (G_DBUS_INTERFACE_SKELETON (self->manager)) != NULL)
    g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (self->manager));
  if (self->prepare_signal != 0)
    g_dbus_connection_signal_unsubscribe (self->connection, self->prepare_signal);
  g_clear_handle_id (&self->login_watch, g_bus_unwatch_name);
  g_clear_handle_id (&self->idle_timer, g_source_remove);
  kexec_clock_clear_timer (&self->schedule_timer);
  kexec_clock_clear_timer (&self->expiry_timer);
  kexec_clock_clear_timer (&self->handover_timer);
  g_clear_pointer (&self->record, kexec_record_free);
  g_clear_pointer (&self->schedule, kexec_schedule_free);
  g_hash_table_unref (self->requests_of_uid);
  g_queue_clear (&self->waiting);
  g_queue_clear (&self->requests);
  kexec_mirror_clear (&self->mirror);
  kexec_stale_watch_set (&self->stale_watch, NULL, -1, NULL, NULL);
  kexec_list_memory_clear (&self->list_memory);
  kexec_verdicts_unref (self->verdicts);
  kexec_authority_free (self->authority);
  g_object_unref (self->manager);
  g_object_unref (self->connection);
  g_free (self);
}
