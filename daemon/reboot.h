/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reboot back-ends: each init system's way to an orderly shutdown. One file, one row in reboot.c.
 */
#pragma once

#include <gio/gio.h>

#include "daemon/environment.h"

/* What is asked of a back-end. */
typedef struct {
  gboolean kexec;             /* into the staged image; else an ordinary reboot */
  gboolean ignore_inhibitors; /* authorized to pass over them */
  const char *message;        /* (nullable): for everyone who is logged in */
} KexecRebootRequest;

typedef struct {
  const char *name; /* as the RebootBackend property has it */

  /* Whether this is how this machine reboots now. May make short calls on the bus. */
  gboolean (*probe) (const KexecEnvironment *environment, GDBusConnection *connection);

  /* Begins the shutdown; called from a worker. Returns %FALSE with NoRebootBackend, Inhibited or
   * Failed if it did not begin. */
  gboolean (*reboot) (GDBusConnection *connection, const KexecRebootRequest *request,
                      GError **error);
} KexecRebootBackend;

/** systemd with logind; built with -Dsystemd. */
extern const KexecRebootBackend kexec_reboot_logind;
/** Takes the place of one where there is none: its reboot always fails with NoRebootBackend. */
extern const KexecRebootBackend kexec_reboot_none;

/** Returns: the back-end of this machine, the placeholder if there is none. */
const KexecRebootBackend *kexec_reboot_probe (const KexecEnvironment *environment,
                                              GDBusConnection *connection);

/** Begins the shutdown in a worker; @request's strings are copied. */
void kexec_reboot_async (const KexecRebootBackend *backend, GDBusConnection *connection,
                         const KexecRebootRequest *request, GAsyncReadyCallback callback,
                         gpointer user_data);
gboolean kexec_reboot_finish (GAsyncResult *result, GError **error);
