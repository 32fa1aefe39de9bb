/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Loading while the machine goes down: Stage with the option "during-shutdown", which a service
 * script calls when the init system has begun to reboot. Nobody has called Execute, and nobody can
 * be asked any more: only the default entry is loaded, if it is trusted and not guessed. What is to
 * come up, or why nothing could be loaded, is written down for the next boot to report.
 */
#pragma once

#include "boot/config.h"
#include "daemon/request.h"

/** Returns: what LoadDuringShutdown= is; where it is not set, %TRUE where OpenRC runs. */
gboolean kexec_late_load_is_wanted (const KexecEnvironment *environment, const KexecConfig *config);

/** Returns: the LoadDefault property: "at-start", "during-shutdown" or "never". */
const char *kexec_late_load_when (const KexecEnvironment *environment, const KexecConfig *config);

/**
 * kexec_late_load_check:
 *
 * Looks whether @request has the option, and may: only root's Stage, and only of the default entry.
 */
gboolean kexec_late_load_check (KexecRequest *request, GError **error);

/** As kexec_stage_prepare(), but a reboot that kexecd itself has begun stands in no way. */
gboolean kexec_late_load_prepare (KexecRequest *request, GError **error);

/**
 * kexec_late_load_resolve:
 * @list: finds the default entry; ends in kexec_dispatch_resolved()
 *
 * What is staged already is kept, unless its files have changed since.
 */
void kexec_late_load_resolve (KexecRequest *request, void (*list) (KexecRequest *request));

/**
 * kexec_late_load_check_entry:
 * @uid: who asks for it
 *
 * Whether an entry may be loaded this way: what the right to boot the default is for. Else what
 * blocks it, or AccessDenied with the reason.
 */
gboolean kexec_late_load_check_entry (const KexecEntry *entry, guint32 uid, GError **error);

/** The image is loaded: writes down that it is to come up. */
void kexec_late_load_expect (KexecRequest *request, const KexecRecord *record);

/** Nothing could be loaded: writes down why, and makes sure that the reboot is a normal one. */
void kexec_late_load_failed (KexecRequest *request, const GError *error);
