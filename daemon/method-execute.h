/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of Execute and CanExecute, for the table of methods. */
#pragma once

#include "daemon/request.h"

gboolean kexec_execute_check (KexecRequest *request, GError **error);
gboolean kexec_execute_prepare (KexecRequest *request, GError **error);
KexecActions kexec_execute_shape (KexecRequest *request);
void kexec_execute_resolve (KexecRequest *request);
KexecActions kexec_execute_need (KexecRequest *request);
void kexec_execute_run (KexecRequest *request);
