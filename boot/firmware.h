/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a start through the firmware would do and a kexec does not. */
#pragma once

#include "boot/scan.h"

/**
 * kexec_firmware_check:
 *
 * Adds findings if the firmware was asked to do something at the next start (its setup, an update,
 * another boot entry; UEFI specification, 8.5.4 and 3.1.2), which it will do only at the next start
 * that is no kexec; and if keys of encrypted devices are sealed to the TPM, which a kexec does not
 * reset.
 */
void kexec_firmware_check (KexecScan *scan, KexecFindings *findings);
