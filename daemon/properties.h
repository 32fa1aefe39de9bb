/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The properties of the object on the bus: what everybody may know of the service's state. */
#pragma once

#include "daemon/service.h"

/** Sets what follows the daemon and the machine: Version, Features, LastExecution, Obstacles. */
void kexec_properties_init (KexecService *service);

/** The state has changed: sets State, Staged, Scheduled and RebootBackend. */
void kexec_properties_publish (KexecService *service);

/** What became of an execution is known: sets LastExecution. */
void kexec_properties_publish_last (KexecService *service);

/**
 * kexec_properties_refresh:
 * @property: its name as a GObject's: "load-default"
 *
 * Brings a property up to date that follows what changes without a word: the kernel's slot, the
 * machine and the configuration.
 */
void kexec_properties_refresh (KexecService *service, const char *property);
