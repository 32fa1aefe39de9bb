/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What was found about files that have not changed since: a check of the same files is answered
 * from here. Nothing is ever loaded on the word of a verdict.
 */
#pragma once

#include "daemon/record.h"

/* Files that were written less than this before they were checked may change again without their
   time of change telling. */
#define KEXEC_VERDICT_SETTLE_SEC 2

typedef struct KexecVerdicts KexecVerdicts;

/** Threads may share it; each holds a reference of its own. */
KexecVerdicts *kexec_verdicts_new (void);
KexecVerdicts *kexec_verdicts_ref (KexecVerdicts *self);
void kexec_verdicts_unref (KexecVerdicts *self);

/**
 * kexec_verdicts_key:
 * @files: (element-type KexecRecordFile): what is checked, with paths
 * @circumstances: (transfer floating): everything else that decides what is found: command line,
 *   profile, security policy
 *
 * Returns: (transfer full) (nullable): a key for the next two; %NULL if a file was written just
 * now.
 */
char *kexec_verdicts_key (const GPtrArray *files, GVariant *circumstances);

/** Remembers a copy of @findings; a few dozen verdicts at most. */
void kexec_verdicts_add (KexecVerdicts *self, const char *key, const KexecFindings *findings);

/** Appends what was found to @findings. Returns: %FALSE if nothing is known. */
gboolean kexec_verdicts_find (KexecVerdicts *self, const char *key, KexecFindings *findings);
