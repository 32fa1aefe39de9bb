/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One archive of an initrd, read whole: what initrd-walk.c puts a file together from. */
#pragma once

#include "image/initrd/crew.h"
#include "image/initrd/initrd-content.h"
#include "image/initrd/initrd.h"
#include "image/magic.h"

/* So much a file of @size bytes may unpack to; no tool makes more of so little, but of an image
   that is mostly empty. */
#define KEXEC_INITRD_UNPACKED_MAX(size)                                                            \
  (256 * G_GUINT64_CONSTANT (1048576) + 100 * MIN ((size), G_MAXUINT64 / 200))

/* What to do about most of what may be wrong. */
#define KEXEC_INITRD_REMEDY "make it again, for example with update-initramfs or dracut"

/* What is said of a file that gives fewer bytes than it has. */
#define KEXEC_INITRD_UNREADABLE                                                                    \
  "%s cannot be read to its end, or changed while it was read; see whether something is writing "  \
  "it, and try again"

/* A file that is being read; by several threads, where it has several archives. */
typedef struct {
  const KexecInput *input;
  const char *subject;
  const char *name; /* the subject as the beginning of a sentence */
  const KexecWatch *watch;
  KexecCrew *crew;
  gint is_cancelled; /* atomic: nobody wants to know any more */
} KexecInitrdFile;

typedef struct {
  KexecInitrdSegment facts;   /* but whether it is early */
  KexecInitrdContent content; /* as far as it was read */
  KexecFindings *findings;
  gboolean is_known;     /* it was read to its end */
  gboolean may_continue; /* the kernel goes on after it */
} KexecInitrdPart;

/**
 * kexec_initrd_part_read:
 * @offset: where it begins, in bytes
 * @format: what is there
 * @is_first: whether nothing but zeros comes before
 *
 * Depends on nothing that comes before, so that it may be read at the same time as that.
 */
KexecInitrdPart *kexec_initrd_part_read (const KexecInitrdFile *file, guint64 offset,
                                         KexecMagic format, gboolean is_first);

void kexec_initrd_part_free (KexecInitrdPart *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecInitrdPart, kexec_initrd_part_free)
