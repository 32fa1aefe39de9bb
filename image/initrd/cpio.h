/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads cpio archives as kernels do, in pieces of any size and in constant memory: the formats newc
 * and crc (Linux: init/initramfs.c, Documentation/driver-api/early-userspace/buffer-format). What
 * makes the kernel stop is a problem here, and so are names that no tool writes. Other members that
 * the kernel passes by are counted.
 */
#pragma once

#include <glib.h>

#define KEXEC_CPIO_HEADER_SIZE 110

/* The longest name, with its NUL, and the longest target of a symbolic link: PATH_MAX. */
#define KEXEC_CPIO_NAME_MAX 4096

typedef enum {
  KEXEC_CPIO_GOOD,
  KEXEC_CPIO_NO_MAGIC,       /* "no cpio magic" */
  KEXEC_CPIO_OLD_FORMAT,     /* "incorrect cpio method used" */
  KEXEC_CPIO_BAD_HEADER,     /* a field is no hexadecimal number */
  KEXEC_CPIO_BAD_NAME_SIZE,  /* no name, or one that is too long: the kernel skips the member */
  KEXEC_CPIO_NAME_NOT_ENDED, /* "malformed archive": the name does not end in NUL */
  KEXEC_CPIO_BAD_CHECKSUM,   /* "bad data checksum" */
  KEXEC_CPIO_BROKEN_PADDING, /* "broken padding" */
  KEXEC_CPIO_JUNK,           /* "junk within compressed archive" */
  KEXEC_CPIO_N_PROBLEMS
} KexecCpioProblem;

typedef enum {
  KEXEC_CPIO_PLAIN,        /* not compressed: ends after the trailer, or before what is no cpio */
  KEXEC_CPIO_PACKED_FIRST, /* from a compressed member, with which the initrd begins */
  KEXEC_CPIO_PACKED,       /* from a later one, which may begin with padding */
} KexecCpioKind;

typedef struct {
  const char *name; /* as it is written; any bytes but NUL; at most %KEXEC_CPIO_NAME_MAX */
  guint32 mode;     /* as stat(2) says it */
  guint32 size;     /* of what follows it, in bytes */
  guint32 links;    /* hard links to it; those that are members have the same inode and device */
  guint32 inode;
  guint32 major, minor; /* of its device */
} KexecCpioMember;

/** Called for every member but trailers and those that are skipped, before its contents. */
typedef void (*KexecCpioFunc) (const KexecCpioMember *member, gpointer user_data);

typedef enum {
  KEXEC_CPIO_AT_START, /* nothing was read */
  KEXEC_CPIO_IN_HEADER,
  KEXEC_CPIO_IN_NAME,
  KEXEC_CPIO_IN_BODY,
  KEXEC_CPIO_IN_ALIGNMENT, /* after the contents, to a multiple of 4 */
  KEXEC_CPIO_BETWEEN,      /* members or archives: where an end is good */
  KEXEC_CPIO_ENDED,        /* a plain archive, and something else follows */
} KexecCpioState;

/* To be read only. Has no memory of its own. */
typedef struct {
  KexecCpioState state;
  KexecCpioProblem problem;
  KexecCpioKind kind;
  guint64 offset;        /* of the next byte, from where reading began */
  guint64 begin;         /* of the present member's header, likewise */
  guint64 end;           /* where the last whole member ends, likewise */
  guint64 n_members;     /* without trailers, and without those that are skipped */
  guint64 n_skipped;     /* that the kernel passes by: contents of what has none, a directory, and
                            symbolic links with a target that is too long */
  gboolean has_trailer;  /* the last member is one */
  gboolean has_checksum; /* the present member has one: format crc */
  gboolean is_skipped;   /* the present member is one of those */

  /* The present member; its name is that of the last one until it has been read. */
  KexecCpioMember member;
  guint64 left; /* bytes that the present state still takes */
  guint32 name_size;
  guint32 checksum;
  guint32 sum;
  guint fill; /* of the header or the name */
  char header[KEXEC_CPIO_HEADER_SIZE];
  char name[KEXEC_CPIO_NAME_MAX];

  KexecCpioFunc func;
  gpointer user_data;
} KexecCpio;

void kexec_cpio_init (KexecCpio *self, KexecCpioKind kind, KexecCpioFunc func, gpointer user_data);

/**
 * kexec_cpio_push:
 *
 * Reads on. Returns: how many bytes it took; fewer than @size only after a problem, which is then
 * in the next byte or ended with the last one, and at the end of a plain archive.
 */
gsize kexec_cpio_push (KexecCpio *self, const guint8 *data, gsize size);

/** Returns: how many of the next bytes nobody needs to see; they can be passed by. */
guint64 kexec_cpio_skippable (const KexecCpio *self);

/** Passes by @size bytes, at most kexec_cpio_skippable(). */
void kexec_cpio_skip (KexecCpio *self, guint64 size);

/**
 * kexec_cpio_finish:
 *
 * Says that there are no more bytes. Returns: whether that is a good place to end. Where the kernel
 * reads a plain archive, padding at its end may be missing; in a compressed one it may not.
 */
gboolean kexec_cpio_finish (KexecCpio *self);

/** What is wrong, the end of a sentence: "has a name that does not end". */
const char *kexec_cpio_describe (KexecCpioProblem problem);
