/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Clocks in microseconds, and timers that fire at a point of a clock, also across a suspend. */
#pragma once

#include <glib.h>
#include <time.h>

/** Returns: microseconds of CLOCK_BOOTTIME, which goes on during suspend. */
gint64 kexec_clock_boottime (void);

/** Returns: what CLOCK_REALTIME shows (as set now) when CLOCK_BOOTTIME shows @boottime; both µs. */
gint64 kexec_clock_boottime_to_realtime (gint64 boottime);

/**
 * kexec_clock_add_timer:
 * @clock: CLOCK_REALTIME (follows when the clock is set) or CLOCK_BOOTTIME
 * @when: µs of that clock
 * @callback: called once, from the default main context, when the clock has reached @when
 *
 * Returns: (transfer full): the attached source; destroy it to cancel. %NULL if the kernel gave no
 * timer.
 */
GSource *kexec_clock_add_timer (clockid_t clock, gint64 when, GSourceOnceFunc callback,
                                gpointer user_data);

/** Destroys a timer and forgets it. */
void kexec_clock_clear_timer (GSource **timer);
