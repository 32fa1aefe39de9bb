/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How far staging is: one line on a terminal, written again and again. */
#pragma once

#include <glib.h>

typedef struct {
  gboolean enabled;
  gboolean visible; /* something stands on the line */
} KexecProgress;

/** @quiet: whether to show nothing even on a terminal. */
void kexec_progress_init (KexecProgress *self, gboolean quiet);

/**
 * kexec_progress_describe:
 *
 * Returns: (transfer full): what to show for a phase of the signal StageProgress: "Copying 43 %…".
 */
char *kexec_progress_describe (const char *phase, guint64 done, guint64 total);

/** Shows a phase; arguments as in the signal. */
void kexec_progress_show (KexecProgress *self, const char *phase, guint64 done, guint64 total);

/** Wipes the line. */
void kexec_progress_clear (KexecProgress *self);
