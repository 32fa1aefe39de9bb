/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes cpio archives (Linux: Documentation/driver-api/early-userspace/buffer-format), good ones
 * and ones that lie. */
#pragma once

#include <glib.h>

/* A member as it will be written. What is 0 or NULL is made to fit. */
typedef struct {
  const char *magic; /* "070701" */
  const char *name;
  guint32 name_size; /* with the NUL */
  guint32 mode;      /* a regular file */
  const char *body;  /* "" */
  guint32 body_size; /* that is written */
  guint32 size;      /* that the header tells */
  guint32 links;
  guint32 inode;
  guint32 checksum; /* of "070702" */
} MadeMember;

void make_cpio_member (GByteArray *archive, const MadeMember *member);

/** A regular file that can be run, or a directory if @body is %NULL. */
void make_cpio_add (GByteArray *archive, const char *name, const char *body);
void make_cpio_link (GByteArray *archive, const char *name, const char *target);
void make_cpio_trailer (GByteArray *archive);

/** Appends a boot configuration as "bootconfig -a" does, and @padding zeros. */
void make_bootconfig (GByteArray *file, const char *config, guint padding);

/** Appends zeros up to a multiple of @multiple bytes. */
void make_cpio_fill (GByteArray *archive, guint multiple);

/**
 * make_initrd:
 * @release: (nullable): of the modules in it
 *
 * Returns: (transfer full): a whole archive as initramfs-tools makes it.
 */
GByteArray *make_initrd (const char *release, gboolean has_init);

/** Returns: (transfer full): a whole archive with microcode, as it stands before an initrd. */
GByteArray *make_microcode (void);
