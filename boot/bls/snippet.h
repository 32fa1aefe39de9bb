/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One entry of the Boot Loader Specification's type #1 (UAPI.1): the text of
 * loader/entries/NAME.conf and what its name says.
 */
#pragma once

#include "image/finding.h"

/* The longest text, in bytes, and the most lines of one kind, that are read. */
#define KEXEC_BLS_SNIPPET_MAX (64 * 1024)
#define KEXEC_BLS_VALUES_MAX  64

/* Strings are "" and arrays empty where the key is missing; all are valid UTF-8. */
typedef struct {
  char *id;       /* the file's name less the boot counter: "fedora-6.8.conf" */
  int tries_left; /* -1: not counted */
  int tries_done;
  char *title;
  char *version;
  char *machine_id;
  char *sort_key;
  char *linux_path; /* paths as written: from the top of the file system */
  char *efi;
  char *uki;
  char *profile; /* of @uki: a number, counted from 0 */
  char *architecture;
  GStrv initrds;
  GStrv options; /* one for each line */
  char *devicetree;
  GStrv devicetree_overlays;
  char *grub_users;        /* Fedora's: who may boot it; NULL if the key is missing */
  KexecFindings *findings; /* unknown keys, repeated keys, no kernel … : about this entry */
} KexecBlsSnippet;

/**
 * kexec_bls_snippet_parse:
 * @file: the file's name, "fedora-6.8+3-1.conf"
 * @text: its contents; any bytes, @length of them
 * @subject: what to call the file in findings
 *
 * Never fails: what is wrong becomes a finding, a blocker where nothing can be booted.
 *
 * Returns: (transfer full)
 */
KexecBlsSnippet *kexec_bls_snippet_parse (const char *file, const char *text, gsize length,
                                          const char *subject);
void kexec_bls_snippet_free (KexecBlsSnippet *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecBlsSnippet, kexec_bls_snippet_free)

/**
 * kexec_bls_id_parse:
 *
 * Takes the boot counter ("+LEFT" or "+LEFT-DONE" before the suffix) out of a file's name.
 *
 * Returns: (transfer full): the name without it.
 */
char *kexec_bls_id_parse (const char *file, int *tries_left, int *tries_done);
