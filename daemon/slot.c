/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/slot.h"

#include "daemon/arrival.h"
#include "daemon/clock.h"
#include "daemon/handover.h"
#include "daemon/log.h"
#include "daemon/names.h"
#include "daemon/properties.h"
#include "daemon/store.h"
#include "daemon/timetable.h"

/* --- what is in it --- */

gboolean
kexec_slot_is_empty (KexecService *service)
{
  return service->record == NULL && !service->staging &&
         kexec_kernel_slot (service->environment->root_fd) == KEXEC_SLOT_EMPTY;
}

gboolean
kexec_slot_is_foreign (KexecService *service)
{
  return service->record == NULL && !service->staging &&
         kexec_kernel_slot (service->environment->root_fd) == KEXEC_SLOT_FULL;
}

gboolean
kexec_slot_is_stale (KexecService *service)
{
  return kexec_stale_can_look (service->record) &&
         kexec_record_is_stale (service->record, service->environment->root_fd);
}

gboolean
kexec_slot_check_staged (KexecService *service, const char *stage_id, GError **error)
{
  if (service->record == NULL && kexec_slot_is_foreign (service))
    g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_FOREIGN_IMAGE,
                         "The loaded image is not from kexecd; let it go with 'kexecctl unstage'"
                         " and stage again");
  else if (service->record == NULL)
    g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_NOT_STAGED,
                         "Nothing is staged; choose a kernel with 'kexecctl stage'");
  else if (stage_id != NULL && !g_str_equal (stage_id, service->record->stage_id))
    g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_STAGE_CHANGED,
                 "Another image has been staged in the meantime (%s); look at 'kexecctl status' and"
                 " decide again",
                 service->record->title);
  else
    return TRUE;
  return FALSE;
}

/* --- the record --- */

static void
on_files_changed (gpointer user_data)
{
  kexec_properties_publish (user_data);
}

/* After the record has changed. */
static void
watch_files (KexecService *service)
{
  kexec_stale_watch_set (&service->stale_watch, service->record, service->environment->root_fd,
                         on_files_changed, service);
}

static void
forget_record (KexecService *service)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&service->record, kexec_record_free);
  watch_files (service);
  kexec_clock_clear_timer (&service->expiry_timer);
  if (!kexec_store_remove (service->environment->runtime_fd, KEXEC_FILE_STAGED, FALSE, &error))
    kexec_log (KEXEC_EVENT_PROBLEM, NULL, "%s", error->message);
}

void
kexec_slot_refresh (KexecService *service)
{
  KexecSlot slot = kexec_kernel_slot (service->environment->root_fd);

  if (service->record != NULL && slot == KEXEC_SLOT_EMPTY && !service->staging) {
    kexec_log (KEXEC_EVENT_LOST, kexec_record_log_fields (service->record, service->record->uid),
               "%s is no longer staged: another program emptied the slot", service->record->title);
    if (service->schedule != NULL)
      kexec_handover_note_failure (
        service, service->schedule->uid,
        "Another program unloaded the staged image before its time came");
    kexec_timetable_cancel (service, 0, "another program unloaded the staged image");
    forget_record (service);
  }
  if (kexec_slot_is_foreign (service) && !service->foreign_logged)
    kexec_log (
      KEXEC_EVENT_FOREIGN, NULL,
      "The slot holds an image that another program loaded; 'kexecctl unstage' lets it go");
  service->foreign_logged = kexec_slot_is_foreign (service);
  kexec_properties_publish (service);
}

void
kexec_slot_set_record (KexecService *service, KexecRecord *record)
{
  g_clear_pointer (&service->record, kexec_record_free);
  service->record = record;
  if (service->schedule != NULL && !service->handing_over &&
      !g_str_equal (service->schedule->stage_id, record->stage_id))
    kexec_timetable_cancel (service, record->uid, "another image was staged");
  kexec_slot_arm_expiry (service);
  watch_files (service);
  kexec_properties_publish (service);
}

