/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The hand-over to the init system: from the moment it is asked to shut down until the daemon is
 * stopped, or it turns out that the shutdown did not begin.
 */
#pragma once

#include "daemon/service.h"

/** Listens for what logind says about shutdowns. */
void kexec_handover_watch (KexecService *service);

/** The init system is asked: waits for the shutdown to begin. */
void kexec_handover_begin (KexecService *service);

/** It was not asked after all: back to staged. */
void kexec_handover_end (KexecService *service);

/** The shutdown did not begin: back to staged, with @text as the result. */
void kexec_handover_fail (KexecService *service, const char *text);

/** Keeps, as the last execution, that one whose caller is gone did not begin. */
void kexec_handover_note_failure (KexecService *service, guint32 uid, const char *text);

/** Adds to @error, why a shutdown did not begin, what becomes of the image: that it stays staged,
 * or is let go. If it @was_loaded_for_it alone, that has been tried. */
void kexec_handover_add_fate (const KexecService *service, gboolean was_loaded_for_it,
                              GError **error);
