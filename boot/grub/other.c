/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Commands that change nothing that is asked here, and those whose result only the boot loader
 * knows. A command that is in no table counts as one of the latter; those that are here are so that
 * no function of the same name takes their place.
 */
#include <string.h>

#include "boot/grub/eval-private.h"

static KexecGrubTruth
run_nothing (KexecGrubEval *self, const KexecGrubCall *call)
{
  return KEXEC_GRUB_TRUE;
}

/* It has no effect here; whether it would have worked nobody knows. */
static KexecGrubTruth
run_unsure (KexecGrubEval *self, const KexecGrubCall *call)
{
  return kexec_grub_unsure (self);
}

/* Puts a variable in doubt. @name: may have "NUMBER:" at its front */
static void
put_in_doubt (KexecGrubEval *self, const char *name, const char *place)
{
  gsize digits = strspn (name, G_CSET_DIGITS);

  if (digits > 0 && name[digits] == ':')
    name += digits + 1;
  kexec_grub_variables_set (self->variables, name, NULL, place);
}

/* Returns: (nullable): the variable that an option names, at @i or after it */
static const char *
find_variable (const KexecGrubCall *call, guint i)
{
  static const char *const prefixes[] = { "--set=", "--var=" };
  static const char *const options[] = { "--set", "--var", "-s", "-v", NULL };
  const char *arg = call->args->pdata[i];

  for (guint j = 0; j < G_N_ELEMENTS (prefixes); j++)
    if (g_str_has_prefix (arg, prefixes[j]))
      return arg + strlen (prefixes[j]);
  if (g_strv_contains (options, arg) && i + 1 < call->args->len)
    return call->args->pdata[i + 1];
  return NULL;
}

/* Finds out something, and puts it into the variables that "--set" and the like name. */
static KexecGrubTruth
run_finding_out (KexecGrubEval *self, const KexecGrubCall *call)
{
  g_autofree char *place = kexec_grub_describe (self);

  for (guint i = 0; i < call->args->len; i++) {
    const char *name = find_variable (call, i);

    if (name != NULL)
      put_in_doubt (self, name, place);
  }
  return kexec_grub_undecided (self, place);
}

/* … or into the variable that is its last operand. */
static KexecGrubTruth
run_reading (KexecGrubEval *self, const KexecGrubCall *call)
{
  g_autofree char *place = kexec_grub_describe (self);

  if (call->args->len > 0)
    put_in_doubt (self, call->args->pdata[call->args->len - 1], place);
  return kexec_grub_undecided (self, place);
}

/* Ubuntu asks whether the graphics card is one of the few in a list of those with defects. Taking
   it for none of them changes at most how the console is handed over. */
static KexecGrubTruth
run_hwmatch (KexecGrubEval *self, const KexecGrubCall *call)
{
  kexec_grub_variables_set (self->variables, "match", "0", NULL);
  return KEXEC_GRUB_TRUE;
}

/* Takes entries out of another boot loader's configuration. */
static KexecGrubTruth
run_foreign_menu (KexecGrubEval *self, const KexecGrubCall *call)
{
  g_autofree char *place = kexec_grub_describe (self);
  g_autofree char *doubt =
    g_strdup_printf ("%s, where entries come from another boot loader's configuration", place);

  kexec_grub_doubt_result (self, doubt);
  return kexec_grub_undecided (self, place);
}

const KexecGrubCommand kexec_grub_other_commands[] = {
  { "authenticate", run_unsure },
  { "background_color", run_unsure },
  { "background_image", run_unsure },
  { "badram", run_unsure },
  { "cat", run_finding_out },
  { "clear", run_nothing },
  { "cmosclean", run_unsure },
  { "cmosdump", run_unsure },
  { "cmosset", run_unsure },
  { "cmostest", run_unsure },
  { "cmp", run_unsure },
  { "cpuid", run_unsure },
  { "cryptomount", run_unsure },
  { "cutmem", run_unsure },
  { "date", run_unsure },
  { "distrust", run_unsure },
  { "drivemap", run_unsure },
  { "dump", run_unsure },
  { "echo", run_nothing },
  { "efitextmode", run_unsure },
  { "extract_legacy_entries_configfile", run_foreign_menu },
  { "extract_legacy_entries_source", run_foreign_menu },
  { "extract_syslinux_entries_configfile", run_foreign_menu },
  { "extract_syslinux_entries_source", run_foreign_menu },
  { "fakebios", run_unsure },
  { "file", run_unsure },
  { "getenv", run_reading },
  { "hashsum", run_unsure },
  { "help", run_nothing },
  { "hexdump", run_unsure },
  { "hwmatch", run_hwmatch },
  { "inb", run_finding_out },
  { "inl", run_finding_out },
  { "insmod", run_unsure },
  { "inw", run_finding_out },
  { "keymap", run_unsure },
  { "keystatus", run_unsure },
  { "legacy_configfile", run_foreign_menu },
  { "legacy_source", run_foreign_menu },
  { "list_env", run_nothing },
  { "list_trusted", run_nothing },
  { "loadfont", run_unsure },
  { "ls", run_unsure },
  { "lsacpi", run_unsure },
  { "lsefi", run_unsure },
  { "lsmod", run_nothing },
  { "lspci", run_unsure },
  { "net_bootp", run_unsure },
  { "net_dhcp", run_unsure },
  { "net_get_dhcp_option", run_reading },
  { "outb", run_unsure },
  { "outl", run_unsure },
  { "outw", run_unsure },
  { "parttool", run_unsure },
  { "password", run_nothing },
  { "password_pbkdf2", run_nothing },
  { "play", run_unsure },
  { "probe", run_finding_out },
  { "read", run_reading },
  { "read_byte", run_finding_out },
  { "read_dword", run_finding_out },
  { "read_word", run_finding_out },
  { "regexp", run_finding_out },
  { "rmmod", run_unsure },
  { "save_env", run_unsure },
  { "sendkey", run_unsure },
  { "serial", run_unsure },
  { "setpci", run_finding_out },
  { "sleep", run_unsure },
  { "smbios", run_finding_out },
  { "syslinux_configfile", run_foreign_menu },
  { "syslinux_source", run_foreign_menu },
  { "terminal", run_unsure },
  { "terminal_input", run_unsure },
  { "terminal_output", run_unsure },
  { "terminfo", run_unsure },
  { "time", run_unsure },
  { "trust", run_unsure },
  { "vbeinfo", run_unsure },
  { "verify_detached", run_unsure },
  { "videoinfo", run_unsure },
  { "write_byte", run_unsure },
  { "write_dword", run_unsure },
  { "write_word", run_unsure },
  { NULL, NULL },
};
