/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One staging: from an entry or a caller's descriptors to a loaded image and its record. All the
 * work is done in a worker; a check is the same work short of loading.
 */
#pragma once

#include <gio/gio.h>

#include "boot/entry.h"
#include "daemon/environment.h"
#include "daemon/record.h"
#include "daemon/verdicts.h"

typedef struct KexecStaging KexecStaging;

/** Called in the main context; @phase is "copy", "check" or "load". */
typedef void (*KexecStagingProgress) (const char *phase, guint64 done, guint64 total,
                                      gpointer user_data);

/**
 * kexec_staging_new_entry:
 * @entry: its files are opened beneath its boot directory
 * @cmdline: the whole command line
 * @may_be_untrusted: whether the caller may load an entry that others than root can change; if not,
 *   the opened files are judged once more
 */
KexecStaging *kexec_staging_new_entry (const KexecEnvironment *environment, KexecEntry *entry,
                                       const char *cmdline, gboolean may_be_untrusted);

/**
 * kexec_staging_new_files:
 * @fds: descriptors, the kernel first; they are duplicated
 * @profile: of a unified kernel image; "" is its default
 * @cmdline: "" with a unified kernel image: the image's own
 */
KexecStaging *kexec_staging_new_files (const KexecEnvironment *environment, const int *fds,
                                       guint n_fds, const char *profile, const char *title,
                                       const char *cmdline);

/** The command line is not the entry's own: what was found about that one is void. */
void kexec_staging_replace_cmdline (KexecStaging *self);

void kexec_staging_unref (KexecStaging *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecStaging, kexec_staging_unref)

/** Who stages, under which action, and for how long the image is kept (µs; 0: for ever). */
void kexec_staging_set_owner (KexecStaging *self, guint32 uid, KexecAction action, gint64 lifetime);

/** Where a check looks first, and what was found about an entry is remembered. */
void kexec_staging_set_verdicts (KexecStaging *self, KexecVerdicts *verdicts);

/** Says that the slot holds an image of ours now, whose record is put back if the load fails. */
void kexec_staging_set_replaces (KexecStaging *self);

/** @progress: called a few times a second at most. */
void kexec_staging_set_progress (KexecStaging *self, KexecStagingProgress progress,
                                 gpointer user_data);

/**
 * kexec_staging_run_async:
 * @load: whether to load; else only to check
 * @cancellable: stops the work at once as long as the load has not begun. A read that makes no
 *   progress for KEXEC_STALL_SEC ends the same way, with IOError.
 */
void kexec_staging_run_async (KexecStaging *self, gboolean load, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data);

/**
 * kexec_staging_run_finish:
 *
 * Returns: whether the image was loaded (@load), or could be (else: nothing blocks).
 */
gboolean kexec_staging_run_finish (KexecStaging *self, GAsyncResult *result, GError **error);

/** Returns: (transfer none) (nullable): what was found; %NULL if the work was stopped. After it. */
KexecFindings *kexec_staging_findings (KexecStaging *self);

/** Returns: (transfer full) (nullable): after a load, the record, which has been saved. */
KexecRecord *kexec_staging_steal_record (KexecStaging *self);
