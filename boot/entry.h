/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A boot entry: something that this machine can boot, and where it was found. */
#pragma once

#include "boot/place.h"
#include "image/finding.h"

/* How an entry got its command line. */
typedef enum {
  KEXEC_CMDLINE_NONE,     /* it has none yet: the catalog puts the system's before what it has */
  KEXEC_CMDLINE_OWN,      /* the entry or a file for this purpose (/etc/kernel/cmdline) says it */
  KEXEC_CMDLINE_BORROWED, /* the running system's, less what a boot loader adds */
} KexecCmdlineOrigin;

/* What an entry is for. */
typedef enum {
  KEXEC_ENTRY_NORMAL,
  KEXEC_ENTRY_OLD,    /* a copy that was kept when its kernel was replaced: "vmlinuz-6.1.0.old" */
  KEXEC_ENTRY_RESCUE, /* boots on other hardware than this, or into a rescue system; never the
                         default by itself */
} KexecEntryKind;

typedef struct {
  gatomicrefcount ref_count;
  char *id;      /* unique among the entries of a listing; see kexec_entry_is_id() */
  char *title;   /* for people */
  char *version; /* the kernel's release, as far as known */
  KexecEntryKind kind;
  char *source;   /* what kind of source named it: "grub", "directory" */
  GStrv found_in; /* the sources that found it, @source first, once it is in a catalog */
  GStrv named_by; /* absolute paths below the root of the files that name it: "/boot/grub/grub.cfg";
                     who can change one of them can change what it boots */
  KexecPlace *place; /* (nullable): where its files lie; no path leads out of it */
  char *kernel;      /* path below the root, absolute: "/boot/vmlinuz-6.1.0" */
  GStrv initrds;     /* likewise, in loading order */
  char *cmdline;
  KexecCmdlineOrigin cmdline_origin;
  gboolean is_default;          /* the default entry */
  gboolean is_default_guessed;  /* … but no boot loader or administrator said so */
  gboolean is_default_detected; /* … but Gentoo's service would boot it, as it is set up */
  gboolean is_running;          /* the running kernel came from it, as far as can be told */
  gboolean is_trusted;          /* root alone can change what it boots, and that is certain */
  gboolean is_locked;           /* the boot loader asks for a password before it boots it */
  gboolean is_uncertain;        /* its files may be others than those that the boot loader means */
  KexecFindings *findings;
  GStrv aliases; /* other names that it is found by: "fedora-6.8" of "fedora-6.8.conf",
                    "6.1.0@main" and "6.1.0@0" of a profile, GRUB's path of titles */

  /* Of unified kernel images; empty for other kernels. */
  gboolean is_uki;
  gboolean has_initrd; /* the image brings one; @initrds is loaded before it */
  char *profile;       /* as kexec_uki_find_profile() takes it; "" for the default profile */
  char *profile_title; /* what the image calls it; may be empty */
  char *os_name;       /* what the image says that it boots; may be empty */
  char *os_version;    /* … its version, and what systemd-boot sorts it by; either may be empty */
  char *os_sort_key;
  char *architecture; /* what the image's boot stub runs on, as uname(2) says it; may be empty */
  char *own_cmdline; /* (nullable): what the image and its addons say, whatever @cmdline is made of;
                        NULL: too much to be one */
  GStrv addons;      /* paths as @kernel's, in the order in which they apply */
} KexecEntry;

/** Returns: (transfer full): an entry whose strings are all "". */
KexecEntry *kexec_entry_new (void);
KexecEntry *kexec_entry_ref (KexecEntry *self);
void kexec_entry_unref (KexecEntry *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecEntry, kexec_entry_unref)

/**
 * kexec_entry_is_id:
 *
 * Returns: whether @text can be an entry's id: 1 to 255 of the characters A-Z a-z 0-9 . _ + @ : -
 */
gboolean kexec_entry_is_id (const char *text);

/**
 * kexec_entry_is_glob:
 *
 * Returns: whether @text is an id, or one in which "*", "?" and "[…]" stand for other characters,
 * as fnmatch(3) has it; at most three "*", so that no id takes long.
 */
gboolean kexec_entry_is_glob (const char *text);

/** Whether @id is what @glob means; see kexec_entry_is_glob(). */
gboolean kexec_entry_matches (const char *glob, const char *id);

/**
 * kexec_entry_add_unreadable:
 * @findings: an entry's
 * @path: of the file that could not be opened
 * @error: why: a GIOErrorEnum of boot/beneath.h
 *
 * Adds the finding about it, with what to do.
 */
void kexec_entry_add_unreadable (KexecFindings *findings, const char *path, const GError *error);

/**
 * kexec_entry_check:
 * @is_as_found: whether all of it is as it was found, and nothing is the caller's
 *
 * As kexec_findings_check(), but what is wrong with an entry as it was found is no wrong argument:
 * it is %KEXEC_ERROR_INVALID_IMAGE.
 *
 * Returns: %FALSE if something stands against it.
 */
gboolean kexec_entry_check (const KexecFindings *findings, gboolean is_as_found, GError **error);

/** Replaces a string of an entry: frees what *@field holds and takes a copy of @value. */
void kexec_entry_set (char **field, const char *value);

/** Adds @text to an array of an entry, unless it is there. */
void kexec_entry_add (GStrv *array, const char *text);

/** Returns: (transfer full): @name as an entry's id: 1 to 255 characters, others than those of
 * kexec_entry_is_id() replaced by "-". */
char *kexec_entry_make_id (const char *name);

/** Returns: (transfer floating): an a{sv} as ListEntries documents it, with what its option
 * "verbose" adds. */
GVariant *kexec_entry_to_variant (const KexecEntry *self);

/** Returns: (transfer floating): of an a{sv} that kexec_entry_to_variant() made, what ListEntries
 * tells without "verbose"; the values are shared. */
GVariant *kexec_entry_variant_to_brief (GVariant *entry);
