/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The judgement as a whole, and what is remembered of it while one look at the system lasts. */
#include "boot/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "boot/fd.h"
#include "boot/place-trust.h"
#include "boot/trust-private.h"

struct KexecTrust {
  int root_fd;
  GHashTable *mounts; /* the id of a mount → why it is not trusted; "" if it is */
  GHashTable *paths;  /* path → likewise */
};

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
  return self;
}

void
kexec_trust_free (KexecTrust *self)
{
  g_hash_table_unref (self->mounts);
  g_hash_table_unref (self->paths);
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
  return give (remember (self->paths, g_strdup (path), walk (self, place, place_fd, path, NULL)),
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
