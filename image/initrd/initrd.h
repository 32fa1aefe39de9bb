/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an initrd file is, verified whole: each archive in it is unpacked to its end and read, the
 * way the kernel will (Linux: init/initramfs.c,
 * Documentation/driver-api/early-userspace/buffer-format).
 */
#pragma once

#include "image/finding.h"
#include "image/input.h"
#include "image/machine.h"
#include "image/watch.h"

/* Releases of modules beyond this many are not kept. */
#define KEXEC_INITRD_RELEASES_MAX 16

/* Real initrds have a handful of archives. Those beyond this many are not read. */
#define KEXEC_INITRD_SEGMENTS_MAX 1024

/* One archive of a concatenation. */
typedef struct {
  const char *format;    /* "cpio", "zstd", … */
  guint64 offset;        /* in the file, in bytes */
  guint64 size;          /* there, in bytes */
  guint64 unpacked_size; /* in bytes; for plain cpio the same as size */
  guint64 n_files;       /* members of the archive, without its trailer */
  gboolean is_early;     /* plain cpio with nothing but what the kernel reads early: microcode, ACPI
                            tables ("kernel/…") */
  gboolean has_microcode;
} KexecInitrdSegment;

typedef struct {
  const char *format; /* of the first segment that is not early, or of the first; or what else the
                         file is */
  guint64 size;       /* of the file, in bytes */
  guint64 unpacked_size;    /* of all segments */
  GArray *segments;         /* (element-type KexecInitrdSegment), in the file's order */
  gboolean has_init;        /* it has /init, which can be run */
  const char *init_problem; /* (nullable): why its /init cannot: "is empty" */
  gboolean has_files;       /* it has anything that is not early */
  gboolean has_userspace; /* it has programs, their configuration or modules, for an init to use */
  gboolean has_more_releases; /* than are kept */
  gboolean has_bootconfig;    /* it ends with one, which only the last initrd may */
  gboolean ends_unpacking;    /* something in it is no archive to the kernel, which stops there,
                                 whatever follows */
  GPtrArray *releases;  /* (element-type char *): of modules, or their index, in lib/modules/ or
                           usr/lib/modules/; sorted */
  gboolean is_verified; /* all was read that the kernel reads of it, without a blocker; else the
                           rest may hold what is missing here */
} KexecInitrd;

void kexec_initrd_free (KexecInitrd *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecInitrd, kexec_initrd_free)

/**
 * kexec_initrd_inspect:
 * @input: the whole file
 * @subject: what to call it in findings; "" if it has no name
 * @watch: (nullable)
 * @findings: where to add what was found; a blocker means that it cannot be used
 *
 * Returns: the facts, as far as they could be read.
 */
KexecInitrd *kexec_initrd_inspect (const KexecInput *input, const char *subject,
                                   const KexecWatch *watch, KexecFindings *findings);

/* One of several initrds. */
typedef struct {
  KexecInput input;
  const char *subject;
  KexecInitrd *initrd; /* (out) (transfer full) */
} KexecInitrdJob;

/** Inspects several at once, with as many threads as there are processors. Findings are added in
 * the order of the jobs. */
void kexec_initrds_inspect (KexecInitrdJob *jobs, guint n_jobs, const KexecWatch *watch,
                            KexecFindings *findings);
