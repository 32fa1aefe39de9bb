/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the places below any root directory, and gathers what those of the running system are found
 * from. */
#include "boot/places.h"

#include <fcntl.h>
#include <gio/gio.h>

#include "boot/beneath.h"
#include "boot/fd.h"
#include "boot/mount-table.h"

#define TABLE_SIZE_MAX (4 * 1024 * 1024)

/* A table that is not there has no lines. */
static GPtrArray *
read_table (int root_fd, const char *path, gboolean is_fstab, KexecFindings *findings)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = kexec_beneath_read (root_fd, path, TABLE_SIZE_MAX, &error);

  if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    kexec_findings_add (findings, KEXEC_FINDING_BOOT_UNREACHABLE, path, NULL,
                        "%s, so that what it lists may be missing here; mend it", error->message);
  return kexec_mount_table_parse (text != NULL ? text : "", is_fstab);
}

GPtrArray *
kexec_places_find (int root_fd, gboolean is_live, const KexecConfig *config,
                   KexecFindings *findings)
{
  g_autoptr (KexecBlockDevices) devices = NULL;
  g_autoptr (GPtrArray) mounts = NULL;
  g_autoptr (GPtrArray) fstab = NULL;
  KexecPlacesFacts facts = { .root_fd = root_fd };

  facts.fstab = fstab = read_table (root_fd, "/etc/fstab", TRUE, findings);
  if (!is_live)
    return kexec_places_find_in_tree (root_fd, fstab, config);
  kexec_places_touch (root_fd, config);
  facts.mounts = mounts = read_table (root_fd, "/proc/thread-self/mountinfo", FALSE, findings);
  facts.devices = devices = kexec_block_devices_new (root_fd);
  return kexec_places_find_live (&facts, config);
}
