/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads a piece, looks through it, and keeps enough to see what lies across its end. */
#include "image/search.h"

#include <string.h>

#define CHUNK      (1024 * 1024)
#define LENGTH_MAX 64
#define AFTER_MAX  4096

gboolean
kexec_search (const KexecInput *input, const char *needle, gsize length, gsize after,
              const KexecWatch *watch, KexecSearchVisit visit, gpointer user_data)
{
  const guint64 end = MIN (input->size, KEXEC_SEARCH_MAX);
  const gsize overlap = length + after;
  g_autofree guint8 *buffer = NULL;
  guint64 offset = 0;

  g_return_val_if_fail (length > 0 && length <= LENGTH_MAX && after <= AFTER_MAX, FALSE);
  buffer = g_malloc ((gsize) MIN (CHUNK + overlap, input->size) + 1);
  while (offset < end && kexec_watch_proceed (watch, 0)) {
    /* A needle that begins in this chunk is seen whole, with what is after it. */
    gsize size = kexec_input_read (input, offset, buffer, CHUNK + overlap);
    const guint8 *p = buffer;

    while ((p = memmem (p, size - (gsize) (p - buffer), needle, length)) != NULL &&
           p < buffer + CHUNK) {
      if (visit (p, MIN (overlap, size - (gsize) (p - buffer)), offset + (gsize) (p - buffer),
                 user_data))
        return TRUE;
      p++;
    }
    if (size < CHUNK + overlap)
      return FALSE;
    offset += CHUNK;
  }
  return FALSE;
}
