/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Arrival: whether an execution ended where it was meant to. A pending record is written before the
 * hand-over; the next boot compares it with what came up and keeps the result.
 */
#pragma once

#include "daemon/environment.h"
#include "daemon/record.h"

/**
 * kexec_arrival_expect:
 * @record: the image that is to come up
 * @uid: who executes it
 *
 * Writes the pending record, durably.
 */
gboolean kexec_arrival_expect (const KexecEnvironment *environment, const KexecRecord *record,
                               guint32 uid, GError **error);

/**
 * kexec_arrival_expect_late:
 * @hint: (nullable): what to say if the machine comes up through its firmware all the same
 *
 * As kexec_arrival_expect(), where the machine goes down already and no hand-over is waited for.
 */
gboolean kexec_arrival_expect_late (const KexecEnvironment *environment, const KexecRecord *record,
                                    const char *hint, GError **error);

/**
 * kexec_arrival_expect_failure:
 * @id, @title: of what was to be loaded; "" if not even that is known
 * @why: a sentence
 * @uid: for whom it was to be loaded
 *
 * Has the next boot report that nothing could be loaded while the machine went down.
 */
gboolean kexec_arrival_expect_failure (const KexecEnvironment *environment, const char *id,
                                       const char *title, const char *why, guint32 uid,
                                       GError **error);

/** The machine did not go down after all: forgets what the two above have written in this boot. */
void kexec_arrival_forget_late (const KexecEnvironment *environment);

/** Whether a hand-over of this boot is pending. */
gboolean kexec_arrival_is_pending (const KexecEnvironment *environment);

/** The shutdown did not begin: turns the pending record into the result "failed" with @text. */
void kexec_arrival_fail (const KexecEnvironment *environment, const char *text);

/** An execution that needed no image, or had none yet, did not begin: the result is "failed". */
void kexec_arrival_note_failure (const KexecEnvironment *environment, guint32 uid,
                                 const char *text);

/**
 * kexec_arrival_record:
 *
 * Turns the pending record of an earlier boot into the result, and logs it. Without one it does
 * nothing.
 */
gboolean kexec_arrival_record (const KexecEnvironment *environment, GError **error);

/** Returns: (transfer floating): the LastExecution property; empty if there was none. */
GVariant *kexec_arrival_last (const KexecEnvironment *environment);
