/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A source of boot entries: reads one kind of menu, and says what it would boot by itself. */
#pragma once

#include "boot/entry.h"
#include "boot/loader.h"

/* What one source found. */
typedef struct {
  GPtrArray *entries; /* (element-type KexecEntry): in menu order. Each has id, title, version as
                         far as the menu tells, source, place, kernel, initrds, cmdline and its
                         origin, kind, named_by, is_locked, and findings */
  KexecEntry *default_entry; /* (nullable) (transfer none): which of them it boots without a key
                                press; %NULL if it has no such thing or none of them is it */
  char *default_reason;      /* with @default_entry: the end of a sentence, after "it is the default
                                because": "saved_entry in /boot/grub/grubenv names it"; "" if there
                                is nothing to say */
  char *default_other;       /* the title of what is booted instead where that is no entry of ours:
                                "Windows Boot Manager"; "" otherwise */
  KexecFindings *findings;   /* about the menu as a whole */
} KexecMenu;

KexecMenu *kexec_menu_new (void);
void kexec_menu_free (KexecMenu *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecMenu, kexec_menu_free)

typedef struct {
  const char *name;   /* as in Sources=: "grub" */
  KexecLoader loader; /* whose menu it is; KEXEC_LOADER_UNKNOWN: no boot loader's */
  /* Returns: (transfer full): what it found; an empty menu where there is nothing of this kind. */
  KexecMenu *(*read) (KexecScan *scan);
} KexecSource;

/* GRUB's grub.cfg, with blscfg (entries: source "grub"). */
extern const KexecSource kexec_source_grub;
/* The Boot Loader Specification's type #1 and type #2 (entries: source "bls" and "uki"). */
extern const KexecSource kexec_source_bls;
/* What the administrator's configuration names: Kernel= of kexecd.conf ("config"), KNAME of
   Gentoo's conf.d/kexec and the last line of installkernel's list ("gentoo"). */
extern const KexecSource kexec_source_config;

/**
 * kexec_source_config_set_initrds:
 * @entry: the default entry of a listing
 *
 * Gives it the initrds that Initrd= or INITRD names, in the place of its own; those that cannot be
 * opened are findings. The configuration's file is then among those that name it.
 */
void kexec_source_config_set_initrds (KexecScan *scan, KexecEntry *entry);

/*
 * Plain kernels and initrds side by side in /boot ("directory"), in no order; see
 * boot/kernel-name.h for the names. Those that cannot be booted are there with a finding.
 *
 * - An id is what follows the first part of the file's name ("6.1.0-30-amd64", "linux-lts"), or the
 *   whole name where nothing does ("vmlinuz"). Where two files would have the same, the one whose
 *   name comes first keeps it, and the other's id is its whole name ("vmlinuz-6.1.0").
 * - The version is the release that the file says it has; where it does not say, what its name
 * does.
 * - A unified kernel image is an entry for each profile: boot/uki.h. It takes initrds of the
 *   directory only if it has none in it.
 * - A symlink is an entry only if nothing else leads to the same file.
 */
extern const KexecSource kexec_source_directory;
