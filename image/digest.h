/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Message digests of files: by OpenSSL, which uses what the CPU has for them and is up to eight
 * times as fast; by GLib in a build without it, and where OpenSSL's policy leaves out an algorithm.
 */
#pragma once

#include <glib.h>

typedef struct KexecDigest KexecDigest;

/** @type: the algorithm. Returns: (transfer full): the digest of nothing yet. */
KexecDigest *kexec_digest_new (GChecksumType type);

/** Adds @size bytes at @data. */
void kexec_digest_update (KexecDigest *self, gconstpointer data, gsize size);

/** Returns: (transfer full) (nullable): the digest of all bytes that were added, in lower-case
 * hexadecimal; %NULL if OpenSSL failed in the middle. Nothing can be added or asked for after that.
 */
char *kexec_digest_finish (KexecDigest *self);

void kexec_digest_free (KexecDigest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecDigest, kexec_digest_free)
