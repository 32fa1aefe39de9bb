/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * list-menu DIR: writes the menu that systemd-boot would show below a root directory: a line for
 * each entry, its id and its title, with " *" behind the default's id.
 */
#include <fcntl.h>
#include <stdio.h>

#include "boot/fd.h"
#include "boot/source.h"

int
main (int argc, char **argv)
{
  kexec_autofd fd = argc == 2 ? open (argv[1], O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
  g_autoptr (KexecConfig) config = kexec_config_new ();
  g_autoptr (KexecScan) scan = NULL;
  g_autoptr (KexecMenu) menu = NULL;

  if (fd < 0) {
    fprintf (stderr, "usage: list-menu DIR\n");
    return 2;
  }
  scan = kexec_scan_new (fd, config);
  menu = kexec_source_bls.read (scan);
  for (guint i = 0; i < menu->entries->len; i++) {
    const KexecEntry *entry = menu->entries->pdata[i];

    printf ("%s%s\t%s\n", entry->id, entry == menu->default_entry ? " *" : "", entry->title);
  }
  return 0;
}
