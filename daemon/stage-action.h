/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What it takes to stage: the polkit action for an entry, and those that a request needs. */
#pragma once

#include "daemon/request.h"

/**
 * kexec_stage_entry_action:
 * @uid: who stages it
 *
 * Returns: the action that staging @entry unmodified takes: stage-default, stage-entry or
 * stage-custom. For root what Gentoo's service would detect is the default, and not a guess:
 * whoever has enabled ours has agreed to it.
 */
KexecAction kexec_stage_entry_action (const KexecEntry *entry, guint32 uid);

/** Whether @request is for another command line than the entry's own. */
gboolean kexec_stage_changes_cmdline (const KexecRequest *request);

/** Returns: the action that staging what @request was resolved to takes, or files of its own. */
KexecAction kexec_stage_action (const KexecRequest *request);

/* For the table of methods: Stage and CanStage by their shape and as resolved, StageFiles. */
KexecActions kexec_stage_shape (KexecRequest *request);
KexecActions kexec_stage_need (KexecRequest *request);
KexecActions kexec_stage_files_shape (KexecRequest *request);
