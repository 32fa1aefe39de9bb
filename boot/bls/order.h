/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The order of systemd-boot's menu. */
#pragma once

#include "boot/entry.h"

/* A line of the menu, with what it is ordered by. Strings are "" where nothing is known. */
typedef struct {
  KexecEntry *entry; /* of one that we cannot boot: with no more than an id and a title */
  char *id;          /* as the boot loader calls it, in lower case: the file's name less the boot
                        counter */
  char *profile;     /* "@main" of "a.efi@main"; "" for the first profile */
  guint number;      /* the profile's, counted from 0 */
  char *sort_key;
  char *machine_id;
  char *version;
  int tries_left; /* -1: not counted; 0: bad */
  int tries_done;
  gboolean is_hidden;  /* the boot loader passes over it */
  gboolean is_foreign; /* it starts something else than a kernel: not an entry of ours */
} KexecBlsItem;

/** Returns: (transfer full): an item for @entry, of which it takes a reference. */
KexecBlsItem *kexec_bls_item_new (KexecEntry *entry, const char *id);
void kexec_bls_item_free (KexecBlsItem *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecBlsItem, kexec_bls_item_free)

/**
 * kexec_bls_sort:
 * @items: (element-type KexecBlsItem)
 *
 * Puts them in the order of the specification (UAPI.1, "Sorting") and of systemd-boot (systemd:
 * src/boot/boot.c, boot_entry_compare()): bad ones last; those with a sort key first, by that, then
 * by machine, then by version, the newest first; then by id, downwards.
 */
void kexec_bls_sort (GPtrArray *items);

/**
 * kexec_bls_set_titles:
 * @items: (element-type KexecBlsItem)
 *
 * Makes titles differ, as systemd-boot does: adds the version to those that are the same, then the
 * machine, then the id.
 */
void kexec_bls_set_titles (GPtrArray *items);
