/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of commands. A command is one file and one row here; the rows print the help. */
#pragma once

#include "client/exit-code.h"
#include "client/options.h"

/* The options that several commands share, and that may also stand before the command. */
typedef enum {
  KEXEC_COMMON_JSON = 1 << 0,
  KEXEC_COMMON_VERBOSE = 1 << 1,
  KEXEC_COMMON_NO_ASK_PASSWORD = 1 << 2,
  KEXEC_COMMON_ROOT = 1 << 3,
} KexecCommon;

struct KexecCommand {
  const char *name;
  const char *arguments; /* how they are written in the help: "[ENTRY]" */
  const char *summary;   /* one line */
  const char *details;   /* for its own help: what a newcomer should know */
  KexecCommon common;    /* which of the shared options it has */
  guint min_arguments;
  guint max_arguments;
  KexecExitCode (*run) (KexecOptions *options, int argc, char **argv);
};

/** Returns: (nullable): the row of a command, %NULL if there is none of that name. */
const KexecCommand *kexec_command_find (const char *name);

/** Prints a line for each command. */
void kexec_command_print_all (void);

/* One function for each file; @argv[0] is the command's name. */
KexecExitCode kexec_command_list (KexecOptions *options, int argc, char **argv);
KexecExitCode kexec_command_status (KexecOptions *options, int argc, char **argv);
KexecExitCode kexec_command_check (KexecOptions *options, int argc, char **argv);
KexecExitCode kexec_command_inspect (KexecOptions *options, int argc, char **argv);
KexecExitCode kexec_command_stage (KexecOptions *options, int argc, char **argv);
KexecExitCode kexec_command_unstage (KexecOptions *options, int argc, char **argv);
KexecExitCode kexec_command_reboot (KexecOptions *options, int argc, char **argv);
KexecExitCode kexec_command_cancel (KexecOptions *options, int argc, char **argv);
