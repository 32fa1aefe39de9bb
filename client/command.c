/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/command.h"

#include "client/terminal.h"

static const KexecCommand commands[] = {
  {
    .name = "list",
    .arguments = "",
    .summary = "Show what this machine can boot",
    .details =
      "The entry that a normal reboot boots is marked with *. With --root=DIR it reads the\n"
      "system below DIR, without the service and without privileges.",
    .common =
      KEXEC_COMMON_JSON | KEXEC_COMMON_VERBOSE | KEXEC_COMMON_NO_ASK_PASSWORD | KEXEC_COMMON_ROOT,
    .run = kexec_command_list,
  },
  {
    .name = "status",
    .arguments = "",
    .summary = "Show what is staged, and what happened last time",
    .details = "Also says which other ways to reboot now end in the staged kernel.",
    .common = KEXEC_COMMON_JSON | KEXEC_COMMON_VERBOSE,
    .run = kexec_command_status,
  },
  {
    .name = "check",
    .arguments = "[ENTRY]",
    .summary = "Find out whether an entry could be staged",
    .details = "Does everything that stage does, short of loading. Without ENTRY it checks what a\n"
               "normal reboot would boot. Exits with 4 if the entry could not be staged.",
    .common = KEXEC_COMMON_JSON | KEXEC_COMMON_VERBOSE | KEXEC_COMMON_NO_ASK_PASSWORD,
    .max_arguments = 1,
    .run = kexec_command_check,
  },
  {
    .name = "inspect",
    .arguments = "FILE…",
    .summary = "Show what kernel and initrd files are",
    .details =
      "Reads the files itself, to their end, without the service and without privileges:\n"
      "kernels, initrds and unified kernel images. If there are a kernel and initrds, it also\n"
      "checks whether they fit. Exits with 4 if something cannot boot on this machine.",
    .common = KEXEC_COMMON_JSON | KEXEC_COMMON_VERBOSE,
    .min_arguments = 1,
    .max_arguments = G_MAXUINT,
    .run = kexec_command_inspect,
  },
  {
    .name = "stage",
    .arguments = "[ENTRY]",
    .summary = "Check a kernel and load it, ready for the next reboot",
    .details =
      "Without ENTRY it stages what a normal reboot would boot. With --kernel it stages\n"
      "files; unless --cmdline gives a command line, they get that of the next normal boot.",
    .common = KEXEC_COMMON_JSON | KEXEC_COMMON_VERBOSE | KEXEC_COMMON_NO_ASK_PASSWORD,
    .max_arguments = 1,
    .run = kexec_command_stage,
  },
  {
    .name = "unstage",
    .arguments = "",
    .summary = "Let the staged kernel go",
    .details = "Whoever staged it; afterwards every reboot is a normal one.",
    .common = KEXEC_COMMON_NO_ASK_PASSWORD,
    .run = kexec_command_unstage,
  },
  {
    .name = "reboot",
    .arguments = "[ENTRY]",
    .summary = "Shut down and boot the staged kernel",
    .details =
      "Stages ENTRY first, or what a normal reboot would boot if nothing is staged. Every\n"
      "service is stopped and every file system unmounted in order, as for any reboot.",
    .common = KEXEC_COMMON_VERBOSE | KEXEC_COMMON_NO_ASK_PASSWORD,
    .max_arguments = 1,
    .run = kexec_command_reboot,
  },
  {
    .name = "cancel",
    .arguments = "",
    .summary = "Cancel a scheduled reboot",
    .details = "A staged kernel stays staged, unless its time is over.",
    .common = KEXEC_COMMON_NO_ASK_PASSWORD,
    .run = kexec_command_cancel,
  },
};

const KexecCommand *
kexec_command_find (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++) {
    if (g_str_equal (commands[i].name, name))
      return &commands[i];
  }
  return NULL;
}

void
kexec_command_print_all (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++) {
    g_autofree char *usage = g_strjoin (" ", commands[i].name, commands[i].arguments, NULL);
    g_autofree char *column = kexec_terminal_fit (usage, 16);

    g_print ("  %s  %s\n", column, commands[i].summary);
  }
}
