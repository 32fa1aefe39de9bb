/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Kernels and initrds that snippets name: looked up once, as many snippets name the same ones. */
#pragma once

#include "boot/scan.h"

typedef struct {
  char *path;        /* below the root, also if there is no such file; NULL: no path at all */
  KexecPlace *place; /* where it lies */
  GError *error;     /* why it cannot be opened; NULL: it can */
  gboolean is_uki;
  gboolean is_kernel; /* … or looks like another kernel */
  char *release;      /* of a kernel, as far as it tells; "" */
} KexecBlsFile;

typedef struct KexecBlsFiles KexecBlsFiles;

KexecBlsFiles *kexec_bls_files_new (KexecScan *scan);
void kexec_bls_files_free (KexecBlsFiles *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecBlsFiles, kexec_bls_files_free)

/**
 * kexec_bls_files_find:
 * @place: where the snippet lies
 * @path: as it is written there
 * @is_kernel: whether to look into it
 *
 * Returns: (transfer none)
 */
const KexecBlsFile *kexec_bls_files_find (KexecBlsFiles *self, const KexecPlace *place,
                                          const char *path, gboolean is_kernel);
