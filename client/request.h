/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What several commands ask of the service: arguments, options, and staging. */
#pragma once

#include "client/connection.h"

/**
 * kexec_request_entry:
 * @ret_entry: (out) (transfer none): the entry that the arguments name, "" for the default
 *
 * Returns: %FALSE, with a message printed and @ret_code, if the argument can be no entry's id.
 */
gboolean kexec_request_entry (const KexecOptions *options, int argc, char **argv,
                              const char **ret_entry, KexecExitCode *ret_code);

/** Returns: (transfer floating): an a{sv} with those of "append" and "cmdline" that are not %NULL.
 */
GVariant *kexec_request_cmdline (const char *append, const char *cmdline);

/**
 * kexec_request_stage:
 * @entry: an entry's id, or "" for the default
 * @dict: options of the method Stage, an a{sv}; a floating one is sunk
 *
 * Returns: (transfer full): what was staged, an a{sv} as GetStaged documents it.
 */
GVariant *kexec_request_stage (KexecConnection *connection, const char *entry, GVariant *dict,
                               GError **error);
