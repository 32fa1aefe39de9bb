/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "boot/config-files.h"

#include <dirent.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "boot/beneath.h"
#include "boot/fd.h"

#define FILE_SIZE_MAX (64 * 1024)
#define DROP_INS_MAX  256 /* in one directory */

static void
add_unreadable (const KexecConfigFiles *self, const char *path, const GError *error)
{
  kexec_findings_add (self->findings, KEXEC_FINDING_CONFIGURATION_INVALID, path, NULL,
                      "%s; mend or remove it", error->message);
}

/* Whether nobody but root, or the owner of the tree, can write it; if not, adds a finding. */
static gboolean
is_safe (const KexecConfigFiles *self, const char *path, const struct stat *st)
{
  if (kexec_beneath_is_roots (self->root_fd, st))
    return TRUE;
  kexec_findings_add (self->findings, KEXEC_FINDING_CONFIGURATION_INVALID, path, NULL,
                      "%s was ignored, because others than root can write it; run chown root and "
                      "chmod go-w",
                      path);
  return FALSE;
}

static gboolean
is_null_device (const struct stat *st)
{
  return S_ISCHR (st->st_mode) && st->st_rdev == makedev (1, 3);
}

/* Opens something below the root that may be missing. Returns: -1 if it is, or is not usable. */
static int
open_safe (const KexecConfigFiles *self, const char *path, int flags, struct stat *st)
{
  g_autoptr (GError) error = NULL;
  kexec_autofd fd = kexec_beneath_open_in_root (self->root_fd, path, flags, &error);

  if (fd < 0 && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    add_unreadable (self, path, error);
  if (fd < 0 || fstat (fd, st) < 0 || is_null_device (st) || !is_safe (self, path, st))
    return -1;
  return kexec_fd_steal (&fd);
}

void
kexec_config_files_read (const KexecConfigFiles *self, const char *path, KexecConfigParse parse,
                         gpointer user_data)
{
  g_autofree char *dir = g_path_get_dirname (path);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  struct stat st;
  kexec_autofd dir_fd = open_safe (self, dir, O_PATH | O_DIRECTORY, &st);
  kexec_autofd fd = dir_fd >= 0 ? open_safe (self, path, O_RDONLY, &st) : -1;

  if (fd < 0)
    return;
  if (S_ISREG (st.st_mode))
    text = kexec_beneath_read_fd (fd, path, FILE_SIZE_MAX, &error);
  else
    g_set_error (&error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, "%s is not a regular file", path);
  if (text != NULL)
    parse (user_data, text, path);
  else
    add_unreadable (self, path, error);
}

/* Notes the drop-ins of a directory: name → path. A name that is there already is replaced. */
static void
collect_drop_ins (const KexecConfigFiles *self, const char *path, GTree *drop_ins)
{
  int fd = kexec_beneath_open_in_root (self->root_fd, path, O_RDONLY | O_DIRECTORY, NULL);
  DIR *dir = fd >= 0 ? fdopendir (fd) : NULL;
  struct dirent *entry;
  guint count = 0;

  if (dir == NULL) {
    kexec_fd_clear (&fd);
    return;
  }
  while ((entry = readdir (dir)) != NULL && count < DROP_INS_MAX)
    if (g_str_has_suffix (entry->d_name, ".conf") && entry->d_name[0] != '.') {
      g_tree_replace (drop_ins, g_strdup (entry->d_name),
                      g_build_filename (path, entry->d_name, NULL));
      count++;
    }
  closedir (dir);
  if (count == DROP_INS_MAX)
    kexec_findings_add (self->findings, KEXEC_FINDING_CONFIGURATION_INVALID, path, NULL,
                        "%s holds too many drop-ins, and some were not read; remove some", path);
}

/* What becomes of the drop-ins that were found. */
typedef struct {
  const KexecConfigFiles *files;
  KexecConfigParse parse;
  gpointer user_data;
} Reader;

static gboolean
read_drop_in (gpointer name, gpointer path, gpointer user_data)
{
  const Reader *reader = user_data;

  kexec_config_files_read (reader->files, path, reader->parse, reader->user_data);
  return FALSE;
}

static int
compare_names (gconstpointer a, gconstpointer b, gpointer data)
{
  return strcmp (a, b);
}

void
kexec_config_files_read_drop_ins (const KexecConfigFiles *self, const char *name,
                                  KexecConfigParse parse, gpointer user_data)
{
  static const char *const dirs[] = { "/usr/lib/kexecd", "/run/kexecd", "/etc/kexecd" };
  g_autoptr (GTree) drop_ins = g_tree_new_full (compare_names, NULL, g_free, g_free);
  Reader reader = { self, parse, user_data };

  for (guint i = 0; i < G_N_ELEMENTS (dirs); i++) {
    g_autofree char *path = g_build_filename (dirs[i], name, NULL);

    collect_drop_ins (self, path, drop_ins);
  }
  g_tree_foreach (drop_ins, read_drop_in, &reader);
}

KexecConfigFiles
kexec_config_files (int root_fd, KexecFindings *findings)
{
  return (KexecConfigFiles){ .root_fd = root_fd, .findings = findings };
}
