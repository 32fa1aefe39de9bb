/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Threads for work on large files: as many as there are processors, the caller's among them, and a
 * common allowance of memory.
 */
#pragma once

#include <glib.h>

typedef struct KexecCrew KexecCrew;
typedef struct KexecWork KexecWork;

typedef void (*KexecWorkFunc) (gpointer user_data);

/**
 * kexec_crew_new:
 * @memory: what works may reserve together, in bytes
 *
 * Starts no thread before there is work for it.
 */
KexecCrew *kexec_crew_new (guint64 memory);

/** Waits for what is being done; what nobody began is never done. */
void kexec_crew_free (KexecCrew *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecCrew, kexec_crew_free)

/**
 * kexec_crew_offer:
 * @user_data: has to stay until kexec_work_finish() or kexec_work_cancel()
 *
 * Returns: (transfer full): @func (@user_data), for the first thread that has time. It may wait for
 * no other work but with kexec_work_finish().
 */
KexecWork *kexec_crew_offer (KexecCrew *self, KexecWorkFunc func, gpointer user_data);

/** Does the work if nobody began it, and else waits until it is done. Frees @work. */
void kexec_work_finish (KexecWork *work);
/** Makes sure that nobody begins it, or waits until it is done. Frees @work. */
void kexec_work_cancel (KexecWork *work);

/** Waits until there is so much memory; what is more than all there is counts as all. */
void kexec_crew_reserve (KexecCrew *self, guint64 memory);
/** Gives back what was reserved: the same number. */
void kexec_crew_release (KexecCrew *self, guint64 memory);
