/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "daemon/properties.h"

#include "daemon/arrival.h"
#include "daemon/late-load.h"
#include "daemon/log.h"
#include "daemon/preflight.h"
#include "daemon/slot.h"

/* --- those that follow the state --- */

static const char *
state_name (KexecService *service)
{
  if (service->handing_over)
    return "executing";
  if (service->staging)
    return "staging";
  if (service->schedule != NULL)
    return "scheduled";
  if (service->record != NULL)
    return "staged";
  return kexec_slot_is_foreign (service) ? "foreign" : "idle";
}

/* Whether the daemon is still needed depends on the same. */
void
kexec_properties_publish (KexecService *service)
{
  KexecBusManager *bus = KEXEC_BUS_MANAGER (service->manager);
  g_autoptr (GVariantDict) scheduled = g_variant_dict_new (NULL);

  if (service->schedule != NULL) {
    g_variant_dict_insert (scheduled, "when", "t", (guint64) service->schedule->when);
    g_variant_dict_insert (scheduled, "uid", "u", service->schedule->uid);
  }
  kexec_bus_manager_set_scheduled (bus, g_variant_dict_end (scheduled));
  kexec_bus_manager_set_staged (
    bus, service->record != NULL
           ? kexec_record_to_property (service->record, kexec_slot_is_stale (service))
           : g_variant_new ("a{sv}", NULL));
  kexec_bus_manager_set_reboot_backend (bus, service->backend->name);
  kexec_bus_manager_set_state (bus, state_name (service));
  kexec_service_touch (service);
}

/* --- those that follow the daemon and the machine --- */

static void
publish_features (KexecService *service)
{
  const char *features[4] = { NULL };
  guint n = 0;

  if (HAVE_SYSTEMD)
    features[n++] = "logind";
  if (HAVE_POLKIT)
    features[n++] = "polkit";
  if (kexec_log_uses_journal ())
    features[n++] = "journal";
  kexec_bus_manager_set_features (KEXEC_BUS_MANAGER (service->manager), features);
}

static void
publish_obstacles (KexecService *service)
{
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (GError) error = NULL;

  kexec_preflight_obstacles (service->environment, findings);
  if (!kexec_reboot_check (service->backend, service->environment, &error))
    kexec_findings_add (findings, KEXEC_FINDING_NO_REBOOT_BACKEND, NULL, NULL,
                        "An image can be staged, but not executed in order: %s", error->message);
  kexec_bus_manager_set_obstacles (KEXEC_BUS_MANAGER (service->manager),
                                   kexec_findings_to_variant (findings));
}

static void
publish_load_default (KexecService *service)
{
  g_autoptr (KexecConfig) config = kexec_config_load (service->environment->root_fd);

  kexec_bus_manager_set_load_default (KEXEC_BUS_MANAGER (service->manager),
                                      kexec_late_load_when (service->environment, config));
}

void
kexec_properties_publish_last (KexecService *service)
{
  kexec_bus_manager_set_last_execution (KEXEC_BUS_MANAGER (service->manager),
                                        kexec_arrival_last (service->environment));
}

void
kexec_properties_init (KexecService *service)
{
  kexec_bus_manager_set_version (KEXEC_BUS_MANAGER (service->manager), VERSION);
  publish_features (service);
  kexec_properties_publish_last (service);
  publish_obstacles (service);
}

void
kexec_properties_refresh (KexecService *service, const char *property)
{
  if (g_str_equal (property, "state") || g_str_equal (property, "staged") ||
      g_str_equal (property, "scheduled"))
    kexec_slot_refresh (service);
  else if (g_str_equal (property, "obstacles"))
    publish_obstacles (service);
  else if (g_str_equal (property, "load-default"))
    publish_load_default (service);
}
