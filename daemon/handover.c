/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/handover.h"

#include "daemon/arrival.h"
#include "daemon/clock.h"
#include "daemon/log.h"
#include "daemon/login.h"
#include "daemon/names.h"
#include "daemon/properties.h"
#include "daemon/slot.h"
#include "daemon/timetable.h"

void
kexec_handover_end (KexecService *service)
{
  kexec_clock_clear_timer (&service->handover_timer);
  service->handing_over = FALSE;
  kexec_timetable_arm (service);
  kexec_mirror_update (service);
  kexec_slot_refresh (service);
}

void
kexec_handover_note_failure (KexecService *service, guint32 uid, const char *text)
{
  if (service->record == NULL)
    kexec_arrival_note_failure (service->environment, uid, text);
  else if (kexec_arrival_expect (service->environment, service->record, uid, NULL))
    kexec_arrival_fail (service->environment, text);
  kexec_properties_publish_last (service);
}

void
kexec_handover_fail (KexecService *service, const char *text)
{
  if (!service->handing_over)
    return;
  kexec_handover_end (service);
  kexec_log (
    KEXEC_EVENT_EXECUTE_FAILED,
    kexec_record_log_fields (service->record, service->record != NULL ? service->record->uid : 0),
    "%s", text);
  kexec_arrival_fail (service->environment, text);
  kexec_properties_publish_last (service);
}

/* Returns: what ends a sentence about a shutdown that did not take place. */
static const char *
tell_fate (const KexecService *service, gboolean was_loaded_for_it)
{
  if (service->record == NULL)
    return was_loaded_for_it ? ", and what was loaded for it is let go again" : "";
  if (was_loaded_for_it)
    return ", and what was loaded for it stays; let it go with 'kexecctl unstage'";
  return kexec_slot_is_expired (service) ? ", and the image, whose time is over, is let go"
                                         : ", and the image stays staged";
}

void
kexec_handover_add_fate (const KexecService *service, gboolean was_loaded_for_it, GError **error)
{
  GError *cause = *error;

  *error = g_error_new (cause->domain, cause->code, "%s%s", cause->message,
                        tell_fate (service, was_loaded_for_it));
  g_error_free (cause);
}

/* A daemon that was started again during the shutdown has missed the signal: ask. */
static void
on_handover_looked_at (GObject *source, GAsyncResult *result, gpointer user_data)
{
  KexecService *service = user_data;
  g_autoptr (KexecLogin) login = kexec_login_read_finish (result, NULL);
  g_autofree char *text = NULL;

  if (!service->handing_over)
    return;
  if (service->executing || login == NULL || login->shutdown.preparing) {
    /* Not known to have failed: wait on. */
    kexec_handover_begin (service);
    return;
  }
  text = g_strdup_printf ("%s accepted the reboot but did not begin it within %u seconds; look at"
                          " its log%s",
                          service->backend->name, service->environment->handover_sec,
                          tell_fate (service, FALSE));
  kexec_handover_fail (service, text);
}

static void
on_handover_timeout (gpointer user_data)
{
  KexecService *service = user_data;

  kexec_clock_clear_timer (&service->handover_timer);
  kexec_login_read_async (service->environment, service->backend, service->connection, 0, NULL,
                          on_handover_looked_at, service);
}

void
kexec_handover_begin (KexecService *service)
{
  service->handing_over = TRUE;
  kexec_clock_clear_timer (&service->handover_timer);
  service->handover_timer = kexec_clock_add_timer (
    CLOCK_BOOTTIME, kexec_clock_boottime () + service->environment->handover_sec * G_USEC_PER_SEC,
    on_handover_timeout, service);
  kexec_slot_refresh (service);
}

/* logind says that a shutdown begins, or that one was broken off. */
static void
on_prepare_for_shutdown (GDBusConnection *connection, const char *sender, const char *path,
                         const char *interface, const char *signal, GVariant *parameters,
                         gpointer user_data)
{
  KexecService *service = user_data;
  g_autofree char *text = NULL;
  gboolean begins;

  if (!service->handing_over || !g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(b)")))
    return;
  g_variant_get (parameters, "(b)", &begins);
  if (begins) {
    kexec_clock_clear_timer (&service->handover_timer);
    return;
  }
  text = g_strdup_printf ("logind broke the shutdown off; its log may say why%s",
                          tell_fate (service, FALSE));
  kexec_handover_fail (service, text);
}

void
kexec_handover_watch (KexecService *service)
{
  service->prepare_signal = g_dbus_connection_signal_subscribe (
    service->connection, LOGIN1_BUS_NAME, LOGIN1_INTERFACE, "PrepareForShutdown", LOGIN1_PATH, NULL,
    G_DBUS_SIGNAL_FLAGS_NONE, on_prepare_for_shutdown, service, NULL);
}
