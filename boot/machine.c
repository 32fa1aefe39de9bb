/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "boot/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "boot/beneath.h"
#include "boot/fd.h"

/* The first processor's part of /proc/cpuinfo, and the first lines of /proc/meminfo, are shorter.
   All of cpuinfo can be megabytes. */
#define HEAD_SIZE (16 * 1024)

/* Returns: (transfer full): the beginning of a file as text; "" if it cannot be read. */
static char *
read_head (int root_fd, const char *path)
{
  kexec_autofd fd = kexec_beneath_open_in_root (root_fd, path, O_RDONLY, NULL);
  char *text = g_malloc0 (HEAD_SIZE + 1);
  gsize length = 0;

  /* Files in /proc come in pieces. */
  while (fd >= 0 && length < HEAD_SIZE) {
    ssize_t n = read (fd, text + length, HEAD_SIZE - length);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      break;
    length += (gsize) n;
  }
  return text;
}

/* Returns: (transfer full) (nullable): what stands after "key:" in the first line that has it. */
static char *
find_value (const char *text, const char *key)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++) {
    char *colon = strchr (lines[i], ':');

    if (colon == NULL)
      continue;
    *colon = '\0';
    if (g_str_equal (g_strchomp (lines[i]), key))
      return g_strstrip (g_strdup (colon + 1));
  }
  return NULL;
}

/* Returns: bytes; 0: not known. */
static guint64
read_memory (int root_fd)
{
  g_autofree char *text = read_head (root_fd, "/proc/meminfo");
  g_autofree char *value = find_value (text, "MemTotal");
  char *end = NULL;
  guint64 number;

  if (value == NULL || !g_ascii_isdigit (*value))
    return 0;
  number = g_ascii_strtoull (value, &end, 10);
  /* "kB" there means KiB (Linux: Documentation/filesystems/proc.rst). */
  return g_str_equal (end, " kB") && number <= G_MAXUINT64 / 1024 ? number * 1024 : 0;
}

/* The flag says more than what the processor can do: the kernel takes it away at boot unless it
   runs with 5-level page tables (Linux: arch/x86/kernel/cpu/common.c, early_identify_cpu). So it is
   the same for all processors. */
static gboolean
read_la57 (int root_fd)
{
  g_autofree char *text = read_head (root_fd, "/proc/cpuinfo");
  g_autofree char *value = find_value (text, "flags");
  g_auto (GStrv) flags = g_strsplit (value != NULL ? value : "", " ", -1);

  return g_strv_contains ((const char *const *) flags, "la57");
}

void
kexec_machine_read (int root_fd, KexecMachine *ret)
{
  struct utsname system = { 0 };
  long page_size = sysconf (_SC_PAGESIZE);

  uname (&system);
  ret->architecture = g_intern_string (system.machine);
  ret->memory = read_memory (root_fd);
  ret->page_size = page_size > 0 ? (guint) page_size : 0;
  ret->has_la57 = read_la57 (root_fd);
}
