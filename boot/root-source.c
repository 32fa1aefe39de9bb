/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looks for the root device where the running system and fstab name it. */
#include "boot/root-source.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "boot/beneath.h"
#include "boot/config-value.h"
#include "boot/fd.h"
#include "image/cmdline.h"

#define FILE_SIZE_MAX (1024 * 1024)
#define NAMES_MAX     4096 /* in a directory of /dev */
#define BY_UUID       "/dev/disk/by-uuid"

/* Returns: (transfer full): the fields of a line that spaces and tabs separate. */
static GStrv
split_fields (const char *line)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) fields = g_strsplit_set (line, " \t", -1);

  for (guint i = 0; fields[i] != NULL; i++)
    if (*fields[i] != '\0')
      g_strv_builder_add (builder, fields[i]);
  return g_strv_builder_end (builder);
}

/* Returns: the number of the field after the "-" that ends mountinfo's optional ones, and that the
   type of the file system is in; 0 if there is none. */
static guint
find_type (GStrv fields)
{
  for (guint i = 6; i < g_strv_length (fields); i++)
    if (strcmp (fields[i], "-") == 0)
      return i + 1;
  return 0;
}

char *
kexec_root_source_parse_mountinfo (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  char *source = NULL;

  for (guint i = 0; lines[i] != NULL; i++) {
    g_auto (GStrv) fields = split_fields (lines[i]);
    guint length = g_strv_length (fields);
    guint type = find_type (fields);

    if (type == 0 || length <= type + 1 || strcmp (fields[4], "/") != 0)
      continue;
    /* What was mounted last lies above the others. */
    g_free (source);
    source = g_strdup (fields[type + 1]);
  }
  return source;
}

char *
kexec_root_source_parse_fstab (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++) {
    g_auto (GStrv) fields = split_fields (lines[i]);

    if (g_strv_length (fields) >= 3 && *fields[0] != '#' && strcmp (fields[1], "/") == 0)
      return g_strdup (fields[0]);
  }
  return NULL;
}

/* Returns: (transfer full) (nullable): the name in @dir of a symlink to the device. */
static char *
find_link (DIR *dir, int root_fd, const struct stat *device)
{
  struct dirent *entry;
  guint count = 0;

  while ((entry = readdir (dir)) != NULL && count++ < NAMES_MAX) {
    g_autofree char *path = g_build_filename (BY_UUID, entry->d_name, NULL);
    kexec_autofd fd = kexec_beneath_open_in_root (root_fd, path, O_PATH, NULL);
    struct stat st;

    if (fd >= 0 && fstat (fd, &st) == 0 && S_ISBLK (st.st_mode) && st.st_rdev == device->st_rdev)
      return g_strdup (entry->d_name);
  }
  return NULL;
}

/* Returns: (transfer full) (nullable): "UUID=…" of a device. */
static char *
find_uuid (int root_fd, const char *path)
{
  kexec_autofd device_fd = kexec_beneath_open_in_root (root_fd, path, O_PATH, NULL);
  int dir_fd = kexec_beneath_open_in_root (root_fd, BY_UUID, O_RDONLY | O_DIRECTORY, NULL);
  DIR *dir = dir_fd >= 0 ? fdopendir (dir_fd) : NULL;
  g_autofree char *uuid = NULL;
  struct stat st;

  if (dir == NULL) {
    kexec_fd_clear (&dir_fd);
    return NULL;
  }
  if (device_fd >= 0 && fstat (device_fd, &st) == 0 && S_ISBLK (st.st_mode))
    uuid = find_link (dir, root_fd, &st);
  closedir (dir);
  return uuid != NULL ? g_strconcat ("UUID=", uuid, NULL) : NULL;
}

/* Returns: (transfer full) (nullable): a mount's source, if it can stand after root=. */
static char *
find_mounted (int root_fd)
{
  g_autofree char *text = kexec_beneath_read (root_fd, "/proc/self/mountinfo", FILE_SIZE_MAX, NULL);
  g_autofree char *source = text != NULL ? kexec_root_source_parse_mountinfo (text) : NULL;
  char *uuid;

  /* "/dev/root" is what a kernel without initrd calls a device that has another name. */
  if (source == NULL || !g_str_has_prefix (source, "/dev/") || strcmp (source, "/dev/root") == 0)
    return NULL;
  uuid = find_uuid (root_fd, source);
  return uuid != NULL ? uuid : g_steal_pointer (&source);
}

static char *
find_running (int root_fd)
{
  g_autofree char *text =
    kexec_beneath_read (root_fd, "/proc/cmdline", 4 * KEXEC_CMDLINE_MAX, NULL);

  return text != NULL ? kexec_cmdline_get (text, "root") : NULL;
}

static char *
find_listed (int root_fd)
{
  g_autofree char *text = kexec_beneath_read (root_fd, "/etc/fstab", FILE_SIZE_MAX, NULL);

  return text != NULL ? kexec_root_source_parse_fstab (text) : NULL;
}

char *
kexec_root_source_find (int root_fd)
{
  static char *(*const finders[]) (int) = { find_running, find_mounted, find_listed };

  for (guint i = 0; i < G_N_ELEMENTS (finders); i++) {
    g_autofree char *device = finders[i](root_fd);

    /* A backslash stands for a character that has no place in a word. */
    if (device != NULL && *device != '\0' && kexec_config_value_is_word (device) &&
        strchr (device, '\\') == NULL)
      return g_steal_pointer (&device);
  }
  return NULL;
}
