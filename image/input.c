/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/input.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

KexecInput
kexec_input_from_fd (int fd, guint64 size)
{
  return (KexecInput){ .fd = fd, .size = size };
}

KexecInput
kexec_input_from_data (const guint8 *data, gsize size)
{
  return (KexecInput){ .fd = -1, .data = data, .size = size };
}

KexecInput
kexec_input_from_bytes (GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  return kexec_input_from_data (data, size);
}

KexecInput
kexec_input_slice (const KexecInput *self, guint64 offset, guint64 size)
{
  KexecInput slice = *self;

  offset = MIN (offset, self->size);
  slice.offset += offset;
  slice.size = MIN (size, self->size - offset);
  return slice;
}

gsize
kexec_input_read (const KexecInput *self, guint64 offset, gpointer buffer, gsize size)
{
  gsize done = 0;

  if (offset >= self->size)
    return 0;
  size = (gsize) MIN (size, self->size - offset);
  if (self->fd < 0) {
    memcpy (buffer, self->data + self->offset + offset, size);
    return size;
  }
  while (done < size) {
    ssize_t n = pread (self->fd, (guint8 *) buffer + done, size - done,
                       (off_t) (self->offset + offset + done));

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      break;
    done += (gsize) n;
  }
  return done;
}

GBytes *
kexec_input_load (const KexecInput *self, guint64 offset, gsize size)
{
  g_autofree guint8 *buffer = NULL;

  if (offset > self->size || size > self->size - offset)
    return NULL;
  buffer = g_malloc (MAX (size, 1));
  if (kexec_input_read (self, offset, buffer, size) != size)
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&buffer), size);
}
