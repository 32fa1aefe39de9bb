/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Notices when an update rewrites the files of what is staged. */
#pragma once

#include <gio/gio.h>

#include "boot/dir-watch.h"
#include "daemon/environment.h"
#include "daemon/record.h"

/* A watch on the files of the staged image, in the main context. */
typedef struct {
  KexecDirWatch *watch; /* NULL: nothing is watched */
  guint source;
  void (*changed) (gpointer user_data);
  gpointer user_data;
} KexecStaleWatch;

/**
 * kexec_stale_watch_set:
 * @record: (nullable): what to watch from now on; %NULL: nothing
 * @changed: called whenever something changes about the files or beside them: look whether it
 *   matters
 */
void kexec_stale_watch_set (KexecStaleWatch *self, const KexecRecord *record, int root_fd,
                            void (*changed) (gpointer user_data), gpointer user_data);

/**
 * kexec_stale_can_look:
 *
 * Files of a trusted entry are on local disks and can be looked at in the main context. Those of
 * others can be anywhere, and those in a file system that is not mounted have to be mounted for it:
 * they are looked at in a worker, before they are executed.
 */
gboolean kexec_stale_can_look (const KexecRecord *record);

/**
 * kexec_stale_look_async:
 *
 * Looks in a worker, since the files can be on any file system, whether those of the image that is
 * staged by its record have changed.
 */
void kexec_stale_look_async (const KexecEnvironment *environment, GAsyncReadyCallback callback,
                             gpointer user_data);
gboolean kexec_stale_look_finish (GAsyncResult *result);
