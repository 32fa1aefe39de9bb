/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes, taken for utmp. */
#include "daemon/utmp-file.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (KexecUtmp) utmp = kexec_utmp_parse (data, size);

  g_assert_cmpuint (utmp->sessions->len, <=, 1000);
  for (guint i = 0; i < utmp->sessions->len; i++) {
    const KexecUtmpSession *session = utmp->sessions->pdata[i];

    g_assert_true (*session->user != '\0');
    g_assert_true (g_utf8_validate (session->user, -1, NULL));
    g_assert_true (g_utf8_validate (session->line, -1, NULL));
  }
  return 0;
}
