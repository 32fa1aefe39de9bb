/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ELF files: what kind, for which machine, and whether all that is loaded is there. */
#pragma once

#include "image/input.h"

/* More program headers than this make no kernel. */
#define KEXEC_ELF_SEGMENTS_MAX 256

typedef enum {
  KEXEC_ELF_RELOCATABLE = 1, /* an object file; a kernel module */
  KEXEC_ELF_EXECUTABLE = 2,
  KEXEC_ELF_SHARED = 3, /* also executables that can be moved, among them kernels */
  KEXEC_ELF_CORE = 4,
} KexecElfType;

typedef struct {
  guint16 type;             /* KexecElfType, or another value */
  guint16 machine;          /* EM_* */
  const char *architecture; /* as uname(2) says it; NULL for a machine that is not known here */
  gboolean is_64;
  gboolean is_big_endian;
  gboolean has_interpreter; /* a program that ld.so starts */
  gboolean has_dynamic;     /* has a table for the dynamic linker */
  guint n_segments;         /* that are loaded */
  guint64 start;            /* the part of the file that they take, in bytes: from … */
  guint64 end;              /* … to; the file may be shorter */
  guint64 memory_size;      /* from the first byte to the last, in memory; 0: none */
} KexecElf;

/**
 * kexec_elf_read:
 * @problem: (out): what is wrong with it, the end of a sentence ("its program headers are cut
 * off"); %NULL if it is no ELF file at all
 *
 * Reads the header and the program headers (gABI 4.1, chapters 4 and 5), of either class and byte
 * order. Returns: %FALSE if they make no sense; then @ret holds what was read until there.
 */
gboolean kexec_elf_read (const KexecInput *input, KexecElf *ret, const char **problem);
