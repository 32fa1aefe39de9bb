/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the places that boot files lie in. */
#include "boot/places.h"

#include <fcntl.h>

#include "boot/beneath.h"
#include "boot/fd.h"

/* Adds a place that is there. */
static void
add_directory (GPtrArray *places, int root_fd, KexecPlaceRoles roles, const char *path)
{
  kexec_autofd fd = kexec_beneath_open_in_root (root_fd, path, O_PATH | O_DIRECTORY, NULL);

  if (fd >= 0)
    g_ptr_array_add (places, kexec_place_new (roles, path));
}

GPtrArray *
kexec_places_find (int root_fd, gboolean is_live, const KexecConfig *config,
                   KexecFindings *findings)
{
  GPtrArray *places = g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_place_unref);
  const char *boot = config->boot_path != NULL ? config->boot_path : "/boot";

  g_ptr_array_add (places, kexec_place_new (KEXEC_PLACE_ROOT, "/"));
  g_ptr_array_add (places, kexec_place_new (KEXEC_PLACE_BOOT | KEXEC_PLACE_XBOOTLDR, boot));
  add_directory (places, root_fd, KEXEC_PLACE_ESP, "/efi");
  add_directory (places, root_fd, KEXEC_PLACE_ESP, "/boot/efi");
  return places;
}
