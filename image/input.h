/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bytes to read from: a range of a file, or memory. A file is read, never mapped: one that shrinks
 * meanwhile ends early, instead of killing the reader with a signal.
 */
#pragma once

#include <glib.h>

/* A view: it owns neither the descriptor nor the memory. Pass it by pointer, copy it freely. */
typedef struct {
  int fd;             /* of a regular file, read with pread(2); -1: the bytes are in memory */
  const guint8 *data; /* … which begins here */
  guint64 offset;     /* of the first byte, in the file or memory */
  guint64 size;       /* in bytes */
} KexecInput;

/** A whole file of @size bytes. */
KexecInput kexec_input_from_fd (int fd, guint64 size);
/** Memory; it has to stay. */
KexecInput kexec_input_from_data (const guint8 *data, gsize size);
/** As kexec_input_from_data(); @bytes has to stay. */
KexecInput kexec_input_from_bytes (GBytes *bytes);

/** A part of @self, cut to what @self has: any offset and size are safe. */
KexecInput kexec_input_slice (const KexecInput *self, guint64 offset, guint64 size);

/**
 * kexec_input_read:
 *
 * Reads up to @size bytes from @offset on. Returns: how many; fewer at the end, and where the file
 * cannot be read or has shrunk.
 */
gsize kexec_input_read (const KexecInput *self, guint64 offset, gpointer buffer, gsize size);

/**
 * kexec_input_load:
 *
 * Returns: (transfer full) (nullable): these bytes, or %NULL if there are fewer. @size comes from
 * the caller's own bound, never straight from a file.
 */
GBytes *kexec_input_load (const KexecInput *self, guint64 offset, gsize size);
