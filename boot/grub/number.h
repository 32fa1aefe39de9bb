/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers as GRUB reads them. */
#pragma once

#include <glib.h>

/**
 * kexec_grub_number_parse:
 * @value: (out): what is too large is G_MAXUINT64
 * @end: (out) (optional) (transfer none): what follows
 *
 * Reads a number after white space: decimal, "0x…", or "0…" for octal (grub_strtoull with base 0).
 *
 * Returns: %FALSE with 0 if @text does not begin with one.
 */
gboolean kexec_grub_number_parse (const char *text, guint64 *value, const char **end);

/** As the former, with a "-" at the front; saturates, and is 0 where no number is. */
gint64 kexec_grub_number_signed (const char *text);
