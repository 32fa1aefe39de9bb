/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GRUB's environment block: variables that it keeps between boots (grub-core/lib/envblk.c). */
#pragma once

#include <glib.h>

/* GRUB makes it 1024 bytes; larger ones work. */
#define KEXEC_GRUBENV_MAX (64 * 1024)

/* … and no more variables than this are read. */
#define KEXEC_GRUBENV_VARIABLES_MAX 1024

typedef void (*KexecGrubenvVisit) (const char *name, const char *value, gpointer data);

/**
 * kexec_grubenv_parse:
 * @visit: called for each variable, in their order
 *
 * Returns: %FALSE if @text is no environment block.
 */
gboolean kexec_grubenv_parse (const char *text, KexecGrubenvVisit visit, gpointer data);
