/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gives the table of errors its names on the bus. */
#pragma once

#include "image/error.h"

/* GDBus has no code for the one error of D-Bus's own that we need beside AccessDenied. */
#define KEXEC_BUS_ERROR kexec_bus_error_quark ()
typedef enum {
  KEXEC_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED,
} KexecBusError;

GQuark kexec_bus_error_quark (void);

/** Registers every error with GDBus; call it before the first message. */
void kexec_bus_error_register (void);
