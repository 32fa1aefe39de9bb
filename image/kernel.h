/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a kernel file is: its format, architecture, release and limits, read from its bytes. */
#pragma once

#include "image/finding.h"

/* So much of a kernel file holds its release: all that a bzImage's 16-bit pointer can reach. */
#define KEXEC_KERNEL_HEAD_SIZE (66 * 1024)

typedef struct {
  const char *format;       /* "bzImage", "gzip", "PE", … : what the bytes are; never NULL */
  const char *architecture; /* as uname(2) says it, "x86_64"; NULL if the bytes do not tell */
  char *release;            /* "6.1.0-30-cloud-amd64"; NULL if the bytes do not tell */
  char *version;            /* the rest of the version string, "(builder) #1 SMP …"; nullable */
  guint64 size;             /* of the file, in bytes */
  guint cmdline_limit; /* longest command line that kexec_file_load(2) takes for it, without its
                          NUL, in bytes; 0 if unknown. On x86 the kernel reserves 30 bytes and
                          counts the NUL: a header that says 2047 ends up with 2016 */
  guint64 init_size;   /* memory that the kernel needs to start, in bytes; 0 if unknown */
  gboolean is_signed;  /* carries an Authenticode signature (not verified) */
} KexecKernel;

void kexec_kernel_free (KexecKernel *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecKernel, kexec_kernel_free)

/**
 * kexec_kernel_inspect:
 * @bytes: the whole file
 * @subject: what to call it in findings, usually its path; "" if it has none
 * @machine: the architecture it has to boot on, as uname(2) says it
 * @findings: where to add what was found; a blocker means that it cannot be loaded here
 *
 * Reads hostile input: every offset is checked against @bytes.
 *
 * Returns: the facts, as far as they could be read.
 */
KexecKernel *kexec_kernel_inspect (GBytes *bytes, const char *subject, const char *machine,
                                   KexecFindings *findings);

/**
 * kexec_kernel_read_release:
 * @head: the beginning of the file: KEXEC_KERNEL_HEAD_SIZE bytes of it, or all
 *
 * For listings, where reading whole files would take too long. Checks nothing else.
 *
 * Returns: (transfer full) (nullable): the release; %NULL if these bytes do not tell.
 */
char *kexec_kernel_read_release (GBytes *head);
