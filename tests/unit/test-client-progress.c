/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is shown while an image is copied, checked and loaded. */
#include "client/progress.h"

static void
test_describe (void)
{
  static const struct {
    const char *phase;
    guint64 done, total;
    const char *text;
  } cases[] = {
    { "copy", 43, 100, "Copying 43 %…" },   { "copy", 0, 100, "Copying…" },
    { "load", 0, 100, "Loading…" },         { "load", 1, 1000, "Loading 0 %…" },
    { "copy", 200, 100, "Copying 100 %…" }, { "copy", G_MAXUINT64, G_MAXUINT64, "Copying 100 %…" },
    { "check", 0, 0, "Checking…" },         { "load", 0, 0, "Loading…" },
    { "sing\n", 0, 0, "sing\uFFFD…" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = kexec_progress_describe (cases[i].phase, cases[i].done, cases[i].total);

    g_assert_cmpstr (text, ==, cases[i].text);
  }
}

static void
test_quiet (void)
{
  KexecProgress progress;

  kexec_progress_init (&progress, TRUE);
  kexec_progress_show (&progress, "copy", 1, 2);
  g_assert_false (progress.visible);
  kexec_progress_clear (&progress);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/progress/describe", test_describe);
  g_test_add_func ("/client/progress/quiet", test_quiet);
  return g_test_run ();
}
