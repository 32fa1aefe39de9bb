/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text, taken for GRUB's environment block. */
#include <string.h>

#include "boot/grub/grubenv.h"
#include "tests/fuzz/fuzz.h"

typedef struct {
  guint n;
  gsize length;
} Seen;

static void
note (const char *name, const char *value, gpointer data)
{
  Seen *seen = data;

  seen->n++;
  seen->length += strlen (name) + strlen (value);
  g_assert_null (strchr (name, '='));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  Seen seen = { 0 };
  gboolean is_block = kexec_grubenv_parse (text, note, &seen);

  g_assert_true (is_block || seen.n == 0);
  g_assert_cmpuint (seen.n, <=, KEXEC_GRUBENV_VARIABLES_MAX);
  g_assert_cmpuint (seen.length, <=, size);
  return 0;
}
