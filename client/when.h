/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What people write after --when=, as a time. */
#pragma once

#include <glib.h>

/**
 * kexec_when_parse:
 * @text: "now", "+MINUTES", "+90s", "+5min", "+2h", "HH:MM" (the next such time) or
 *   "YYYY-MM-DD HH:MM"
 * @now: the present time, in the time zone that "HH:MM" is meant in
 * @ret_usec: (out): microseconds of CLOCK_REALTIME, 0 for now
 *
 * Returns: %FALSE with InvalidArgument if it is none of these, or in the past.
 */
gboolean kexec_when_parse (const char *text, GDateTime *now, guint64 *ret_usec, GError **error);
