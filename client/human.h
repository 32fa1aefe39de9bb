/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Facts in the words of people: sizes, times, users, and text that is fit for a terminal. */
#pragma once

#include <glib.h>
#include <sys/types.h>

/**
 * kexec_human_text:
 * @text: (nullable): anything that a file or a service said
 *
 * Returns: (transfer full): @text as one line of valid UTF-8, with every control character and
 * every character that is invisible or changes the direction of writing replaced.
 */
char *kexec_human_text (const char *text);

/** Returns: (transfer full): @bytes as "8.2 MB", or "999 bytes". */
char *kexec_human_size_brief (guint64 bytes);

/** Returns: (transfer full): @bytes as "8.2 MB", with the exact number from 1 kB on. */
char *kexec_human_size (guint64 bytes);

/**
 * kexec_human_moment:
 * @usec: microseconds of CLOCK_REALTIME
 *
 * Returns: (transfer full): "Sat 2026-08-01 14:00:00 CEST", in the local time zone.
 */
char *kexec_human_moment (guint64 usec);

/** Returns: (transfer full): how long @usec microseconds are: "50 s", "5 min", "2 h 10 min", "3 d".
 */
char *kexec_human_span (guint64 usec);

/** Returns: (transfer full): @usec seen from @now, both CLOCK_REALTIME: "in 5 min", "5 min ago",
 * "now". */
char *kexec_human_relative (guint64 usec, guint64 now);

/** Returns: (transfer full): the name of a user, or "user 1000" if it has none. */
char *kexec_human_user (uid_t uid);
