/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The record of the staged image. The kernel's slot has no identity, so this is what tells our
 * image from somebody else's. It is written before the load ("loading") and again after it, so that
 * a daemon that dies in between is understood by the next one.
 */
#pragma once

#include <sys/stat.h>

#include "daemon/actions.h"
#include "image/finding.h"

typedef struct {
  char *role;   /* "kernel", "addon" or "initrd" */
  char *path;   /* "" if the caller gave a descriptor */
  guint64 size; /* in bytes */
  char *sha256; /* of what was loaded, lower-case hexadecimal */
  /* What the file was when it was read, to see whether it has changed since. */
  guint64 device;
  guint64 inode;
  gint64 mtime_ns;
  gint64 ctime_ns;
} KexecRecordFile;

/* How an image got into the slot. */
#define KEXEC_LOAD_METHOD_FILE  "file" /* kexec_file_load(2) */
#define KEXEC_LOAD_METHOD_TOOLS "kexec-tools"

typedef struct {
  char *boot_id;     /* the boot that the image was staged in */
  gboolean loading;  /* the load was under way when this was written */
  gboolean replaces; /* … and was to replace an image of ours */
  char *stage_id;    /* random, a UUID */
  char *id;          /* the entry's; "" for files */
  char *title;
  char *release; /* "" if the image does not say */
  char *source;  /* the entry's, or "files" */
  char *cmdline;
  KexecAction action;  /* what it was staged under */
  guint32 uid;         /* who staged it */
  gint64 staged_at;    /* µs, CLOCK_REALTIME */
  gint64 expires;      /* µs, CLOCK_BOOTTIME; 0: never */
  gint64 expires_at;   /* the same of CLOCK_REALTIME, as it was when this was set */
  gboolean is_private; /* its files lie in a file system that is mounted for us alone, while they
                          are read */
  char *load_method;   /* KEXEC_LOAD_METHOD_… */
  GPtrArray *files;    /* KexecRecordFile, the kernel first */
  GVariant *findings;  /* aa{sv} */
} KexecRecord;

KexecRecord *kexec_record_new (void);
void kexec_record_free (KexecRecord *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecRecord, kexec_record_free)

/** Sets when it expires, in µs of CLOCK_BOOTTIME; 0: never. */
void kexec_record_set_expiry (KexecRecord *self, gint64 expires);

/** Takes what @st says of the file, to recognize a later change. */
KexecRecordFile *kexec_record_file_new (const char *role, const char *path, const struct stat *st);
/** Whether @st is still that of the file that was read. */
gboolean kexec_record_file_matches (const KexecRecordFile *self, const struct stat *st);

/** Writes the record atomically into the runtime directory. */
gboolean kexec_record_save (const KexecRecord *self, int runtime_fd, GError **error);

/**
 * kexec_record_load:
 *
 * Returns: (transfer full) (nullable): the record, %NULL if there is none, it cannot be read, or it
 * is not of the boot @boot_id.
 */
KexecRecord *kexec_record_load (int runtime_fd, const char *boot_id);

/**
 * kexec_record_is_stale:
 * @root_fd: the root directory
 *
 * Returns: whether a file that was named by path is not the same any more. Touches the file system;
 * if @self is_private, it mounts one: then from a worker alone.
 */
gboolean kexec_record_is_stale (const KexecRecord *self, int root_fd);

/** Returns: (transfer floating): the Staged property; no command line and no paths. */
GVariant *kexec_record_to_property (const KexecRecord *self, gboolean stale);
/** Returns: (transfer floating): what GetStaged returns. */
GVariant *kexec_record_to_variant (const KexecRecord *self, gboolean stale);

/**
 * kexec_record_log_fields:
 * @self: (nullable): %NULL: no image
 * @uid: who acts on it now
 *
 * Returns: (transfer floating): an a{sv} for kexec_log() that says which image and who.
 */
GVariant *kexec_record_log_fields (const KexecRecord *self, guint32 uid);
