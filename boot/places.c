/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the places below any root directory, and gathers what those of the running system are found
 * from. */
#include "boot/places.h"

#include <fcntl.h>
#include <gio/gio.h>

#include "boot/beneath.h"
#include "boot/fd.h"
#include "boot/mount-table.h"
#include "boot/trust-private.h"

#define FSTAB_MAX (1024 * 1024)

/* An fstab that is not there has no lines. */
static GPtrArray *
read_fstab (int root_fd, KexecFindings *findings)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = kexec_beneath_read (root_fd, "/etc/fstab", FSTAB_MAX, &error);

  if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    kexec_findings_add (findings, KEXEC_FINDING_BOOT_UNREACHABLE, "/etc/fstab", NULL,
                        "%s, so that what it lists may be missing here; mend it", error->message);
  return kexec_mount_table_parse (text != NULL ? text : "", TRUE);
}

static char *
refuse_device (dev_t device)
{
  kexec_autofd sys_fd = open ("/sys", O_PATH | O_DIRECTORY | O_CLOEXEC);

  return kexec_trust_refuse_device (device, sys_fd);
}

GPtrArray *
kexec_places_find (int root_fd, gboolean is_live, const KexecConfig *config,
                   KexecFindings *findings)
{
  g_autoptr (KexecBlockDevices) devices = NULL;
  g_autoptr (GPtrArray) mounts = NULL;
  g_autoptr (GPtrArray) fstab = NULL;
  KexecPlacesFacts facts = { .root_fd = root_fd, .refuse_device = refuse_device };

  facts.fstab = fstab = read_fstab (root_fd, findings);
  if (!is_live)
    return kexec_places_find_in_tree (root_fd, fstab, config);
  kexec_places_touch (root_fd, config);
  facts.mounts = mounts = kexec_mount_table_read (root_fd);
  facts.devices = devices = kexec_block_devices_new (root_fd);
  return kexec_places_find_live (&facts, config);
}
