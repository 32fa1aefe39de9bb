/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/other-reboots.h"

/* Since this version "systemctl reboot" boots what is loaded, as "shutdown -r" always did. */
#define SYSTEMCTL_REBOOTS_VIA_KEXEC 255

static const char *
by_systemd (guint version)
{
  if (version >= SYSTEMCTL_REBOOTS_VIA_KEXEC)
    return "'shutdown -r' and 'systemctl reboot' boot it as well; Reboot in a desktop's menu goes "
           "through the firmware, into the normal kernel.";
  return "'shutdown -r' boots it as well; 'systemctl reboot' and Reboot in a desktop's menu go "
         "through the firmware, into the normal kernel.";
}

const char *
kexec_other_reboots (const char *backend, guint systemd_version)
{
  if (systemd_version != 0)
    return by_systemd (systemd_version);
  if (g_str_equal (backend, "openrc-init"))
    return "'openrc-shutdown --kexec now' boots it as well; 'reboot' and Reboot in a desktop's "
           "menu "
           "go through the firmware, into the normal kernel.";
  if (g_str_equal (backend, "sysvinit"))
    return "'reboot' and 'shutdown -r' boot it as well, where 'kexecctl reboot' does.";
  return "Whether another command that reboots also boots it depends on the init system.";
}
