/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The errors of kexecd: one domain, one table from code to the name that callers see. */
#pragma once

#include <glib.h>

#define KEXEC_ERROR kexec_error_quark ()

/* The prefix of every error's D-Bus name. */
#define KEXEC_ERROR_PREFIX "org.kexec.Error."

typedef enum {
  KEXEC_ERROR_FAILED,
  KEXEC_ERROR_INVALID_IMAGE,
  KEXEC_ERROR_UNSUPPORTED_IMAGE,
  KEXEC_ERROR_ARCHITECTURE_MISMATCH,
  KEXEC_ERROR_INVALID_INITRD,
  KEXEC_ERROR_COMMAND_LINE_TOO_LONG,
  KEXEC_ERROR_INVALID_ARGUMENT,
  KEXEC_ERROR_NO_SUCH_ENTRY,
  KEXEC_ERROR_NOT_STAGED,
  KEXEC_ERROR_STAGE_CHANGED,
  KEXEC_ERROR_FOREIGN_IMAGE,
  KEXEC_ERROR_STALE,
  KEXEC_ERROR_BUSY,
  KEXEC_ERROR_INHIBITED,
  KEXEC_ERROR_SESSIONS_ACTIVE,
  KEXEC_ERROR_LOAD_DISABLED,
  KEXEC_ERROR_LOAD_LIMIT_REACHED,
  KEXEC_ERROR_LOCKDOWN,
  KEXEC_ERROR_SIGNATURE_MISSING,
  KEXEC_ERROR_SIGNATURE_REJECTED,
  KEXEC_ERROR_POLICY_REFUSED,
  KEXEC_ERROR_OUT_OF_MEMORY,
  KEXEC_ERROR_NO_MEMORY_HOLE,
  KEXEC_ERROR_NOT_SUPPORTED,
  KEXEC_ERROR_NO_REBOOT_BACKEND,
  KEXEC_ERROR_AUTHORIZATION_DISMISSED,
  KEXEC_ERROR_TOO_MANY_REQUESTS,
  KEXEC_ERROR_IO_ERROR,
  KEXEC_N_ERRORS
} KexecError;

GQuark kexec_error_quark (void);

/**
 * kexec_error_name:
 * @code: a code of this domain
 *
 * Returns: the last part of its D-Bus name, "InvalidImage"; the whole name is this after
 * %KEXEC_ERROR_PREFIX.
 */
const char *kexec_error_name (KexecError code);
