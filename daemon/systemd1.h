/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* systemd itself, as PID 1: org.freedesktop.systemd1(5). */
#pragma once

#include <gio/gio.h>

/** Returns: whether systemd is the init system: sd_booted(3). */
gboolean kexec_systemd1_is_init (int root_fd);

/** Returns: whether somebody on the bus has @name now. */
gboolean kexec_systemd1_has_owner (GDBusConnection *connection, const char *name);

/** Calls a method of its Manager. Returns: (transfer full): the reply, or %NULL. */
GVariant *kexec_systemd1_call (GDBusConnection *connection, const char *method,
                               GVariant *parameters, GError **error);

/**
 * kexec_systemd1_check_no_logind:
 *
 * A logind that is only being started again holds inhibitors that nobody may pass over by asking
 * somebody else.
 *
 * Returns: whether there is no logind and cannot be one: nobody has its name, and its unit is
 * masked or not installed; else Failed with a sentence.
 */
gboolean kexec_systemd1_check_no_logind (GDBusConnection *connection, GError **error);
