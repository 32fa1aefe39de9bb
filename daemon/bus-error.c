/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/bus-error.h"

#include <gio/gio.h>

/* The formatter would put spaces into the name. */
/* clang-format off */
G_DEFINE_QUARK (kexec-bus-error-quark, kexec_bus_error)
/* clang-format on */

void
kexec_bus_error_register (void)
{
  for (int code = 0; code < KEXEC_N_ERRORS; code++) {
    g_autofree char *name = g_strconcat (KEXEC_ERROR_PREFIX, kexec_error_name (code), NULL);

    g_dbus_error_register_error (KEXEC_ERROR, code, name);
  }
  g_dbus_error_register_error (KEXEC_BUS_ERROR, KEXEC_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED,
                               "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired");
}
