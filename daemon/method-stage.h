/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of Stage, StageFiles, Check and CanStage, for the table of methods. */
#pragma once

#include "daemon/request.h"

gboolean kexec_stage_check_entry (KexecRequest *request, GError **error);
gboolean kexec_stage_check_files (KexecRequest *request, GError **error);
gboolean kexec_stage_prepare (KexecRequest *request, GError **error);
void kexec_stage_resolve (KexecRequest *request);
void kexec_stage_run (KexecRequest *request);
void kexec_stage_run_files (KexecRequest *request);
void kexec_stage_run_check (KexecRequest *request);
