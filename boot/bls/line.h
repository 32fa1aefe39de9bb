/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lines of snippets and of loader.conf: a key, white space, its value. Where the specification
 * leaves it open, as systemd-boot reads them (systemd: src/boot/efi-string.c,
 * line_get_key_value()): a line ends at CR or LF, and quotes around a whole value are not a part
 * of it.
 */
#pragma once

#include <glib.h>

/**
 * kexec_bls_next_line:
 * @text: (inout): NUL-terminated text, which is taken apart; moved over the line; %NULL behind the
 *   last one
 * @value: (out): "" if there is none
 *
 * Passes over comments and empty lines.
 *
 * Returns: (nullable) (transfer none): the next key, in @text; %NULL at the end.
 */
char *kexec_bls_next_line (char **text, char **value);
