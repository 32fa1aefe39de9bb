/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What plain and compressed archives of an initrd have in common while they are read. For
   initrd-part.c, initrd-plain.c and initrd-packed.c only. */
#pragma once

#include "image/initrd/initrd-part.h"

/* One archive while it is read. */
typedef struct {
  const KexecInitrdFile *file;
  KexecInitrdPart *part;
  KexecCpio cpio;
  gboolean is_first;
  /* The beginning of what was unpacked, to name it if it is no cpio archive. */
  guint8 head[512];
  gsize head_size;
} KexecInitrdReader;

/** Reads the archive to its end, and says what is wrong with it. */
void kexec_initrd_read_plain (KexecInitrdReader *self);
void kexec_initrd_read_packed (KexecInitrdReader *self, KexecMagic format);

/** A KexecCpioFunc; @user_data: the part's content */
void kexec_initrd_reader_add_member (const KexecCpioMember *member, gpointer user_data);

/** Adds a finding about the archive: a code without its prefix, and the sentence. */
#define kexec_initrd_reader_say(self, code, ...)                                                   \
  kexec_findings_add ((self)->part->findings, KEXEC_FINDING_##code, (self)->file->subject,         \
                      kexec_initrd_reader_args (self), __VA_ARGS__)

/** Returns: (transfer floating): where the archive is, and how far it was read. */
GVariant *kexec_initrd_reader_args (const KexecInitrdReader *self);

/** Returns: (transfer full): which member it is about, as the end of a clause: ' in "init"'. */
char *kexec_initrd_reader_describe_member (const KexecInitrdReader *self);

/** Says what the cpio reader found. */
void kexec_initrd_reader_judge (const KexecInitrdReader *self);
/** Says what the kernel makes of an archive that was read to its end: perhaps not all that was
 * meant. */
void kexec_initrd_reader_judge_whole (const KexecInitrdReader *self);
/** Says that the file cannot be read. */
void kexec_initrd_reader_refuse_unreadable (const KexecInitrdReader *self);
