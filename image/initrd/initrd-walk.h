/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From archive to archive through an initrd file, as the kernel goes. */
#pragma once

#include "image/initrd/crew.h"
#include "image/initrd/initrd.h"

/* The memory that the windows of decompressors may take together, in bytes. */
#define KEXEC_INITRD_MEMORY (50 * 1024 * 1024)

/**
 * kexec_initrd_walk:
 * @crew: who reads large archives ahead; what is found does not depend on that
 *
 * Sets everything in @initrd that its file tells.
 */
void kexec_initrd_walk (KexecInitrd *initrd, const KexecInput *input, const char *subject,
                        const KexecWatch *watch, KexecCrew *crew, KexecFindings *findings);