void
kexec_slot_note_failed_staging (KexecService *service)
{
  g_autoptr (KexecRecord) left =
    kexec_record_load (service->environment->runtime_fd, service->environment->boot_id);

  if (service->record == NULL || left != NULL)
    return;
  kexec_timetable_cancel (service, 0, "the staged image was lost as another was loaded");
  forget_record (service);
}

void
kexec_slot_recover (KexecService *service)
{
  int runtime_fd = service->environment->runtime_fd;
  gboolean full = kexec_kernel_slot (service->environment->root_fd) == KEXEC_SLOT_FULL;
  g_autoptr (KexecRecord) record = kexec_record_load (runtime_fd, service->environment->boot_id);
  g_autoptr (GError) error = NULL;

  if (record != NULL && record->loading && full && !record->replaces) {
    /* The slot was empty before this load, and it is full now. */
    record->loading = FALSE;
    kexec_record_save (record, runtime_fd, &error);
  } else if (record != NULL && record->loading) {
    /* Nothing was loaded; or it was to replace an image of ours, and nobody can tell which of the
     * two is in the slot: it is treated as foreign. */
    if (full)
      kexec_log (KEXEC_EVENT_PROBLEM, NULL,
                 "kexecd stopped while %s was loaded over another image; which of them is in the"
                 " slot is not known, 'kexecctl unstage' lets it go",
                 record->title);
    g_clear_pointer (&record, kexec_record_free);
    kexec_store_remove (runtime_fd, KEXEC_FILE_STAGED, FALSE, &error);
  }
  if (error != NULL)
    kexec_log (KEXEC_EVENT_PROBLEM, NULL, "%s", error->message);
  service->record = g_steal_pointer (&record);
  watch_files (service);
}

/* --- letting it go --- */

gboolean
kexec_slot_unload (KexecService *service, GError **error)
{
  g_autoptr (KexecKernelFacts) facts = kexec_kernel_facts_read (service->environment->root_fd);
  int error_number = service->environment->ops->unload ();

  if (error_number != 0) {
    kexec_kernel_load_error (error_number, facts, error);
    return FALSE;
  }
  kexec_timetable_cancel (service, 0, "the image was unstaged");
  kexec_arrival_forget_late (service->environment);
  forget_record (service);
  kexec_slot_refresh (service);
  return TRUE;
}

static void
on_expired (gpointer user_data)
{
  KexecService *service = user_data;
  g_autoptr (KexecRecord) record = NULL;
  g_autoptr (GError) error = NULL;

  kexec_clock_clear_timer (&service->expiry_timer);
  kexec_slot_refresh (service);
  if (service->record == NULL || service->staging || service->handing_over)
    return;
  record = kexec_record_load (service->environment->runtime_fd, service->environment->boot_id);
  if (!kexec_slot_unload (service, &error))
    kexec_log (KEXEC_EVENT_PROBLEM, NULL, "The staged image has expired but stays: %s",
               error->message);
  else if (record != NULL)
    kexec_log (KEXEC_EVENT_EXPIRED, kexec_record_log_fields (record, record->uid),
               "%s, staged by uid %u, was let go: its time was over", record->title, record->uid);
}

gboolean
kexec_slot_is_expired (const KexecService *service)
{
  return service->record != NULL && service->record->expires != 0 && service->schedule == NULL &&
         service->record->expires <= kexec_clock_boottime ();
}

/* An image that waits for its scheduled time does not expire. */
void
kexec_slot_arm_expiry (KexecService *service)
{
  kexec_clock_clear_timer (&service->expiry_timer);
  if (service->record == NULL || service->record->expires == 0 || service->schedule != NULL)
    return;
  service->expiry_timer =
    kexec_clock_add_timer (CLOCK_BOOTTIME, service->record->expires, on_expired, service);
  if (service->expiry_timer == NULL)
    kexec_log (KEXEC_EVENT_PROBLEM, NULL,
               "The kernel gave no timer, so %s stays staged until it is unstaged",
               service->record->title);
}
