/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The placeholder where no init system is known: it says so. */
#include "daemon/reboot.h"

#include "image/error.h"

static gboolean
none_probe (const KexecEnvironment *environment, GDBusConnection *connection)
{
  return TRUE;
}

static gboolean
none_reach (const KexecEnvironment *environment, GError **error)
{
  g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_NO_REBOOT_BACKEND,
                       "No init system that kexecd knows how to shut down is running (systemd,"
                       " openrc-init and sysvinit are); shut down with its own command");
  return FALSE;
}

static gboolean
none_reboot (const KexecEnvironment *environment, GDBusConnection *connection,
             const KexecRebootRequest *request, GError **error)
{
  return none_reach (environment, error);
}

const KexecRebootBackend kexec_reboot_none = {
  .name = "none",
  .probe = none_probe,
  .reach = none_reach,
  .reboot = none_reboot,
};
