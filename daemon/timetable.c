/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/timetable.h"

#include "daemon/arrival.h"
#include "daemon/clock.h"
#include "daemon/execution.h"
#include "daemon/handover.h"
#include "daemon/log.h"
#include "daemon/properties.h"
#include "daemon/slot.h"

static void
on_time (gpointer user_data)
{
  KexecService *service = user_data;

  kexec_clock_clear_timer (&service->schedule_timer);
  kexec_slot_refresh (service);
  /* While an image is staged, or a reboot is under way, it waits for the end of that. */
  if (service->schedule != NULL && !service->staging && !service->handing_over)
    kexec_execution_fire (service);
}

gboolean
kexec_timetable_arm (KexecService *service)
{
  kexec_clock_clear_timer (&service->schedule_timer);
  if (service->schedule != NULL)
    service->schedule_timer =
      kexec_clock_add_timer (CLOCK_REALTIME, service->schedule->when, on_time, service);
  kexec_slot_arm_expiry (service);
  return service->schedule == NULL || service->schedule_timer != NULL;
}

gboolean
kexec_timetable_set (KexecService *service, KexecSchedule *schedule, GError **error)
{
  if (schedule != NULL && !kexec_schedule_save (schedule, service->environment->runtime_fd,
                                                service->environment->boot_id, error)) {
    kexec_schedule_free (schedule);
    return FALSE;
  }
  if (schedule == NULL)
    kexec_schedule_remove (service->environment->runtime_fd);
  g_clear_pointer (&service->schedule, kexec_schedule_free);
  service->schedule = schedule;
  if (!kexec_timetable_arm (service)) {
    g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_FAILED,
                         "The kernel gave no timer, so nothing is scheduled; try again later");
    kexec_timetable_set (service, NULL, NULL);
    return FALSE;
  }
  kexec_mirror_update (service);
  kexec_properties_publish (service);
  return TRUE;
}

KexecSchedule *
kexec_timetable_take (KexecService *service)
{
  KexecSchedule *schedule = g_steal_pointer (&service->schedule);

  kexec_timetable_arm (service);
  kexec_properties_publish (service);
  return schedule;
}

void
kexec_timetable_forget (KexecService *service)
{
  kexec_schedule_remove (service->environment->runtime_fd);
}

void
kexec_timetable_note_shown (KexecService *service, const char *id)
{
  g_autoptr (GError) error = NULL;

  if (service->schedule == NULL || g_strcmp0 (service->schedule->shown, id) == 0)
    return;
  g_free (service->schedule->shown);
  service->schedule->shown = g_strdup (id);
  if (!kexec_schedule_save (service->schedule, service->environment->runtime_fd,
                            service->environment->boot_id, &error))
    kexec_log (KEXEC_EVENT_PROBLEM, NULL, "%s", error->message);
}

void
kexec_timetable_cancel (KexecService *service, guint32 uid, const char *why)
{
  if (service->schedule == NULL)
    return;
  kexec_log (KEXEC_EVENT_CANCELLED, kexec_record_log_fields (service->record, uid),
             "The reboot that uid %u scheduled was cancelled: %s", service->schedule->uid, why);
  kexec_timetable_set (service, NULL, NULL);
}

void
kexec_timetable_recover (KexecService *service)
{
  service->schedule =
    kexec_schedule_load (service->environment->runtime_fd, service->environment->boot_id);
  kexec_mirror_recover (service);
}

/* Returns: (nullable): why the schedule of an earlier daemon cannot go on. */
static const char *
find_obstacle (const KexecService *service)
{
  const KexecSchedule *schedule = service->schedule;

  if (schedule == NULL)
    return NULL;
  if (service->record != NULL && !g_str_equal (schedule->stage_id, service->record->stage_id))
    return "another image was staged";
  if (service->record == NULL && *schedule->stage_id != '\0')
    return "its image was lost when kexecd stopped in the middle of a staging";
  return NULL;
}

void
kexec_timetable_put_back (KexecService *service, KexecSchedule *schedule)
{
  g_autoptr (GError) error = NULL;
  const char *why;

  if (schedule == NULL)
    return;
  if (!kexec_timetable_set (service, schedule, &error))
    kexec_log (KEXEC_EVENT_PROBLEM, NULL, "%s", error->message);
  why = find_obstacle (service);
  if (why == NULL)
    return;
  if (service->record == NULL)
    why = "its image was lost in a reboot that failed";
  /* Where that reboot got as far as to tell the next boot, it is what is told. */
  if (!kexec_arrival_is_pending (service->environment))
    kexec_handover_note_failure (service, service->schedule->uid, why);
  kexec_timetable_cancel (service, 0, why);
}

void
kexec_timetable_resume (KexecService *service)
{
  const char *why = find_obstacle (service);

  if (why != NULL) {
    if (service->record == NULL || service->schedule->when <= g_get_real_time ())
      kexec_handover_note_failure (service, service->schedule->uid, why);
    kexec_timetable_cancel (service, 0, why);
  }
  kexec_mirror_resume (service);
  kexec_timetable_arm (service);
}
