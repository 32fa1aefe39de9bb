/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files in memory for the evaluator of GRUB scripts: for tests and the fuzzer. */
#pragma once

#include "boot/grub/eval.h"

/* Ends with a row without a path. Paths are the same on all devices. */
typedef struct {
  const char *path;
  const char *text; /* NULL: a directory */
} GrubMemoryFile;

/* Takes an array of GrubMemoryFile. */
extern const KexecGrubHost grub_memory_host;

/** Runs the file /grub/grub.cfg on EFI. */
KexecGrubOutcome *grub_memory_evaluate (const GrubMemoryFile *files);

/**
 * Returns: (transfer full): the menu, a line for each entry: its title, "[ID]" if it has one of its
 * own, "!" if it is locked; " = KERNEL CMDLINE" and " + INITRD" for Linux, " = other" for others;
 * lines of submenus are indented.
 */
char *grub_memory_describe (const KexecGrubMenu *menu);
