/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the release out of the beginning of a kernel file. */
#include "boot/kernel-release.h"

#include <unistd.h>

#include "image/kernel/kernel.h"

char *
kexec_kernel_release_read (int fd)
{
  g_autofree guint8 *head = g_malloc (KEXEC_KERNEL_HEAD_SIZE);
  g_autoptr (GBytes) bytes = NULL;
  ssize_t size = pread (fd, head, KEXEC_KERNEL_HEAD_SIZE, 0);

  if (size <= 0)
    return NULL;
  bytes = g_bytes_new_take (g_steal_pointer (&head), (gsize) size);
  return kexec_kernel_read_release (bytes);
}
