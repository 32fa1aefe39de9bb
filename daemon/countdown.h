/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A countdown that users see and an administrator can end: the init system's own shutdown program,
 * run so that it warns everyone at its intervals and does nothing when the time has come. While it
 * runs, its pid is in the file where every shutdown of this init system has it.
 */
#pragma once

#include "daemon/reboot.h"

typedef struct {
  const char *const *pid_files; /* NULL-terminated; the first that is there counts */
  const char *const *programs;  /* NULL-terminated: what the process in it is called */
  const char *shown;            /* how a person knows it: "shutdown -h or -r" */
  int end_signal;               /* what makes it clean up and end */
} KexecCountdown;

/** Adds the shutdown that counts down now, ours or another one. */
void kexec_countdown_look (const KexecCountdown *self, const KexecEnvironment *environment,
                           KexecShutdown *shutdown);

/**
 * kexec_countdown_minutes:
 * @when: µs, CLOCK_REALTIME
 *
 * Returns: (transfer full): "+N", after which @when is over: whoever counts must not be done before
 * we act, or it looks as if somebody had ended it.
 */
char *kexec_countdown_minutes (gint64 when);

/**
 * kexec_countdown_start:
 * @argv: the program that only warns; it goes on when kexecd ends
 *
 * Returns: (transfer full): its id as kexec_countdown_look() gives it, or %NULL with Failed if it
 * ended at once.
 */
char *kexec_countdown_start (const KexecCountdown *self, const KexecEnvironment *environment,
                             const char *const *argv, GError **error);

/** Ends the one with @id. Returns: whether it was still there. */
gboolean kexec_countdown_end (const KexecCountdown *self, const KexecEnvironment *environment,
                              const char *id);
