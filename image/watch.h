/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Work on large files tells how far it is, and can be told to stop. */
#pragma once

#include <glib.h>

/* May be called from several threads at once. */
typedef struct {
  /* Called every MiB or so with the bytes that were read since the last call. Returns: %FALSE to
     stop; what was found so far is then incomplete and has to be thrown away. */
  gboolean (*proceed) (guint64 bytes, gpointer user_data);
  gpointer user_data;
} KexecWatch;

/** @self: (nullable): nobody watches */
static inline gboolean
kexec_watch_proceed (const KexecWatch *self, guint64 bytes)
{
  return self == NULL || self->proceed (bytes, self->user_data);
}
