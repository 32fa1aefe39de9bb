/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the firmware's variables, and which keys the TPM holds. */
#include "boot/firmware.h"

#include <string.h>

#include "boot/crypttab.h"

#define GLOBAL_GUID      "8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define CRYPTTAB_MAX     (1024 * 1024)
#define LOAD_OPTION_HEAD 6 /* of EFI_LOAD_OPTION: attributes and the length of the path */

/* Bits of OsIndications that ask for something (UEFI specification, 8.5.4). */
static const struct {
  guint bit;
  const char *what;
} indications[] = {
  { 0, "The firmware was asked to show its setup at the next start" },
  { 2, "A firmware update (a capsule on the EFI System Partition) waits for the next start" },
  { 3, "A firmware update (a capsule) waits for the next start" },
  { 5, "The firmware was asked to recover the operating system at the next start" },
  { 6, "The firmware was asked to recover the platform at the next start" },
};

static const char *const crypttabs[] = { "/etc/crypttab", "/etc/crypttab.initramfs" };

static void
check_indications (KexecScan *scan, KexecFindings *findings)
{
  g_autoptr (GBytes) bytes = kexec_scan_efi_bytes (scan, "OsIndications-" GLOBAL_GUID);
  gsize size;
  const guint8 *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;

  for (guint i = 0; data != NULL && size >= 8 && i < G_N_ELEMENTS (indications); i++)
    if (data[0] >> indications[i].bit & 1)
      kexec_findings_add (findings, KEXEC_FINDING_FIRMWARE_PENDING, "OsIndications", NULL,
                          "%s, which a kexec does not go through; for that, reboot without kexec",
                          indications[i].what);
}

/* Returns: (transfer full): what the firmware's boot menu calls an entry: "Linux Firmware Updater"
   (UEFI specification, 3.1.3), or the variable's name. */
static char *
describe (KexecScan *scan, guint number)
{
  g_autofree char *name = g_strdup_printf ("Boot%04X", number);
  g_autofree char *variable = g_strdup_printf ("%s-" GLOBAL_GUID, name);
  g_autoptr (GBytes) bytes = kexec_scan_efi_bytes (scan, variable);
  gsize size = 0;
  const guint8 *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;
  g_autofree char *title = NULL;

  if (size > LOAD_OPTION_HEAD)
    title = kexec_efi_string_parse (data + LOAD_OPTION_HEAD, size - LOAD_OPTION_HEAD);
  return title != NULL && *title != '\0' ? g_strdup_printf ("%s (%s)", name, title)
                                         : g_steal_pointer (&name);
}

static void
check_boot_next (KexecScan *scan, KexecFindings *findings)
{
  g_autoptr (GBytes) bytes = kexec_scan_efi_bytes (scan, "BootNext-" GLOBAL_GUID);
  gsize size;
  const guint8 *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;
  g_autofree char *name = NULL;

  if (data == NULL || size < 2)
    return;
  name = describe (scan, (guint) (data[0] | data[1] << 8));
  kexec_findings_add (findings, KEXEC_FINDING_FIRMWARE_PENDING, "BootNext", NULL,
                      "The firmware was asked to start %s next, once, perhaps for an update; a "
                      "kexec leaves that for later; for it, reboot without kexec",
                      name);
}

/*
 * The TPM's registers keep what this start measured, and the next one's measurements come on top.
 * Which of them a key is sealed to is written in the device's header, so that it is not certain;
 * and that goes for the root as for a device that is opened later.
 */
static void
check_tpm (KexecScan *scan, KexecFindings *findings)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < G_N_ELEMENTS (crypttabs); i++) {
    g_autofree char *text = kexec_scan_read (scan, crypttabs[i], CRYPTTAB_MAX, NULL);

    if (text != NULL)
      kexec_crypttab_find_tpm (text, names);
  }
  kexec_crypttab_find_tpm_in_cmdline (scan->cmdline, names);
  for (guint i = 0; i < names->len; i++) {
    const char *name = names->pdata[i];

    kexec_findings_add (findings, KEXEC_FINDING_TPM_SEALED, name, NULL,
                        "The key of the encrypted device %s is sealed to the TPM, which a kexec "
                        "does not reset, so that its passphrase may be asked; have it at hand, or "
                        "reboot without kexec",
                        name);
  }
}

void
kexec_firmware_check (KexecScan *scan, KexecFindings *findings)
{
  check_indications (scan, findings);
  check_boot_next (scan, findings);
  check_tpm (scan, findings);
}
