/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a kernel file is: its format, architecture, release and limits, read from its bytes. */
#pragma once

#include "image/finding.h"
#include "image/input.h"
#include "image/kernel/kernel-config.h"
#include "image/machine.h"
#include "image/uki/pe.h"
#include "image/signature/signature.h"
#include "image/uki/uki.h"
#include "image/watch.h"

/* So much of a kernel file holds its release: all that a bzImage's 16-bit pointer can reach. */
#define KEXEC_KERNEL_HEAD_SIZE (66 * 1024)

typedef struct {
  const char *format;       /* what the file is: "bzImage", "uki", "efi-zboot", "gzip", …; never
                               NULL */
  GPtrArray *layers;        /* (element-type const char *): the same, and what is inside of that, to
                               the kernel proper: "uki", "bzImage" */
  const char *architecture; /* as uname(2) says it, "x86_64"; NULL if the bytes do not tell */
  char *release;            /* "6.1.0-30-cloud-amd64"; NULL if the bytes do not tell */
  char *version;            /* builder and build, "(builder) #1 SMP …"; nullable */
  guint64 size;             /* of the file, in bytes */
  guint cmdline_limit; /* longest command line that kexec_file_load(2) takes for it, without its
                          NUL, in bytes; 0 if unknown. On x86 the kernel reserves 30 bytes and
                          counts the NUL: a header that says 2047 ends up with 2016 */
  guint64 init_size;   /* memory that the kernel needs to start, in bytes; 0 if unknown */
  guint page_size;     /* that it was built for, where there is a choice (arm64); else 0 */

  const char *payload;    /* what is compressed in the kernel proper (bzImage, zImage, s390-image),
                             "zstd"; NULL for formats that have no such thing */
  guint64 payload_offset; /* in the file of the kernel proper, in bytes */
  guint64 payload_size;   /* compressed, in bytes */
  guint64 unpacked_size;  /* of the kernel when it is unpacked, in bytes; 0 if unknown */

  GArray *sections;            /* (element-type KexecPeSection): of the file, if it is a PE file */
  GPtrArray *signatures;       /* (element-type KexecSignature): of the file */
  GPtrArray *inner_signatures; /* of the kernel inside, which is what is loaded, where the file is a
                                  UKI or another wrapper; else NULL */
  KexecUki *uki;               /* NULL unless it is one; points into the input */
  KexecKernelConfig *config;   /* the configuration that it carries; NULL if none */

  int image_fd; /* a sealed memfd with the kernel as kexec_file_load(2) takes it; -1: the file can
                   be loaded as it is, or cannot be loaded at all */
} KexecKernel;

void kexec_kernel_free (KexecKernel *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecKernel, kexec_kernel_free)

/** Whether the file carries an Authenticode signature; kexec_signatures_read() judged it. */
gboolean kexec_kernel_is_signed (const KexecKernel *self);

/**
 * kexec_kernel_inspect:
 * @input: the whole file; has to stay as long as the result
 * @subject: what to call it in findings, usually its path; "" if it has none
 * @machine: what it has to boot on
 * @profile: (nullable): of a UKI, which profile to take the kernel of
 * @watch: (nullable)
 * @findings: where to add what was found; a blocker means that it cannot be loaded here
 *
 * Reads hostile input: every offset is checked against @input. Unwraps what @machine's kernel does
 * not load as it is.
 *
 * Returns: the facts, as far as they could be read.
 */
KexecKernel *kexec_kernel_inspect (const KexecInput *input, const char *subject,
                                   const KexecMachine *machine, const char *profile,
                                   const KexecWatch *watch, KexecFindings *findings);

/**
 * kexec_kernel_read_release:
 * @head: the beginning of the file: KEXEC_KERNEL_HEAD_SIZE bytes of it, or all
 *
 * For listings, where reading whole files would take too long. Checks nothing else.
 *
 * Returns: (transfer full) (nullable): the release; %NULL if these bytes do not tell.
 */
char *kexec_kernel_read_release (GBytes *head);
