/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of Stage, StageFiles, Check and CanStage, for the table of methods. */
#pragma once

#include "daemon/request.h"
#include "image/cmdline.h"

gboolean kexec_stage_check_entry (KexecRequest *request, GError **error);
gboolean kexec_stage_check_files (KexecRequest *request, GError **error);
gboolean kexec_stage_prepare (KexecRequest *request, GError **error);
KexecActions kexec_stage_shape (KexecRequest *request);
KexecActions kexec_stage_files_shape (KexecRequest *request);
void kexec_stage_resolve (KexecRequest *request);
KexecActions kexec_stage_need (KexecRequest *request);
void kexec_stage_run (KexecRequest *request);
void kexec_stage_run_files (KexecRequest *request);
void kexec_stage_run_check (KexecRequest *request);

/**
 * kexec_stage_entry_action:
 *
 * Returns: the action that staging @entry unmodified takes: stage-default, stage-entry or
 * stage-custom.
 */
KexecAction kexec_stage_entry_action (const KexecEntry *entry);
