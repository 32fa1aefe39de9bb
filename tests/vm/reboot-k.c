/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stand-in for the reboot(8) of Gentoo's sysvinit, whose -k ends in the loaded kernel: Debian's
 * has no -k. It does what the last line of runlevel 6 asks it for, and leaves the rest to Debian's.
 */
#include <linux/reboot.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int
in_last_step (void)
{
  const char *level = getenv ("RUNLEVEL"); /* init(8) tells it to what inittab names */

  return level != NULL && strcmp (level, "6") == 0;
}

static int
image_is_loaded (void)
{
  FILE *file = fopen ("/sys/kernel/kexec_loaded", "r");
  int loaded = file != NULL && fgetc (file) == '1';

  if (file != NULL)
    fclose (file);
  return loaded;
}

int
main (int argc, char **argv)
{
  int kexec = 0;

  for (int i = 1; i < argc; i++)
    kexec |= argv[i][0] == '-' && argv[i][1] != '-' && strchr (argv[i], 'k') != NULL;

  if (!kexec || !in_last_step ()) {
    argv[0] = "reboot"; /* what halt(8) takes its own name for */
    if (kexec)
      argv[1] = NULL;
    execv ("/sbin/halt", argv);
    perror ("/sbin/halt");
    return 1;
  }

  sync ();
  if (image_is_loaded ()) {
    syscall (SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_KEXEC, NULL);
    perror ("kexec");
  }
  syscall (SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_RESTART, NULL);
  perror ("reboot");
  return 1;
}
