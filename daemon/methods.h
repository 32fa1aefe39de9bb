/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of methods. A test walks the interface and fails on a member without a row. */
#pragma once

#include "daemon/request.h"

/** Returns: every row. */
const KexecMethod *kexec_methods_all (gsize *n);

/** Returns: the row of a method of the interface; never NULL for one that is declared. */
const KexecMethod *kexec_methods_find (const char *name);
