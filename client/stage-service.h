/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kexecctl stage, as service scripts call it: when the service starts, and when the machine goes
 * down. */
#pragma once

#include "client/connection.h"

/**
 * kexec_stage_at_start:
 *
 * Stages the default entry; with LoadDuringShutdown=yes it only checks it. Prints one sentence, and
 * what was found.
 */
KexecExitCode kexec_stage_at_start (const KexecOptions *options, KexecConnection *connection);

/**
 * kexec_stage_during_shutdown:
 *
 * With LoadDuringShutdown=yes, or where an image is staged, makes sure that it is there and that
 * the next boot knows what is to come up. Prints one sentence.
 */
KexecExitCode kexec_stage_during_shutdown (const KexecOptions *options,
                                           KexecConnection *connection);
