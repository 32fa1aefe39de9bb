/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which boot loader booted this system: where several ones' files lie about, its menu counts. */
#pragma once

#include "boot/scan.h"

/* The boot loader that booted the running system, or that would boot the one below the root. */
typedef enum {
  KEXEC_LOADER_UNKNOWN,
  KEXEC_LOADER_GRUB,
  KEXEC_LOADER_SYSTEMD_BOOT,
  KEXEC_LOADER_FIRMWARE, /* the firmware started a unified kernel image by itself */
  KEXEC_LOADER_OTHER,    /* one whose menu is not read here */
} KexecLoader;

/**
 * kexec_loader_detect:
 * @reason: (out) (transfer full): how that is known, a sentence without its full stop: "GRUB booted
 *   this system (BOOT_IMAGE= is on its command line)"; "" if it is not
 *
 * Asks, in this order: LoaderInfo (The Boot Loader Interface), which survives a kexec; the running
 * command line, as GRUB and systemd-boot leave it; StubInfo; and the path of the boot option that
 * the firmware took (BootCurrent; UEFI, 3.1.3 "Load Options").
 */
KexecLoader kexec_loader_detect (KexecScan *scan, char **reason);

/**
 * kexec_loader_next_path:
 *
 * Returns: (transfer full) (nullable): the path of the file that the firmware starts next, of
 * BootNext, else of the first of BootOrder; %NULL if they do not say.
 */
char *kexec_loader_next_path (KexecScan *scan);

/** What to call it in a sentence: "GRUB". */
const char *kexec_loader_name (KexecLoader loader);

/**
 * kexec_loader_option_path:
 * @data: a Boot#### variable, without its attributes
 *
 * Returns: (transfer full) (nullable): the path of the file that it starts, printable:
 * "\EFI\debian\shimx64.efi"; %NULL if it is not about a file, or damaged.
 */
char *kexec_loader_option_path (const guint8 *data, gsize size);
