/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/closer.h"

#include <unistd.h>

#define THREADS 4 /* how many files may hang before others wait */

/* A pool takes pointers that are not NULL. */
static void
close_one (gpointer data, gpointer user_data)
{
  close (GPOINTER_TO_INT (data) - 1);
}

static gpointer
new_pool (gpointer data)
{
  return g_thread_pool_new (close_one, NULL, THREADS, FALSE, NULL);
}

void
kexec_closer_close (int fd)
{
  static GOnce pool = G_ONCE_INIT;

  if (fd >= 0)
    g_thread_pool_push (g_once (&pool, new_pool, NULL), GINT_TO_POINTER (fd + 1), NULL);
}
