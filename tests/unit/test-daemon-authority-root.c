/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The authority of a build without polkit, whatever this build is: root, and nobody else. */
#include "daemon/authority.h"

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static KexecVerdict
ask (guint32 uid, KexecAction action)
{
  g_autoptr (KexecAuthority) authority = kexec_authority_new (NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  KexecVerdict verdict;

  kexec_authority_ask (authority, ":1.1", uid, action, NULL, TRUE, NULL, on_answer, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  verdict = kexec_authority_ask_finish (authority, result, &error);
  g_assert_no_error (error);
  return verdict;
}

static void
test_root_only (void)
{
  for (guint action = 0; action < KEXEC_N_ACTIONS; action++) {
    g_assert_cmpint (ask (0, action), ==, KEXEC_VERDICT_YES);
    g_assert_cmpint (ask (1000, action), ==, KEXEC_VERDICT_NO);
    g_assert_cmpint (ask (G_MAXUINT32, action), ==, KEXEC_VERDICT_NO);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/daemon/authority/root-only", test_root_only);
  return g_test_run ();
}
