/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is to be staged, or checked: the files that came with a request, or the entry it names. */
#pragma once

#include "daemon/request.h"
#include "daemon/staging.h"

/* For the table of methods: the arguments, and finding the entry. */
gboolean kexec_stage_check_entry (KexecRequest *request, GError **error);
gboolean kexec_stage_check_files (KexecRequest *request, GError **error);
void kexec_stage_resolve (KexecRequest *request);

/**
 * kexec_stage_new_staging:
 * @may_be_untrusted: whether it may be an entry that others than root can change
 *
 * Returns: (transfer full): the staging of what @request was resolved to, or of its files.
 */
KexecStaging *kexec_stage_new_staging (KexecRequest *request, gboolean may_be_untrusted);
