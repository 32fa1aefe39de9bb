/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of errors. The daemon registers it on the bus, the client looks names up in it. */
#include "image/error.h"

static const char *const names[] = {
  [KEXEC_ERROR_FAILED] = "Failed",
  [KEXEC_ERROR_INVALID_IMAGE] = "InvalidImage",
  [KEXEC_ERROR_UNSUPPORTED_IMAGE] = "UnsupportedImage",
  [KEXEC_ERROR_ARCHITECTURE_MISMATCH] = "ArchitectureMismatch",
  [KEXEC_ERROR_INVALID_INITRD] = "InvalidInitrd",
  [KEXEC_ERROR_COMMAND_LINE_TOO_LONG] = "CommandLineTooLong",
  [KEXEC_ERROR_INVALID_ARGUMENT] = "InvalidArgument",
  [KEXEC_ERROR_NO_SUCH_ENTRY] = "NoSuchEntry",
  [KEXEC_ERROR_NOT_STAGED] = "NotStaged",
  [KEXEC_ERROR_STAGE_CHANGED] = "StageChanged",
  [KEXEC_ERROR_FOREIGN_IMAGE] = "ForeignImage",
  [KEXEC_ERROR_STALE] = "Stale",
  [KEXEC_ERROR_BUSY] = "Busy",
  [KEXEC_ERROR_INHIBITED] = "Inhibited",
  [KEXEC_ERROR_SESSIONS_ACTIVE] = "SessionsActive",
  [KEXEC_ERROR_LOAD_DISABLED] = "LoadDisabled",
  [KEXEC_ERROR_LOAD_LIMIT_REACHED] = "LoadLimitReached",
  [KEXEC_ERROR_LOCKDOWN] = "Lockdown",
  [KEXEC_ERROR_SIGNATURE_MISSING] = "SignatureMissing",
  [KEXEC_ERROR_SIGNATURE_REJECTED] = "SignatureRejected",
  [KEXEC_ERROR_POLICY_REFUSED] = "PolicyRefused",
  [KEXEC_ERROR_OUT_OF_MEMORY] = "OutOfMemory",
  [KEXEC_ERROR_NO_MEMORY_HOLE] = "NoMemoryHole",
  [KEXEC_ERROR_NOT_SUPPORTED] = "NotSupported",
  [KEXEC_ERROR_NO_REBOOT_BACKEND] = "NoRebootBackend",
  [KEXEC_ERROR_AUTHORIZATION_DISMISSED] = "AuthorizationDismissed",
  [KEXEC_ERROR_TOO_MANY_REQUESTS] = "TooManyRequests",
  [KEXEC_ERROR_IO_ERROR] = "IOError",
};

G_STATIC_ASSERT (G_N_ELEMENTS (names) == KEXEC_N_ERRORS);

/* The formatter would put spaces into the name. */
/* clang-format off */
G_DEFINE_QUARK (kexec-error-quark, kexec_error)
/* clang-format on */

const char *
kexec_error_name (KexecError code)
{
  g_return_val_if_fail (code < KEXEC_N_ERRORS, names[KEXEC_ERROR_FAILED]);
  return names[code];
}
