/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is scheduled: the one reboot that may wait for its time, from when it is kept until it fires
 * or is cancelled.
 */
#pragma once

#include "daemon/service.h"

/**
 * kexec_timetable_set:
 * @schedule: (transfer full) (nullable): %NULL: forgets the one there is
 *
 * Keeps a schedule, also for a daemon that comes after this one, and starts its timer.
 */
gboolean kexec_timetable_set (KexecService *service, KexecSchedule *schedule, GError **error);

/**
 * kexec_timetable_take:
 *
 * Takes out the schedule, whose time has come, or in whose place another reboot comes. Until
 * kexec_timetable_forget() it is still kept for a daemon that comes after this one.
 *
 * Returns: (transfer full): it
 */
KexecSchedule *kexec_timetable_take (KexecService *service);

/**
 * kexec_timetable_put_back:
 * @schedule: (transfer full) (nullable): what was taken out
 *
 * The reboot that was to take its place did not come about: it waits for its time again, unless its
 * image is lost by now.
 */
void kexec_timetable_put_back (KexecService *service, KexecSchedule *schedule);

/** What was taken out is handed over, or has failed: no later daemon is to begin it again. */
void kexec_timetable_forget (KexecService *service);

/** Keeps with the schedule, if there still is one, under which id the init system shows it. */
void kexec_timetable_note_shown (KexecService *service, const char *id);

/** Cancels the schedule, if there is one, and logs @why. */
void kexec_timetable_cancel (KexecService *service, guint32 uid, const char *why);

/**
 * kexec_timetable_arm:
 *
 * Starts the timers anew, that of the image's expiry as well, after whatever one that fired had to
 * wait for.
 *
 * Returns: %FALSE if the kernel gave no timer for the schedule.
 */
gboolean kexec_timetable_arm (KexecService *service);

/** Takes over the schedule of an earlier daemon of this boot, and what users are shown of it. */
void kexec_timetable_recover (KexecService *service);

/** After that, once it is known what became of the image: the schedule goes on, or is cancelled if
 * its image is lost or another was staged. */
void kexec_timetable_resume (KexecService *service);
