/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ListEntries: one listing at a time, whose answer is shared by all who asked for it. */
#pragma once

#include "daemon/request.h"

void kexec_list_run (KexecRequest *request);

/** Forgets those who wait for a listing that will not begin any more, and were told. */
void kexec_list_drain (KexecService *service);
