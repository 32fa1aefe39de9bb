/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of actions against the policy file that is installed. */
#include "daemon/actions.h"

#include <string.h>

typedef struct {
  GHashTable *implied; /* action id → annotation text */
  GHashTable *seen;
  char *current;
  gboolean in_imply;
} Policy;

static void
on_start (GMarkupParseContext *context, const char *element, const char **names,
          const char **values, gpointer user_data, GError **error)
{
  Policy *policy = user_data;

  if (g_str_equal (element, "action")) {
    g_free (policy->current);
    policy->current = g_strdup (values[0]);
    g_hash_table_add (policy->seen, g_strdup (values[0]));
  }
  policy->in_imply =
    g_str_equal (element, "annotate") && g_str_equal (values[0], "org.freedesktop.policykit.imply");
}

static void
on_text (GMarkupParseContext *context, const char *text, gsize length, gpointer user_data,
         GError **error)
{
  Policy *policy = user_data;

  if (policy->in_imply)
    g_hash_table_insert (policy->implied, g_strdup (policy->current), g_strndup (text, length));
  policy->in_imply = FALSE;
}

static void
test_policy (void)
{
  static const GMarkupParser parser = { .start_element = on_start, .text = on_text };
  Policy policy = {
    .implied = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free),
    .seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
  };
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&parser, 0, &policy, NULL);
  g_autofree char *path =
    g_build_filename (g_getenv ("SOURCE_ROOT"), "data/polkit-1/org.kexec.manager.policy", NULL);
  g_autofree char *contents = NULL;
  gsize length;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &contents, &length, &error);
  g_assert_no_error (error);
  g_markup_parse_context_parse (context, contents, length, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_hash_table_size (policy.seen), ==, KEXEC_N_ACTIONS);
  for (guint action = 0; action < KEXEC_N_ACTIONS; action++) {
    const KexecActionInfo *info = kexec_action_info (action);
    const char *implied = g_hash_table_lookup (policy.implied, info->id);
    g_auto (GStrv) words = g_strsplit (implied != NULL ? implied : "", " ", -1);
    KexecActions direct = 0;

    g_assert_true (g_hash_table_contains (policy.seen, info->id));
    for (guint i = 0; words[i] != NULL; i++)
      direct |= KEXEC_ACTION_BIT (kexec_action_from_id (words[i]));
    /* polkit follows imply through several steps; our table has it worked out. */
    direct = kexec_actions_closure (direct);
    g_assert_cmphex (direct, ==, info->includes);
  }
  g_free (policy.current);
  g_hash_table_unref (policy.implied);
  g_hash_table_unref (policy.seen);
}

static void
test_order (void)
{
  /* What includes another comes before it, so that a caller meets one prompt. */
  for (guint action = 0; action < KEXEC_N_ACTIONS; action++)
    g_assert_cmphex (kexec_action_info (action)->includes & (KEXEC_ACTION_BIT (action + 1) - 1), ==,
                     0);
}

static void
test_ids (void)
{
  for (guint action = 0; action < KEXEC_N_ACTIONS; action++)
    g_assert_cmpint (kexec_action_from_id (kexec_action_info (action)->id), ==, (int) action);
  g_assert_cmpint (kexec_action_from_id ("org.kexec.manager.nothing"), ==, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/daemon/actions/policy", test_policy);
  g_test_add_func ("/daemon/actions/order", test_order);
  g_test_add_func ("/daemon/actions/ids", test_ids);
  return g_test_run ();
}
