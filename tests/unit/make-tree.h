/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Root directories for tests: made in a temporary directory, filled by path, removed at the end. */
#pragma once

#include <glib.h>

typedef struct {
  char *path;
  int fd; /* O_PATH */
} Tree;

/** Returns: an empty root directory with mode 0755. */
Tree *tree_new (void);
void tree_free (Tree *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Tree, tree_free)

/* Each makes the directories above @path as well, with mode 0755; files get mode 0644. */
void tree_dir (Tree *self, const char *path);
void tree_write (Tree *self, const char *path, const char *text);
void tree_write_bytes (Tree *self, const char *path, const GByteArray *bytes);
void tree_link (Tree *self, const char *path, const char *target);
void tree_fifo (Tree *self, const char *path);

void tree_chmod (Tree *self, const char *path, unsigned mode);
void tree_remove (Tree *self, const char *path);

/**
 * Until tree_regain_root(), file modes count for this process as they do for an ordinary user. For
 * an ordinary user they do anyway.
 */
void tree_drop_root (void);
void tree_regain_root (void);
