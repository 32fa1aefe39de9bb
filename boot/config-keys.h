/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keys of the configuration, and how their values are read, whichever file they are from. */
#pragma once

#include "boot/config.h"

/**
 * kexec_config_set:
 * @key: as in kexecd.conf: "Entry"
 * @value: without white space at its ends; "": takes back what an earlier file said
 * @from: the file that says so, an absolute path below the root
 * @expected: (out): if the value is bad, what a good one is, the end of a sentence: "yes or no";
 *   %NULL if there is no such key
 *
 * Returns: %FALSE if the value is bad, and nothing was changed.
 */
gboolean kexec_config_set (KexecConfig *self, const char *key, const char *value, const char *from,
                           const char **expected);
