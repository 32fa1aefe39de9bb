/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One look at one kernel file, or at what was found inside of one: what the readers of the formats
 * share. Private to image/.
 */
#pragma once

#include "image/kernel/kernel.h"
#include "image/magic.h"

/* A kernel in a wrapper in a wrapper: real ones end here ("gzip", "efi-zboot", "arm64-image"). */
#define KEXEC_INSPECTION_DEPTH_MAX 3

typedef struct {
  const KexecInput *input;
  const guint8 *head; /* its first KEXEC_KERNEL_HEAD_SIZE bytes, or all */
  gsize head_size;
  KexecMagic magic;    /* what these say it is */
  const char *name;    /* what to call it at the beginning of a sentence */
  const char *thing;   /* … where it turns out to be no kernel */
  const char *subject; /* what to call it in a finding */
  const KexecMachine *machine;
  const char *profile;
  const KexecWatch *watch;
  KexecFindings *findings;
  KexecKernel *kernel;
  guint depth; /* how many wrappers it came out of */
} KexecInspection;

/** Tells what it is, and hands it to the reader of that format. */
void kexec_inspection_run (KexecInspection *self);

/**
 * kexec_inspection_run_inner:
 * @inner: what was found in @self
 *
 * Inspects that as the kernel proper. Returns: whether it can be loaded on the machine.
 */
gboolean kexec_inspection_run_inner (const KexecInspection *self, const KexecInput *inner);

/** The facts so far. Returns: (transfer floating): an a{sv} for a finding. */
GVariant *kexec_inspection_describe (const KexecInspection *self);

/** Adds a finding, its sentence begun with the name. Returns: %FALSE. */
gboolean kexec_inspection_refuse (const KexecInspection *self, KexecFindingCode code,
                                  const char *format, ...) G_GNUC_PRINTF (3, 4);
/** "… is damaged: @what; install the kernel again". Returns: %FALSE. */
gboolean kexec_inspection_refuse_damaged (const KexecInspection *self, const char *what);
/** @expected: the size that it should have, in bytes. Returns: %FALSE. */
gboolean kexec_inspection_refuse_truncated (const KexecInspection *self, guint64 expected);
/** Another program shortens the file meanwhile, or the disk is bad. Returns: %FALSE. */
gboolean kexec_inspection_refuse_unreadable (const KexecInspection *self);

/** Whether the machine's kernel takes this format for this architecture; a finding if not. */
gboolean kexec_inspection_check_native (const KexecInspection *self);
/** Whether the machine has the memory that the kernel asks for; a finding if not. */
gboolean kexec_inspection_check_memory (const KexecInspection *self);
/** Whether everything that its PE sections speak of is in the file; a finding if not. */
gboolean kexec_inspection_check_sections (const KexecInspection *self);
/** Reads its signatures; a finding and %FALSE if they are cut off. */
gboolean kexec_inspection_check_signature (const KexecInspection *self);

/**
 * kexec_inspection_check_packed:
 * @size: of something compressed that was found, in bytes
 *
 * Whether to unpack it: what is compressed twice does not get much larger in between, or else each
 * layer of a bomb could be as large as the one around it allows. A finding if not.
 */
gboolean kexec_inspection_check_packed (const KexecInspection *self, guint64 size);

/** Release, version and configuration, as far as they are not known, out of an unpacked kernel. */
void kexec_inspection_read_unpacked (const KexecInspection *self, const KexecInput *unpacked);
