/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stage and StageFiles, for the table of methods: whether it can be done now, and doing it. */
#pragma once

#include "daemon/request.h"

gboolean kexec_stage_prepare (KexecRequest *request, GError **error);
void kexec_stage_run (KexecRequest *request);
void kexec_stage_run_files (KexecRequest *request);
