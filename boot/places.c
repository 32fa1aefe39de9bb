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

/* Adds a place that is there. */
static void
add_directory (GPtrArray *places, int root_fd, KexecPlaceRoles roles, const char *path)
{
  kexec_autofd fd = kexec_beneath_open_in_root (root_fd, path, O_PATH | O_DIRECTORY, NULL);

  if (fd >= 0)
    g_ptr_array_add (places, kexec_place_new (roles, path));
}

static GPtrArray *
find_in_tree (int root_fd, const KexecConfig *config)
{
  GPtrArray *places = g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_place_unref);
  const char *boot = config->boot_path != NULL ? config->boot_path : "/boot";

  g_ptr_array_add (places, kexec_place_new (KEXEC_PLACE_ROOT, "/"));
  g_ptr_array_add (places, kexec_place_new (KEXEC_PLACE_BOOT | KEXEC_PLACE_XBOOTLDR, boot));
  add_directory (places, root_fd, KEXEC_PLACE_ESP, "/efi");
  add_directory (places, root_fd, KEXEC_PLACE_ESP, "/boot/efi");
  return places;
}

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

  if (!is_live)
    return find_in_tree (root_fd, config);
  kexec_places_touch (root_fd, config);
  facts.mounts = mounts = read_table (root_fd, "/proc/thread-self/mountinfo", FALSE, findings);
  facts.fstab = fstab = read_table (root_fd, "/etc/fstab", TRUE, findings);
  facts.devices = devices = kexec_block_devices_new (root_fd);
  return kexec_places_find_live (&facts, config);
}
