/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Completes the entries of a listing with what does not depend on the menu that names them. */
#pragma once

#include "boot/entry.h"
#include "boot/scan.h"

/**
 * kexec_complete:
 * @entries: (element-type KexecEntry): as the sources made them
 *
 * Gives titles and command lines to those that have none, adds Append=, looks whether root devices
 * are there, judges whether each is trusted, and marks the running one.
 */
void kexec_complete (KexecScan *scan, GPtrArray *entries);

/** Gives the default entry, which is complete, what the configuration has for whichever kernel that
 * is: Initrd=, and KPARAM and ROOTPART of Gentoo's files. */
void kexec_complete_default (KexecScan *scan, KexecEntry *entry);
