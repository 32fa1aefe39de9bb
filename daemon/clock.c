/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/clock.h"

#include <sys/timerfd.h>
#include <unistd.h>

#include <glib-unix.h>

typedef struct {
  int fd;
  GSourceOnceFunc callback;
  gpointer user_data;
} Timer;

gint64
kexec_clock_boottime (void)
{
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

gint64
kexec_clock_boottime_to_realtime (gint64 boottime)
{
  return g_get_real_time () + (boottime - kexec_clock_boottime ());
}

static void
timer_free (Timer *timer)
{
  close (timer->fd);
  g_free (timer);
}

static gboolean
on_timer (gint fd, GIOCondition condition, gpointer user_data)
{
  Timer *timer = user_data;

  timer->callback (timer->user_data);
  return G_SOURCE_REMOVE;
}

GSource *
kexec_clock_add_timer (clockid_t clock, gint64 when, GSourceOnceFunc callback, gpointer user_data)
{
  int fd = timerfd_create (clock, TFD_CLOEXEC | TFD_NONBLOCK);
  struct itimerspec spec = { 0 };
  Timer *timer;
  GSource *source;

  if (fd < 0)
    return NULL;
  /* All zeros would disarm the timer. */
  when = MAX (when, 1);
  spec.it_value.tv_sec = when / G_USEC_PER_SEC;
  spec.it_value.tv_nsec = when % G_USEC_PER_SEC * 1000;
  if (timerfd_settime (fd, TFD_TIMER_ABSTIME, &spec, NULL) != 0) {
    close (fd);
    return NULL;
  }
  timer = g_new0 (Timer, 1);
  timer->fd = fd;
  timer->callback = callback;
  timer->user_data = user_data;
  source = g_unix_fd_source_new (fd, G_IO_IN);
  g_source_set_callback (source, G_SOURCE_FUNC (on_timer), timer, (GDestroyNotify) timer_free);
  g_source_attach (source, NULL);
  return source;
}

void
kexec_clock_clear_timer (GSource **timer)
{
  if (*timer == NULL)
    return;
  g_source_destroy (*timer);
  g_clear_pointer (timer, g_source_unref);
}
