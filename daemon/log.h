/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The log: one row per event with its stable message id, into the journal where there is one, else
 * into syslog. The catalog (data/systemd/kexecd.catalog) explains each event to administrators.
 */
#pragma once

#include <glib.h>

typedef enum {
  KEXEC_EVENT_STAGED,
  KEXEC_EVENT_STAGE_FAILED,
  KEXEC_EVENT_UNSTAGED,
  KEXEC_EVENT_EXPIRED,
  KEXEC_EVENT_LOST,
  KEXEC_EVENT_FOREIGN,
  KEXEC_EVENT_SCHEDULED,
  KEXEC_EVENT_CANCELLED,
  KEXEC_EVENT_EXECUTING,
  KEXEC_EVENT_EXECUTE_FAILED,
  KEXEC_EVENT_REFUSED,
  KEXEC_EVENT_ARRIVED,
  KEXEC_EVENT_COLD,
  KEXEC_EVENT_OTHER,
  KEXEC_EVENT_PROBLEM,
  KEXEC_N_EVENTS
} KexecEvent;

/** Sends everything GLib logs, and our events, to the journal or syslog. Call it first in main. */
void kexec_log_init (void);

/** Whether events go to the journal; else to syslog. */
gboolean kexec_log_uses_journal (void);

/** Returns: the event's message id, 32 hexadecimal digits. */
const char *kexec_event_id (KexecEvent event);

/**
 * kexec_log:
 * @fields: (nullable): an a{sv} of more fields, keys as the journal wants them ("KEXEC_ENTRY");
 *   values of the types s, t and u; a floating one is sunk
 * @format: the message, one sentence
 */
void kexec_log (KexecEvent event, GVariant *fields, const char *format, ...) G_GNUC_PRINTF (3, 4);
