/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small key files in a directory, replaced as a whole: a reader sees the old or the new one. */
#pragma once

#include <glib.h>

/**
 * kexec_store_save:
 * @durable: whether it has to survive a power cut: the file and its directory are synced
 */
gboolean kexec_store_save (int dirfd, const char *name, GKeyFile *file, gboolean durable,
                           GError **error);

/** Returns: (transfer full): the file, or %NULL with an error (%G_FILE_ERROR_NOENT: none). */
GKeyFile *kexec_store_load (int dirfd, const char *name, GError **error);

/**
 * kexec_store_get_uid:
 *
 * Returns: %FALSE if there is no uid in the file, so that nobody turns into root.
 */
gboolean kexec_store_get_uid (GKeyFile *file, const char *group, guint32 *uid);

/** Removes the file; that it is not there is fine. */
gboolean kexec_store_remove (int dirfd, const char *name, gboolean durable, GError **error);
