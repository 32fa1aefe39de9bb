/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* systemd itself, as PID 1: org.freedesktop.systemd1(5). */
#pragma once

#include <gio/gio.h>

/** Returns: whether systemd is the init system: sd_booted(3). */
gboolean kexec_systemd1_is_init (int root_fd);

/** Calls a method of its Manager. Returns: (transfer full): the reply, or %NULL. */
GVariant *kexec_systemd1_call (GDBusConnection *connection, const char *method,
                               GVariant *parameters, GError **error);

/**
 * kexec_systemd1_check_no_logind:
 *
 * A logind that is only being started again holds inhibitors that nobody may pass over by asking
 * somebody else.
 *
 * Returns: whether logind cannot run here at all: its unit is masked, or not installed; else Failed
 * with a sentence.
 */
gboolean kexec_systemd1_check_no_logind (GDBusConnection *connection, GError **error);
