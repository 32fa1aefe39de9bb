/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Walks a path one component at a time, as the kernel would, and judges every directory, symlink
 * and file on the way by its opened descriptor. What lies above the root directory is not judged.
 */
#include "boot/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "boot/fd.h"
#include "boot/trust-private.h"
#include "image/printable.h"

#define SYMLINKS_MAX 40 /* as in the kernel */
#define DEPTH_MAX    64

typedef struct {
  const KexecTrustRules *rules;
  int dirs[DEPTH_MAX]; /* the directories from the root to here; the root is the caller's */
  guint depth;         /* how many they are */
  GString *here;       /* the path of the last of them; "" is the root */
  GQueue *rest;        /* (element-type utf8): the components that are still to go */
  guint symlinks;      /* how many were followed */
  struct stat last;    /* of the last step */
  dev_t judged;        /* the device of the mount that was judged last; 0: none */
} Walk;

static void
leave (Walk *self)
{
  const char *slash = strrchr (self->here->str, '/');

  if (self->depth == 1)
    return;
  kexec_fd_clear (&self->dirs[--self->depth]);
  g_string_truncate (self->here, slash != NULL ? (gsize) (slash - self->here->str) : 0);
}

static void
walk_clear (Walk *self)
{
  while (self->depth > 1)
    leave (self);
  g_string_free (self->here, TRUE);
  g_queue_free_full (self->rest, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Walk, walk_clear)

/* Puts the components of @path before what is still to go. */
static void
prepend (Walk *self, const char *path)
{
  g_auto (GStrv) components = g_strsplit (path, "/", -1);

  for (guint i = g_strv_length (components); i-- > 0;)
    g_queue_push_head (self->rest, g_steal_pointer (&components[i]));
}

char *
kexec_trust_refuse_owner (const char *path, uid_t owner, const struct stat *st)
{
  g_autofree char *shown = kexec_printable (path);

  if (st->st_uid != owner)
    return g_strdup_printf (
      "%s belongs to user %u, who can change it; give it to root (chown root)", shown, st->st_uid);
  if (S_ISLNK (st->st_mode)) /* it cannot be written, and its mode means nothing */
    return NULL;
  /* On FAT, owner and mode of every file are the mount options uid=, gid=, umask=, fmask= and
     dmask=, so this judges them. */
  if (st->st_mode & S_IWOTH)
    return g_strdup_printf ("%s can be changed by everyone; run chmod o-w, or, where files have no "
                            "owners, mount with umask=0077",
                            shown);
  /* With an access control list, the group bits are its mask: an upper bound for everyone it names.
     Root's own group is no exception: others can be in it. */
  if (st->st_mode & S_IWGRP)
    return g_strdup_printf ("%s can be changed by a group or through an access control list; run "
                            "chmod g-w, or, where files have no owners, mount with umask=0077",
                            shown);
  return NULL;
}

/* Judges an opened step of the way, named @path. */
static char *
refuse_step (Walk *self, int fd, const char *path)
{
  g_autofree char *refusal = NULL;

  if (fstat (fd, &self->last) < 0)
    return g_strdup_printf ("%s cannot be looked at (%s); mend or remove it", path,
                            g_strerror (errno));
  refusal = kexec_trust_refuse_owner (path, self->rules->owner, &self->last);
  if (refusal == NULL && self->last.st_dev != self->judged)
    refusal = self->rules->refuse_mount (fd, self->rules->data);
  if (refusal == NULL)
    self->judged = self->last.st_dev;
  return g_steal_pointer (&refusal);
}

static char *
follow (Walk *self, int fd)
{
  char target[PATH_MAX];
  ssize_t length = readlinkat (fd, "", target, sizeof target - 1);

  if (length < 0 || ++self->symlinks > SYMLINKS_MAX)
    return g_strdup_printf ("%s has a symlink that cannot be followed; mend it", self->here->str);
  target[length] = '\0';
  while (target[0] == '/' && self->depth > 1)
    leave (self);
  prepend (self, target);
  return NULL;
}

/* Takes one step to @name. Returns: why what is there is not trusted, or %NULL. */
static char *
step (Walk *self, const char *name)
{
  g_autofree char *path = g_strdup_printf ("%s/%s", self->here->str, name);
  g_autofree char *shown = kexec_printable (path);
  kexec_autofd fd = openat (self->dirs[self->depth - 1], name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  char *refusal;

  if (fd < 0)
    return g_strdup_printf ("%s cannot be looked at (%s); mend or remove it", shown,
                            g_strerror (errno));
  refusal = refuse_step (self, fd, shown);
  if (refusal != NULL)
    return refusal;
  if (S_ISLNK (self->last.st_mode))
    return follow (self, fd);
  if (!S_ISDIR (self->last.st_mode))
    return g_queue_is_empty (self->rest)
             ? NULL
             : g_strdup_printf ("%s is not a directory; mend the path", shown);
  if (self->depth == DEPTH_MAX)
    return g_strdup_printf ("%s lies too deep; move it up", shown);
  self->dirs[self->depth++] = kexec_fd_steal (&fd);
  g_string_assign (self->here, path);
  return NULL;
}

/* Goes all of the way. Returns: why something on it is not trusted, or %NULL. */
static char *
walk (Walk *self, const char *path)
{
  g_autofree char *refusal = refuse_step (self, self->dirs[0], "/");

  prepend (self, path);
  while (refusal == NULL && !g_queue_is_empty (self->rest)) {
    g_autofree char *name = g_queue_pop_head (self->rest);

    if (strcmp (name, "..") == 0)
      leave (self);
    else if (*name != '\0' && strcmp (name, ".") != 0)
      refusal = step (self, name);
  }
  return g_steal_pointer (&refusal);
}

#define WALK(walk_rules, root_fd)                                                                  \
  {                                                                                                \
    .rules = walk_rules, .dirs = { root_fd }, .depth = 1, .here = g_string_new (NULL),             \
    .rest = g_queue_new (),                                                                        \
  }

char *
kexec_trust_walk (const KexecTrustRules *rules, int root_fd, const char *path,
                  const struct stat *expected)
{
  g_auto (Walk) self = WALK (rules, root_fd);
  g_autofree char *refusal = walk (&self, path);
  g_autofree char *shown = kexec_printable (path);

  if (refusal == NULL && expected != NULL &&
      (expected->st_dev != self.last.st_dev || expected->st_ino != self.last.st_ino))
    return g_strdup_printf ("%s was replaced while it was looked at; try again", shown);
  return g_steal_pointer (&refusal);
}

char *
kexec_trust_walk_directory (const KexecTrustRules *rules, int root_fd, const char *path, int *fd)
{
  g_auto (Walk) self = WALK (rules, root_fd);
  g_autofree char *refusal = walk (&self, path);

  *fd = refusal == NULL ? fcntl (self.dirs[self.depth - 1], F_DUPFD_CLOEXEC, 3) : -1;
  return g_steal_pointer (&refusal);
}
