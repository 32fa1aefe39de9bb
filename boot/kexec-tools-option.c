/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "boot/kexec-tools-option.h"

#include <string.h>

#define KEY(key, variable) KEXEC_TOOLS_OPTION_KEY, key, variable, NULL
#define REUSE              KEXEC_TOOLS_OPTION_REUSE, NULL, NULL, NULL
#define USUAL              KEXEC_TOOLS_OPTION_USUAL, NULL, NULL, NULL
#define OTHER(why)         KEXEC_TOOLS_OPTION_OTHER, NULL, NULL, why

#define ADDRESS  "the kernel itself chooses where images lie"
#define AT_ONCE  "the init system shuts the machine down, in order"
#define CONSOLE  "the new kernel's command line chooses its consoles"
#define CRASH    "it loads a crash kernel, and kexecd loads none"
#define FORMAT   "kexecd finds out itself what a kernel is"
#define HARDWARE "the kernel itself hands on what it knows of the hardware"
#define INFORMS  "it is for a terminal"
#define JUMP     "nothing jumps back from a new kernel"

/* clang-format off */
static const KexecToolsOption options[] = {
  { "append", 0, TRUE, KEY ("Append", NULL) },
  { "command-line", 0, TRUE, KEY ("Cmdline", "KPARAM") },
  { "initrd", 0, TRUE, KEY ("Initrd", "INITRD") },
  { "ramdisk", 0, TRUE, KEY ("Initrd", "INITRD") },
  { "reuse-cmdline", 0, FALSE, REUSE },

  { "kexec-file-syscall", 's', FALSE, USUAL },
  { "kexec-syscall-auto", 'a', FALSE, USUAL },
  { "load", 'l', FALSE, USUAL },

  { "kexec-syscall", 'c', FALSE, OTHER ("LoadMethod= in kexecd.conf says how images are loaded") },
  { "load-panic", 'p', FALSE, OTHER (CRASH) },
  { "elf32-core-headers", 0, FALSE, OTHER (CRASH) },
  { "elf64-core-headers", 0, FALSE, OTHER (CRASH) },
  { "hotplug", 0, FALSE, OTHER (CRASH) },
  { "print-ckr-size", 0, FALSE, OTHER (CRASH) },
  { "exec", 'e', FALSE, OTHER (AT_ONCE) },
  { "force", 'f', FALSE, OTHER (AT_ONCE) },
  { "no-ifdown", 'x', FALSE, OTHER (AT_ONCE) },
  { "no-sync", 'y', FALSE, OTHER (AT_ONCE) },
  { "exec-live-update", 0, FALSE, OTHER ("it is for Xen") },
  { "load-live-update", 0, FALSE, OTHER ("it is for Xen") },
  { "unload", 'u', FALSE, OTHER ("KNAME=- says that nothing is loaded") },
  { "no-checks", 'i', FALSE, OTHER ("an image is always checked") },
  { "type", 't', TRUE, OTHER (FORMAT) },
  { "args-elf", 0, FALSE, OTHER (FORMAT) },
  { "args-linux", 0, FALSE, OTHER (FORMAT) },
  { "args-none", 0, FALSE, OTHER (FORMAT) },
  { "module", 0, TRUE, OTHER ("it is for Multiboot kernels") },
  { "real-mode", 0, FALSE, OTHER ("a kernel is entered past its real-mode code") },
  { "entry", 0, TRUE, OTHER (JUMP) },
  { "load-jump-back-helper", 0, FALSE, OTHER (JUMP) },
  { "load-preserve-context", 0, FALSE, OTHER (JUMP) },
  { "reuseinitrd", 0, FALSE, OTHER ("INITRD says which initrd is loaded") },
  { "mem-min", 0, TRUE, OTHER (ADDRESS) },
  { "mem-max", 0, TRUE, OTHER (ADDRESS) },
  { "image-size", 0, TRUE, OTHER (ADDRESS) },
  { "page-offset", 0, TRUE, OTHER (ADDRESS) },
  { "pass-memmap-cmdline", 0, FALSE, OTHER (HARDWARE) },
  { "noefi", 0, FALSE, OTHER (HARDWARE ", and \"noefi\" in KPARAM turns EFI off") },
  { "reuse-video-type", 0, FALSE, OTHER (HARDWARE) },
  { "atags", 0, FALSE, OTHER (HARDWARE) },
  { "devicetreeblob", 0, TRUE, OTHER (HARDWARE) },
  { "dt-no-old-root", 0, FALSE, OTHER (HARDWARE) },
  { "dtb", 0, TRUE, OTHER (HARDWARE) },
  { "console-serial", 0, FALSE, OTHER (CONSOLE) },
  { "console-vga", 0, FALSE, OTHER (CONSOLE) },
  { "port", 0, TRUE, OTHER (CONSOLE) },
  { "port-lsr", 0, TRUE, OTHER (CONSOLE) },
  { "reset-vga", 0, FALSE, OTHER (CONSOLE) },
  { "serial", 0, TRUE, OTHER (CONSOLE) },
  { "serial-baud", 0, TRUE, OTHER (CONSOLE) },
  { "debug", 'd', FALSE, OTHER (INFORMS) },
  { "help", 'h', FALSE, OTHER (INFORMS) },
  { "status", 'S', FALSE, OTHER (INFORMS) },
  { "version", 'v', FALSE, OTHER (INFORMS) },
};
/* clang-format on */

const KexecToolsOption *
kexec_tools_option_find (const char *name, gsize length)
{
  const KexecToolsOption *found = NULL;
  guint count = 0;

  for (guint i = 0; length > 0 && i < G_N_ELEMENTS (options); i++) {
    if (strncmp (options[i].name, name, length) != 0)
      continue;
    if (options[i].name[length] == '\0')
      return &options[i];
    found = &options[i];
    count++;
  }
  return count == 1 ? found : NULL;
}

const KexecToolsOption *
kexec_tools_option_find_letter (char letter)
{
  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    if (letter != '\0' && options[i].letter == letter)
      return &options[i];
  return NULL;
}
