/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text, taken for inittab, for a script that it names and for a command. */
#include <string.h>

#include "daemon/inittab.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GPtrArray) lines = kexec_inittab_parse (text, '6');

  for (guint i = 0; i < lines->len; i++) {
    const KexecInittabLine *line = lines->pdata[i];

    g_assert_cmpuint (strlen (line->id), >, 0);
    g_assert_cmpuint (strlen (line->id), <=, 4);
    g_assert_cmpuint (strlen (line->line), <=, 254);
    g_assert_nonnull (strstr (line->line, line->process));
    kexec_inittab_judge_command (line->process);
  }
  kexec_inittab_judge_command (text);
  /* Without its name there is nothing that reboots. */
  if (strstr (text, "reboot") == NULL)
    g_assert_cmpint (kexec_inittab_judge_script (text), !=, KEXEC_STEP_KEXEC);
  else
    kexec_inittab_judge_script (text);
  return 0;
}
