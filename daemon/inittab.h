/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* inittab(5) of sysvinit, and the commands in it and in the shell scripts that it names. */
#pragma once

#include <glib.h>

/* What a command does to a machine that is in runlevel 6. */
typedef enum {
  KEXEC_STEP_GOES_ON, /* comes back, as far as we know */
  KEXEC_STEP_COLD,    /* reboots, halts or powers off */
  KEXEC_STEP_KEXEC,   /* "reboot -k": into what is loaded */
} KexecStep;

typedef struct {
  char *id;
  char *process; /* as it stands there, without a leading "+" */
  char *line;    /* the whole line */
} KexecInittabLine;

/**
 * kexec_inittab_parse:
 * @text: the file's contents
 * @runlevel: '6'
 *
 * Returns: (transfer full) (element-type KexecInittabLine): what init runs in @runlevel and waits
 * for, in this order. Lines that init passes over are passed over: comments, too long ones,
 * incomplete ones, those with the id of one before.
 */
GPtrArray *kexec_inittab_parse (const char *text, char runlevel);

/**
 * kexec_inittab_judge_command:
 * @command: a simple command, "/sbin/reboot -dkn"
 *
 * Judges it by itself: a script goes on.
 */
KexecStep kexec_inittab_judge_command (const char *command);

/**
 * kexec_inittab_judge_script:
 * @text: a shell script's contents
 *
 * Judges it by the commands in it, wherever they stand. Where some kexec and some do not, it is
 * cold: what decides between them cannot be told. Here-documents and quotes are not understood, and
 * so what they hold is taken for commands.
 */
KexecStep kexec_inittab_judge_script (const char *text);
