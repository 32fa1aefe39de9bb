/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The judgement as a whole, and what is remembered of it while one look at the system lasts. */
#include "boot/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "boot/fd.h"
#include "boot/place-trust.h"
#include "boot/trust-private.h"
#include "image/printable.h"

struct KexecTrust {
  int root_fd;
  GHashTable *mounts; /* the id of a mount → why it is not trusted; "" if it is */
  GHashTable *paths;  /* path → likewise */
  GHashTable *dirs;   /* path → Directory */
};

/* A directory whose files are judged one after the other. */
typedef struct {
  int fd; /* -1: it is not trusted */
  dev_t device;
  char *refusal; /* why not */
} Directory;

static void
directory_free (Directory *self)
{
  kexec_fd_clear (&self->fd);
  g_free (self->refusal);
  g_free (self);
}

/* A place that is mounted for us alone, while a path in it is judged. */
typedef struct {
  const KexecPlace *place;
  int fd;
} Private;

KexecTrust *
kexec_trust_new (int root_fd)
{
  KexecTrust *self = g_new0 (KexecTrust, 1);

  self->root_fd = root_fd;
  self->mounts = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  self->paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->dirs =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) directory_free);
  return self;
}

void
kexec_trust_free (KexecTrust *self)
{
  g_hash_table_unref (self->mounts);
  g_hash_table_unref (self->paths);
  g_hash_table_unref (self->dirs);
  g_free (self);
}

/* Returns: 0 if the kernel does not tell. */
static gint64
find_mount_id (int fd)
{
  struct statx stx;

  if (statx (fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &stx) != 0 || !(stx.stx_mask & STATX_MNT_ID))
    return 0;
  return (gint64) stx.stx_mnt_id;
}

static char *
look_at_mount (int fd)
{
  g_auto (KexecTrustMount) mount = { 0 };
  kexec_autofd sys_fd = open ("/sys", O_PATH | O_DIRECTORY | O_CLOEXEC);

  if (!kexec_trust_read_mount (fd, &mount))
    return g_strdup ("The file system was not found among the mounts; mount it with mount(8)");
  return kexec_trust_refuse_mount (&mount, sys_fd);
}

/* Remembers a refusal. Returns: (transfer full) (nullable): the same again. */
static char *
remember (GHashTable *table, gpointer key, char *refusal)
{
  g_hash_table_insert (table, key, g_strdup (refusal != NULL ? refusal : ""));
  return refusal;
}

/* Returns: (transfer full) (nullable): what was remembered. */
static char *
recall (const char *refusal)
{
  return *refusal != '\0' ? g_strdup (refusal) : NULL;
}

static char *
refuse_mount (int fd, gpointer data)
{
  KexecTrust *self = data;
  gint64 id = find_mount_id (fd);
  const char *known = id != 0 ? g_hash_table_lookup (self->mounts, &id) : NULL;

  if (known != NULL)
    return recall (known);
  if (id == 0)
    return look_at_mount (fd);
  return remember (self->mounts, g_memdup2 (&id, sizeof id), look_at_mount (fd));
}

/* Nothing else is mounted in a place that is mounted for us alone. */
static char *
refuse_private_mount (int fd, gpointer data)
{
  Private *private = data;

  return kexec_place_refuse_mount (private->place, private->fd);
}

static char *
walk (KexecTrust *self, const KexecPlace *place, int place_fd, const char *path,
      const struct stat *expected)
{
  Private private = { .place = place, .fd = place_fd };
  KexecTrustRules rules = { .owner = 0, .refuse_mount = refuse_mount, .data = self };

  if (place == NULL || !place->needs_mount)
    return kexec_trust_walk (&rules, self->root_fd, path, expected);
  rules.refuse_mount = refuse_private_mount;
  rules.data = &private;
  return kexec_trust_walk (&rules, place_fd, kexec_place_relative (place, path), expected);
}

static const Directory *
find_directory (KexecTrust *self, const char *path)
{
  const KexecTrustRules rules = { .owner = 0, .refuse_mount = refuse_mount, .data = self };
  g_autofree char *dir = g_path_get_dirname (path);
  Directory *found = g_hash_table_lookup (self->dirs, dir);
  struct stat st = { 0 };

  if (found != NULL)
    return found;
  found = g_new0 (Directory, 1);
  found->refusal = kexec_trust_walk_directory (&rules, self->root_fd, dir, &found->fd);
  if (found->fd >= 0 && fstat (found->fd, &st) == 0)
    found->device = st.st_dev;
  g_hash_table_insert (self->dirs, g_steal_pointer (&dir), found);
  return found;
}

/* Judges a file that lies in no private place: by its directory, which most files share, and by
   itself. What is no plain file of the directory's file system goes the whole way. */
static char *
look_at_file (KexecTrust *self, const char *path)
{
  const Directory *dir = find_directory (self, path);
  const char *name = strrchr (path, '/');
  g_autofree char *shown = kexec_printable (path);
  kexec_autofd fd = -1;
  struct stat st;

  if (dir->refusal != NULL)
    return g_strdup (dir->refusal);
  if (dir->fd >= 0 && name != NULL && name[1] != '\0')
    fd = openat (dir->fd, name + 1, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0 || fstat (fd, &st) < 0 || !S_ISREG (st.st_mode) || st.st_dev != dir->device)
    return walk (self, NULL, -1, path, NULL);
  return kexec_trust_refuse_owner (shown, 0, &st);
}

static gboolean
give (char *refusal, char **reason)
{
  gboolean is_trusted = refusal == NULL;

  if (reason != NULL)
    *reason = refusal;
  else
    g_free (refusal);
  return is_trusted;
}

gboolean
kexec_trust_judge (KexecTrust *self, const KexecPlace *place, int place_fd, const char *path,
                   char **reason)
{
  const char *known = g_hash_table_lookup (self->paths, path);

  if (known != NULL)
    return give (recall (known), reason);
  return give (remember (self->paths, g_strdup (path),
                         place != NULL && place->needs_mount
                           ? walk (self, place, place_fd, path, NULL)
                           : look_at_file (self, path)),
               reason);
}

gboolean
kexec_trust_judge_fd (KexecTrust *self, const KexecPlace *place, int place_fd, int fd,
                      const char *path, char **reason)
{
  struct stat st;

  if (fstat (fd, &st) == 0)
    return give (walk (self, place, place_fd, path, &st), reason);
  return give (
    g_strdup_printf ("The open file cannot be looked at (%s); try again", g_strerror (errno)),
    reason);
}
