/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a fuzz target is: one function that is handed any bytes, and has to return. */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

/** Returns: 0. What is wrong ends in a failed assertion or in a sanitizer's report. */
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
