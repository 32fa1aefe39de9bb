/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Check: the work of a staging short of loading, whose findings are the answer. */
#pragma once

#include "daemon/request.h"

void kexec_check_run (KexecRequest *request);
