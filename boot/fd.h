/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Descriptors that close themselves at the end of their scope. */
#pragma once

#include <errno.h>
#include <unistd.h>

/* Closes *@fd if it is open; errno stays as it is. */
static inline void
kexec_fd_clear (int *fd)
{
  int saved = errno;

  if (*fd >= 0)
    close (*fd);
  *fd = -1;
  errno = saved;
}

static inline int
kexec_fd_steal (int *fd)
{
  int stolen = *fd;

  *fd = -1;
  return stolen;
}

/* Declares a descriptor, -1 or open, that is closed when it leaves its scope. */
#define kexec_autofd __attribute__ ((cleanup (kexec_fd_clear))) int
