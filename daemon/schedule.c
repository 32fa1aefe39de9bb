/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/schedule.h"

#include "daemon/log.h"
#include "daemon/names.h"
#include "daemon/store.h"

#define GROUP "Schedule"

KexecSchedule *
kexec_schedule_new (void)
{
  return g_new0 (KexecSchedule, 1);
}

void
kexec_schedule_free (KexecSchedule *self)
{
  g_free (self->stage_id);
  g_free (self->message);
  g_free (self->shown);
  g_free (self);
}

gboolean
kexec_schedule_save (const KexecSchedule *self, int runtime_fd, const char *boot_id, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  g_key_file_set_string (file, GROUP, "BootId", boot_id);
  g_key_file_set_string (file, GROUP, "StageId", self->stage_id);
  if (self->message != NULL)
    g_key_file_set_string (file, GROUP, "Message", self->message);
  if (self->shown != NULL)
    g_key_file_set_string (file, GROUP, "Shown", self->shown);
  g_key_file_set_uint64 (file, GROUP, "Uid", self->uid);
  g_key_file_set_int64 (file, GROUP, "When", self->when);
  g_key_file_set_boolean (file, GROUP, "IgnoreInhibitors", self->ignore_inhibitors);
  g_key_file_set_boolean (file, GROUP, "AllowColdReboot", self->allow_cold_reboot);
  g_key_file_set_boolean (file, GROUP, "Load", self->load);
  g_key_file_set_uint64 (file, GROUP, "Granted", self->granted);
  return kexec_store_save (runtime_fd, KEXEC_FILE_SCHEDULE, file, FALSE, error);
}

KexecSchedule *
kexec_schedule_load (int runtime_fd, const char *boot_id)
{
  g_autoptr (GKeyFile) file = kexec_store_load (runtime_fd, KEXEC_FILE_SCHEDULE, NULL);
  g_autofree char *saved_boot_id =
    file != NULL ? g_key_file_get_string (file, GROUP, "BootId", NULL) : NULL;
  g_autoptr (KexecSchedule) self = NULL;

  if (saved_boot_id == NULL || !g_str_equal (saved_boot_id, boot_id))
    return NULL;
  self = kexec_schedule_new ();
  self->stage_id = g_key_file_get_string (file, GROUP, "StageId", NULL);
  self->message = g_key_file_get_string (file, GROUP, "Message", NULL);
  self->shown = g_key_file_get_string (file, GROUP, "Shown", NULL);
  self->when = g_key_file_get_int64 (file, GROUP, "When", NULL);
  self->ignore_inhibitors = g_key_file_get_boolean (file, GROUP, "IgnoreInhibitors", NULL);
  self->allow_cold_reboot = g_key_file_get_boolean (file, GROUP, "AllowColdReboot", NULL);
  self->load = g_key_file_get_boolean (file, GROUP, "Load", NULL);
  self->granted = g_key_file_get_uint64 (file, GROUP, "Granted", NULL);
  if (self->stage_id == NULL || self->when <= 0 || !kexec_store_get_uid (file, GROUP, &self->uid))
    return NULL;
  return g_steal_pointer (&self);
}

void
kexec_schedule_remove (int runtime_fd)
{
  g_autoptr (GError) error = NULL;

  if (!kexec_store_remove (runtime_fd, KEXEC_FILE_SCHEDULE, FALSE, &error))
    kexec_log (KEXEC_EVENT_PROBLEM, NULL, "%s", error->message);
}
