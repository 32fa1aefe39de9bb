/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Facts as JSON: what D-Bus or a file said, with the keys in the order of the manual. */
#pragma once

#include <glib.h>

/**
 * kexec_json_from_variant:
 * @value: what a D-Bus dictionary can hold
 *
 * Keys come in the order of the manual, those that it does not know last, by name. Characters that
 * a terminal could take for commands are written as \uXXXX.
 *
 * Returns: (transfer full): a JSON text with a final newline.
 */
char *kexec_json_from_variant (GVariant *value);

/** Prints kexec_json_from_variant(); a floating @value is sunk. */
void kexec_json_print (GVariant *value);
