/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the members of an initrd's archives tell of it, by their names. */
#pragma once

#include "image/initrd/cpio.h"

typedef struct {
  guint64 n_files;
  gboolean has_init;          /* /init, which the kernel can run: the last one counts */
  const char *init_problem;   /* (nullable): why it cannot run the last one: "is empty" */
  gboolean has_userspace;     /* programs, their configuration or modules, for an init to use */
  gboolean has_late;          /* something that is not read early */
  gboolean has_early;         /* something that is: "kernel/…" */
  gboolean has_microcode;     /* … for x86 processors */
  GPtrArray *releases;        /* (element-type char *): of modules; each once, in no order */
  gboolean has_more_releases; /* than can be kept */

  /* Of hard links one member holds the contents, be it before or after the others. */
  gboolean is_waiting; /* the /init that is empty is a link to … */
  guint64 init_link;   /* … this */
  guint64 full_links;  /* a set of those with contents; it may say yes where there are many */
} KexecInitrdContent;

void kexec_initrd_content_init (KexecInitrdContent *self);
void kexec_initrd_content_clear (KexecInitrdContent *self);

/**
 * kexec_initrd_content_add:
 *
 * A release is one of modules if some lie in lib/modules/RELEASE/ or usr/lib/modules/RELEASE/, or
 * their index (modules.dep): both are made for one release. The directory alone says nothing; tools
 * leave it behind empty. Releases begin with a digit (Linux: Makefile, KERNELRELEASE).
 */
void kexec_initrd_content_add (KexecInitrdContent *self, const KexecCpioMember *member);

/** Notes a release, if it is new. Returns: %FALSE if there are too many. */
gboolean kexec_initrd_content_add_release (GPtrArray *releases, const char *release, gsize length);
