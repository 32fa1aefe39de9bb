/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sealed copies of files: what is hashed is what is checked is what is loaded. */
#pragma once

#include <gio/gio.h>

#include "image/input.h"

typedef struct {
  int fd; /* a memfd; sealed by kexec_memfd_seal() */
  guint64 size;
} KexecMemfd;

/** Called while copying or hashing with the bytes that are done. */
typedef void (*KexecMemfdProgress) (guint64 bytes, gpointer user_data);

/** Returns: (transfer full): an empty memfd, or %NULL. */
KexecMemfd *kexec_memfd_new (const char *name, GError **error);
void kexec_memfd_free (KexecMemfd *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecMemfd, kexec_memfd_free)

/**
 * kexec_memfd_append:
 * @fd: the file; read from its beginning, its own offset does not move
 * @name: what to call it in errors
 * @size: how many bytes it must have; fewer or more is an error: it changed while it was read
 * @progress: called after each piece, with the bytes of this file so far
 *
 * Appends a copy of the file.
 */
gboolean kexec_memfd_append (KexecMemfd *self, int fd, const char *name, guint64 size,
                             GCancellable *cancellable, KexecMemfdProgress progress,
                             gpointer user_data, GError **error);

/**
 * kexec_memfd_append_input:
 * @input: a part of a sealed copy
 * @name: what to call it in errors
 *
 * Appends a copy of it.
 */
gboolean kexec_memfd_append_input (KexecMemfd *self, const KexecInput *input, const char *name,
                                   GCancellable *cancellable, GError **error);

/**
 * kexec_memfd_pad:
 *
 * Makes room between initrds that follow one another: zeros up to a multiple of four bytes, and
 * four more, without which the kernel takes what follows an lz4 archive for its next block. Nothing
 * at the beginning.
 */
gboolean kexec_memfd_pad (KexecMemfd *self, GError **error);

/** Seals the memfd: nobody can change it any more. */
gboolean kexec_memfd_seal (KexecMemfd *self, GError **error);

/**
 * kexec_memfd_digest:
 * @fd: a memfd or any other file
 * @progress: (nullable): called after each piece, with the bytes so far
 *
 * Returns: (transfer full): the SHA-256 digest of @size bytes at @offset, in lower-case
 * hexadecimal, or %NULL.
 */
char *kexec_memfd_digest (int fd, guint64 offset, guint64 size, GCancellable *cancellable,
                          KexecMemfdProgress progress, gpointer user_data, GError **error);
