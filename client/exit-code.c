/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Errors of kexecd and of D-Bus, and the exit code of each. */
#include "client/exit-code.h"

#include "image/error.h"

/* "Refused" is every answer for which something has to change before it is worth trying again. */
static const KexecExitCode codes[] = {
  [KEXEC_ERROR_FAILED] = KEXEC_EXIT_FAILED,
  [KEXEC_ERROR_INVALID_IMAGE] = KEXEC_EXIT_REFUSED,
  [KEXEC_ERROR_UNSUPPORTED_IMAGE] = KEXEC_EXIT_REFUSED,
  [KEXEC_ERROR_ARCHITECTURE_MISMATCH] = KEXEC_EXIT_REFUSED,
  [KEXEC_ERROR_INVALID_INITRD] = KEXEC_EXIT_REFUSED,
  [KEXEC_ERROR_COMMAND_LINE_TOO_LONG] = KEXEC_EXIT_REFUSED,
  [KEXEC_ERROR_INVALID_ARGUMENT] = KEXEC_EXIT_USAGE,
  [KEXEC_ERROR_NO_SUCH_ENTRY] = KEXEC_EXIT_FAILED,
  [KEXEC_ERROR_NOT_STAGED] = KEXEC_EXIT_FAILED,
  [KEXEC_ERROR_STAGE_CHANGED] = KEXEC_EXIT_REFUSED,
  [KEXEC_ERROR_FOREIGN_IMAGE] = KEXEC_EXIT_REFUSED,
  [KEXEC_ERROR_STALE] = KEXEC_EXIT_REFUSED,
  [KEXEC_ERROR_BUSY] = KEXEC_EXIT_FAILED,
  [KEXEC_ERROR_INHIBITED] = KEXEC_EXIT_REFUSED,
  [KEXEC_ERROR_SESSIONS_ACTIVE] = KEXEC_EXIT_REFUSED,
  [KEXEC_ERROR_LOAD_DISABLED] = KEXEC_EXIT_REFUSED,
  [KEXEC_ERROR_LOAD_LIMIT_REACHED] = KEXEC_EXIT_REFUSED,
  [KEXEC_ERROR_LOCKDOWN] = KEXEC_EXIT_REFUSED,
  [KEXEC_ERROR_SIGNATURE_MISSING] = KEXEC_EXIT_REFUSED,
  [KEXEC_ERROR_SIGNATURE_REJECTED] = KEXEC_EXIT_REFUSED,
  [KEXEC_ERROR_POLICY_REFUSED] = KEXEC_EXIT_REFUSED,
  [KEXEC_ERROR_OUT_OF_MEMORY] = KEXEC_EXIT_REFUSED,
  [KEXEC_ERROR_NO_MEMORY_HOLE] = KEXEC_EXIT_REFUSED,
  [KEXEC_ERROR_NOT_SUPPORTED] = KEXEC_EXIT_REFUSED,
  [KEXEC_ERROR_NO_REBOOT_BACKEND] = KEXEC_EXIT_REFUSED,
  [KEXEC_ERROR_AUTHORIZATION_DISMISSED] = KEXEC_EXIT_UNAUTHORIZED,
  [KEXEC_ERROR_TOO_MANY_REQUESTS] = KEXEC_EXIT_FAILED,
  [KEXEC_ERROR_IO_ERROR] = KEXEC_EXIT_FAILED,
};

G_STATIC_ASSERT (G_N_ELEMENTS (codes) == KEXEC_N_ERRORS);

void
kexec_exit_code_register (void)
{
  for (int code = 0; code < KEXEC_N_ERRORS; code++) {
    g_autofree char *name = g_strconcat (KEXEC_ERROR_PREFIX, kexec_error_name (code), NULL);

    g_dbus_error_register_error (KEXEC_ERROR, code, name);
  }
}

/* GDBus has no code of its own for this one. */
gboolean
kexec_exit_code_wants_interaction (const GError *error)
{
  g_autofree char *name = g_dbus_error_get_remote_error (error);

  return g_strcmp0 (name, "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired") == 0;
}

KexecExitCode
kexec_exit_code (const GError *error)
{
  if (error->domain == KEXEC_ERROR && error->code >= 0 && error->code < KEXEC_N_ERRORS)
    return codes[error->code];
  if (g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED) ||
      kexec_exit_code_wants_interaction (error))
    return KEXEC_EXIT_UNAUTHORIZED;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return KEXEC_EXIT_INTERRUPTED;
  return KEXEC_EXIT_FAILED;
}
