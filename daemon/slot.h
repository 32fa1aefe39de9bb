/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's slot and the record of our image in it: whether the two still agree, how an image
 * comes in, and how it is let go. The kernel does not tell when the slot changes: refresh first.
 */
#pragma once

#include "daemon/service.h"

/** Looks at the slot and brings state and properties up to date. */
void kexec_slot_refresh (KexecService *service);

/** Whether nothing at all is loaded, and the kernel says so. */
gboolean kexec_slot_is_empty (KexecService *service);

/** Whether the slot holds an image that is not ours; refresh first. */
gboolean kexec_slot_is_foreign (KexecService *service);

/** Whether the staged image's time is over, and no schedule keeps it. */
gboolean kexec_slot_is_expired (const KexecService *service);

/** Whether the staged entry's files have changed since. Only if one is staged. */
gboolean kexec_slot_is_stale (KexecService *service);

/**
 * kexec_slot_check_staged:
 * @stage_id: (nullable): the image that the caller means
 *
 * Returns: whether our image is staged, and the one that is meant; else NotStaged, ForeignImage or
 * StageChanged.
 */
gboolean kexec_slot_check_staged (KexecService *service, const char *stage_id, GError **error);

/** Takes the record of a new image; a schedule for the one before is cancelled. */
void kexec_slot_set_record (KexecService *service, KexecRecord *record);

/** A staging has failed: the record on disk says whether what was staged before still is. */
void kexec_slot_note_failed_staging (KexecService *service);

/** Empties the slot, whoever filled it. */
gboolean kexec_slot_unload (KexecService *service, GError **error);

/** Starts anew the timer that lets our image go; while a schedule waits there is none. */
void kexec_slot_arm_expiry (KexecService *service);

/** Takes over the record of an earlier daemon of this boot, which may have stopped at any point. */
void kexec_slot_recover (KexecService *service);
