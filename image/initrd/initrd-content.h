/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the members of an initrd's archives tell of it, by their names. */
#pragma once

#include "image/initrd/cpio.h"

typedef struct {
  guint64 n_files;
  gboolean has_init;      /* /init, which the kernel can run */
  gboolean has_late;      /* something that is not read early */
  gboolean has_early;     /* something that is: "kernel/…" */
  gboolean has_microcode; /* … for x86 processors */
  GPtrArray *releases;    /* (element-type char *): of modules; each once, in no order */
} KexecInitrdContent;

void kexec_initrd_content_init (KexecInitrdContent *self);
void kexec_initrd_content_clear (KexecInitrdContent *self);

/**
 * kexec_initrd_content_add:
 *
 * A release is one of modules if something lies in lib/modules/RELEASE/ or
 * usr/lib/modules/RELEASE/, be it modules or their index: both are made for one release. The
 * directory alone says nothing; tools leave it behind empty.
 */
void kexec_initrd_content_add (KexecInitrdContent *self, const KexecCpioMember *member);

/** Notes a release, if it is new and there are not too many. */
void kexec_initrd_content_add_release (GPtrArray *releases, const char *release, gsize length);
