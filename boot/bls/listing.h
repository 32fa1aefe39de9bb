/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One reading of all that systemd-boot's menu is made of. */
#pragma once

#include "boot/bls/file.h"
#include "boot/bls/order.h"
#include "boot/source.h"

/* Beyond these, files and what they hold are not listed: a listing has to fit into one message. */
#define KEXEC_BLS_FILES_MAX  4096              /* of one directory */
#define KEXEC_BLS_ITEMS_MAX  4096              /* in all */
#define KEXEC_BLS_BYTES_MAX  (8 * 1024 * 1024) /* of all snippets */
#define KEXEC_BLS_ADDONS_MAX 4096              /* that entries of images name */

typedef struct {
  KexecScan *scan;
  KexecMenu *menu;
  GPtrArray *items;         /* (element-type KexecBlsItem) */
  KexecBlsFiles *files;     /* that snippets name */
  GHashTable *ids;          /* how often each id was asked for */
  GHashTable *directories;  /* that were listed, each as "device:inode" */
  const char *architecture; /* of this machine, as in an entry; nullable: not known */
  gboolean is_secure_boot;  /* an image's own command line cannot be replaced */
  gsize n_bytes;            /* of snippets that were read */
  guint n_addons;           /* that entries of images name */
  gboolean is_full;         /* something was left out */
} KexecBlsListing;

/** Lists loader/entries of a place: type #1. */
void kexec_bls_list_snippets (KexecBlsListing *self, KexecPlace *place, int place_fd);
/** Lists EFI/Linux of a place: type #2. */
void kexec_bls_list_images (KexecBlsListing *self, KexecPlace *place, int place_fd);

/**
 * kexec_bls_list_directory:
 * @suffix: of the names that are wanted, any case
 * @visit: called for each, in the order of their names
 *
 * Lists a directory of a place, unless it was listed before under another name. It may be missing.
 */
void kexec_bls_list_directory (KexecBlsListing *self, KexecPlace *place, int place_fd,
                               const char *name, const char *suffix,
                               void (*visit) (KexecBlsListing *self, KexecPlace *place,
                                              int place_fd, const char *path, const char *file));

/**
 * kexec_bls_listing_add:
 * @item: (transfer full)
 *
 * Adds an item.
 */
void kexec_bls_listing_add (KexecBlsListing *self, KexecBlsItem *item);

/**
 * kexec_bls_listing_make_ids:
 *
 * Makes each entry's id one that no other has, once the items are in order: of several with one id
 * the first keeps it that is in the boot loader's menu, as that is what it takes the id for.
 */
void kexec_bls_listing_make_ids (KexecBlsListing *self);

/** Says in an entry's findings what a boot counter means: that a kexec does not count, or that the
 * entry is bad. @tries_left: -1: it is not counted */
void kexec_bls_note_tries (KexecEntry *entry, int tries_left, int tries_done);

/** Adds a name that an entry is found by, if it can be one. */
void kexec_bls_add_alias (KexecEntry *entry, const char *alias);
