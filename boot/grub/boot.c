/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands that load something to boot, or leave GRUB. */
#include <string.h>

#include "boot/grub/eval-private.h"

static KexecGrubTruth
run_linux (KexecGrubEval *self, const KexecGrubCall *call)
{
  if (call->doubt != NULL)
    kexec_grub_doubt_result (self, call->doubt);
  if (call->args->len == 0)
    return KEXEC_GRUB_FALSE;
  kexec_grub_target_reset (self->target, KEXEC_GRUB_BOOTS_LINUX);
  self->target->kernel = kexec_grub_resolve (self, call->args->pdata[0]);
  g_free (self->target->cmdline);
  self->target->cmdline = kexec_grub_cmdline (self, call->args, 1);
  return kexec_grub_unsure (self);
}

/* GRUB makes an archive of such files itself. */
static void
add_packed (KexecGrubEval *self)
{
  g_autofree char *place = kexec_grub_describe (self);
  g_autofree char *doubt = g_strdup_printf ("%s, where files are packed into an initrd", place);

  kexec_grub_doubt_result (self, doubt);
}

static KexecGrubTruth
run_initrd (KexecGrubEval *self, const KexecGrubCall *call)
{
  if (call->doubt != NULL)
    kexec_grub_doubt_result (self, call->doubt);
  if (self->target->boots != KEXEC_GRUB_BOOTS_LINUX || call->args->len == 0)
    return KEXEC_GRUB_FALSE;
  g_ptr_array_set_size (self->target->initrds, 0);
  if (call->args->len > KEXEC_GRUB_INITRDS_MAX) {
    kexec_grub_exhaust (self, "an entry with more initrds than it may have");
    return KEXEC_GRUB_FALSE;
  }
  for (guint i = 0; i < call->args->len; i++) {
    if (g_str_has_prefix (call->args->pdata[i], "newc:"))
      add_packed (self);
    else
      g_ptr_array_add (self->target->initrds, kexec_grub_resolve (self, call->args->pdata[i]));
  }
  return kexec_grub_unsure (self);
}

static KexecGrubTruth
run_devicetree (KexecGrubEval *self, const KexecGrubCall *call)
{
  g_clear_pointer (&self->target->devicetree, g_free);
  if (call->args->len > 0)
    self->target->devicetree = g_strdup (call->args->pdata[0]);
  return kexec_grub_unsure (self);
}

static KexecGrubTruth
run_other (KexecGrubEval *self, const KexecGrubCall *call)
{
  kexec_grub_target_reset (self->target, KEXEC_GRUB_BOOTS_OTHER);
  return kexec_grub_unsure (self);
}

/* Outside of an entry, no menu is shown after this. */
static void
leave (KexecGrubEval *self)
{
  g_autofree char *place = kexec_grub_describe (self);
  g_autofree char *doubt = g_strdup_printf ("%s, where GRUB shows no menu", place);

  if (self->entry == NULL)
    kexec_grub_doubt_result (self, doubt);
  self->flow = KEXEC_GRUB_FLOW_STOP;
}

static KexecGrubTruth
run_boot (KexecGrubEval *self, const KexecGrubCall *call)
{
  if (self->target->boots == KEXEC_GRUB_BOOTS_NOTHING)
    return KEXEC_GRUB_FALSE;
  leave (self);
  return KEXEC_GRUB_TRUE;
}

static KexecGrubTruth
run_exit (KexecGrubEval *self, const KexecGrubCall *call)
{
  kexec_grub_target_reset (self->target, KEXEC_GRUB_BOOTS_OTHER);
  leave (self);
  return KEXEC_GRUB_TRUE;
}

/* The firmware's setup; nearly every UEFI can be asked for it. */
static KexecGrubTruth
run_fwsetup (KexecGrubEval *self, const KexecGrubCall *call)
{
  if (strcmp (kexec_grub_call_arg (call, 0), "--is-supported") == 0)
    return KEXEC_GRUB_TRUE;
  return run_exit (self, call);
}

const KexecGrubCommand kexec_grub_boot_commands[] = {
  { "linux", run_linux },
  { "linux16", run_linux },
  { "linuxefi", run_linux },
  { "initrd", run_initrd },
  { "initrd16", run_initrd },
  { "initrdefi", run_initrd },
  { "devicetree", run_devicetree },
  { "boot", run_boot },
  { "fwsetup", run_fwsetup },
  { "exit", run_exit },
  { "halt", run_exit },
  { "reboot", run_exit },
  { "appleloader", run_other },
  { "chainloader", run_other },
  { "freedos", run_other },
  { "kfreebsd", run_other },
  { "knetbsd", run_other },
  { "kopenbsd", run_other },
  { "legacy_kernel", run_other },
  { "multiboot", run_other },
  { "multiboot2", run_other },
  { "ntldr", run_other },
  { "plan9", run_other },
  { "pxechainloader", run_other },
  { "truecrypt", run_other },
  { "xen_hypervisor", run_other },
  { "xnu_kernel", run_other },
  { "xnu_kernel64", run_other },
  { "xnu_resume", run_other },
  { NULL, NULL },
};
