/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/process.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "boot/beneath.h"
#include "boot/fd.h"

#define MAX_FILE   4096
#define START_TIME 22 /* the field of /proc/PID/stat, from 1; see proc(5) */

static char *
read_file (int root_fd, GPid pid, const char *name)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/%s", pid, name);

  return kexec_beneath_read (root_fd, path, MAX_FILE, NULL);
}

char *
kexec_process_program (int root_fd, GPid pid)
{
  g_autofree char *path = g_strdup_printf ("proc/%d/exe", pid);
  char target[PATH_MAX];
  ssize_t length = readlinkat (root_fd, path, target, sizeof target - 1);
  char *name, *deleted;

  if (length > 0) {
    target[length] = '\0';
    name = g_path_get_basename (target);
    /* It was replaced since by an update. */
    deleted = strstr (name, " (deleted)");
    if (deleted != NULL)
      *deleted = '\0';
    return name;
  }
  name = read_file (root_fd, pid, "comm");
  return name != NULL ? g_strchomp (name) : NULL;
}

char *
kexec_process_title (int root_fd, GPid pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/cmdline", pid);
  kexec_autofd fd = kexec_beneath_open_in_root (root_fd, path, O_RDONLY, NULL);
  char arguments[MAX_FILE]; /* each ends with a NUL */
  ssize_t length = fd >= 0 ? TEMP_FAILURE_RETRY (read (fd, arguments, sizeof arguments)) : -1;

  return length > 0 ? g_strndup (arguments, (gsize) length) : NULL;
}

char *
kexec_process_id (int root_fd, GPid pid)
{
  g_autofree char *stat = read_file (root_fd, pid, "stat");
  /* The name, which is the second field, can hold anything. */
  char *rest = stat != NULL ? strrchr (stat, ')') : NULL;
  g_auto (GStrv) fields = NULL;

  if (rest == NULL)
    return NULL;
  fields = g_strsplit (rest, " ", -1);
  if (g_strv_length (fields) <= START_TIME - 2)
    return NULL;
  return g_strdup_printf ("%d@%s", pid, g_strchomp (fields[START_TIME - 2]));
}

gboolean
kexec_process_end (int root_fd, const char *id, int signal_number, int limit_ms)
{
  gint64 pid = g_ascii_strtoll (id, NULL, 10);
  kexec_autofd fd = pid > 1 && pid <= INT_MAX ? (int) syscall (SYS_pidfd_open, pid, 0) : -1;
  GPollFD polled = { .fd = fd, .events = G_IO_IN };
  g_autofree char *now = NULL;

  /* Only after it is held: the number cannot change its owner any more. */
  now = fd >= 0 ? kexec_process_id (root_fd, (GPid) pid) : NULL;
  if (g_strcmp0 (now, id) != 0)
    return FALSE;
  if (syscall (SYS_pidfd_send_signal, fd, signal_number, NULL, 0) != 0)
    return FALSE;
  g_poll (&polled, 1, limit_ms);
  return TRUE;
}
