/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fake kernel: files in, files out. */
#include "tests/integration/fake-kernel.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SLOT     "sys/kernel/kexec_loaded"
#define DISABLED "proc/sys/kernel/kexec_load_disabled"
#define LIMIT    "proc/sys/kernel/kexec_load_limit_reboot"
#define POLL     2000 /* µs */

/* What a machine that jumped would leave behind: no process. Tests know the daemon's end by it. */
#define EXIT_JUMPED 42

static const char *root_path;

void
fake_kernel_init (const char *root)
{
  root_path = g_strdup (root);
}

static char *
path_of (const char *name)
{
  return g_build_filename (root_path, name, NULL);
}

static char *
control_of (const char *name)
{
  return g_build_filename (root_path, "test-kernel", name, NULL);
}

static gboolean
exists (const char *control)
{
  g_autofree char *path = control_of (control);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static gint64
read_number (const char *path, gint64 fallback)
{
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? g_ascii_strtoll (text, NULL, 10)
                                                       : fallback;
}

/* Whoever reads the file meanwhile sees the old or the new contents. */
static void
write_text (const char *path, const char *text)
{
  if (!g_file_set_contents (path, text, -1, NULL))
    g_error ("Cannot write %s", path);
}

static void
write_number (const char *path, gint64 number)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT "\n", number);

  write_text (path, text);
}

static int
control_number (const char *control)
{
  g_autofree char *path = control_of (control);

  return (int) read_number (path, 0);
}

static void
count (const char *control)
{
  g_autofree char *path = control_of (control);

  write_number (path, read_number (path, 0) + 1);
}

static void
set_slot (gint64 loaded)
{
  g_autofree char *path = path_of (SLOT);

  write_number (path, loaded);
}

static void
hold (const char *control)
{
  g_autofree char *reached_name = g_strconcat (control, ".reached", NULL);
  g_autofree char *reached = control_of (reached_name);

  if (!exists (control))
    return;
  write_text (reached, "");
  while (exists (control))
    g_usleep (POLL);
}

/* As kexec_load_permitted(): whatever comes of the call afterwards, the limit is used. */
static int
take_permission (void)
{
  g_autofree char *disabled = path_of (DISABLED);
  g_autofree char *limit = path_of (LIMIT);
  gint64 left = read_number (limit, -1);

  if (read_number (disabled, 0) != 0 || left == 0)
    return EPERM;
  if (left > 0)
    write_number (limit, left - 1);
  return 0;
}

static char *
source_of (int fd)
{
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);

  return g_file_read_link (link, NULL);
}

static void
keep_copy (int fd, const char *name)
{
  g_autofree char *path = control_of (name);
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autofree char *contents = NULL;
  gsize length;

  g_unlink (path);
  if (fd < 0)
    return;
  if (!g_file_get_contents (link, &contents, &length, NULL) ||
      !g_file_set_contents (path, contents, length, NULL))
    g_error ("Cannot keep a copy as %s", path);
}

static void
keep_image (int kernel_fd, int initrd_fd, const char *cmdline)
{
  g_autofree char *cmdline_path = control_of ("image/cmdline");
  g_autofree char *source_path = control_of ("image/kernel-source");
  g_autofree char *source = source_of (kernel_fd);

  keep_copy (kernel_fd, "image/kernel");
  keep_copy (initrd_fd, "image/initrd");
  write_text (cmdline_path, cmdline);
  write_text (source_path, source);
}

static int
fake_load (int kernel_fd, int initrd_fd, const char *cmdline)
{
  g_autofree char *source = source_of (kernel_fd);
  int error_number = take_permission ();

  hold ("hold-before-load");
  if (error_number == 0)
    error_number = control_number ("load-errno");
  if (error_number == 0 && source != NULL && g_str_has_prefix (source, "/memfd:"))
    error_number = control_number ("memfd-errno");
  if (error_number != 0)
    return error_number;
  keep_image (kernel_fd, initrd_fd, cmdline);
  count ("loads");
  set_slot (1);
  hold ("hold-after-load");
  return 0;
}

static int
fake_unload (void)
{
  int error_number = take_permission ();

  if (error_number == 0)
    error_number = control_number ("unload-errno");
  if (error_number != 0)
    return error_number;
  count ("unloads");
  set_slot (0);
  return 0;
}

static int
fake_execute (void)
{
  int error_number = control_number ("execute-errno");

  if (error_number != 0)
    return error_number;
  count ("executions");
  _exit (EXIT_JUMPED);
}

/* Returns: whether it is new. */
static gboolean
note_in_order (const char *line)
{
  g_autofree char *log = control_of ("frozen");
  g_autofree char *old = NULL;
  g_autofree char *text = NULL;

  if (!g_file_get_contents (log, &old, NULL, NULL))
    old = g_strdup ("");
  if (strstr (old, line) != NULL)
    return FALSE;
  text = g_strconcat (old, line, NULL);
  write_text (log, text);
  return TRUE;
}

/* Notes where the descriptor leads to, below the root directory. */
static int
note_file_system (const char *what, int fd)
{
  g_autofree char *target = source_of (fd);
  g_autofree char *line = g_strdup_printf ("%s %s\n", what, target + strlen (root_path));

  return note_in_order (line) ? 0 : EBUSY;
}

static void
fake_sync (void)
{
  note_in_order ("sync\n");
}

static int
fake_freeze (int fd)
{
  return note_file_system ("freeze", fd);
}

static int
fake_thaw (int fd)
{
  return note_file_system ("thaw", fd);
}

static gboolean
fake_can_file_load (void)
{
  return !exists ("no-file-load");
}

const KexecKernelOps fake_kernel_ops = {
  .load = fake_load,
  .unload = fake_unload,
  .sync = fake_sync,
  .execute = fake_execute,
  .can_file_load = fake_can_file_load,
  .freeze = fake_freeze,
  .thaw = fake_thaw,
};
