/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looks for bytes in files of any size, a piece at a time. */
#pragma once

#include "image/input.h"
#include "image/watch.h"

/* No search goes further than this, in bytes. */
#define KEXEC_SEARCH_MAX (G_GUINT64_CONSTANT (512) << 20)

/**
 * kexec_search_visit:
 * @text: where the bytes were found; @size bytes from there on are at hand, those looked for and
 * some more
 * @offset: of them in the input
 *
 * Returns: %TRUE to end the search: this is the one.
 */
typedef gboolean (*KexecSearchVisit) (const guint8 *text, gsize size, guint64 offset,
                                      gpointer user_data);

/**
 * kexec_search:
 * @needle: what to look for, @length bytes, at most 64
 * @after: how many bytes beyond the needle the visitor wants to see, at most 4096
 *
 * Returns: whether the visitor ended it.
 */
gboolean kexec_search (const KexecInput *input, const char *needle, gsize length, gsize after,
                       const KexecWatch *watch, KexecSearchVisit visit, gpointer user_data);
