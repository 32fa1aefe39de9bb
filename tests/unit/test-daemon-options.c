/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options: unknown keys, wrong types, contradictions. */
#include "daemon/options.h"
#include "image/error.h"

static const KexecOption table[] = {
  { "append", "s", 8, "cmdline" },
  { "cmdline", "s", 8, "append" },
  { "when", "t", 0, "immediate" },
  { "immediate", "b", 0, "when" },
  { NULL },
};

static const struct {
  const char *options;
  const char *complaint; /* NULL: accepted */
} cases[] = {
  { "@a{sv} {}", NULL },
  { "{'append': <'quiet'>}", NULL },
  { "{'when': <@t 5>, 'immediate': <false>}", NULL },
  { "{'colour': <'red'>}", "no option" },
  { "{'Append': <'quiet'>}", "no option" },
  { "{'append': <5>}", "must be s" },
  { "{'append': <'123456789'>}", "at most 8" },
  { "{'append': <'a\\tb'>}", "control character" },
  { "{'when': <5>}", "must be t" },
  { "{'append': <'a'>, 'cmdline': <'b'>}", "contradict" },
  { "{'append': <''>, 'cmdline': <''>}", "contradict" },
  { "{'when': <@t 5>, 'immediate': <true>}", "contradict" },
  { "{'append': <'a'>, 'append': <'b'>}", "twice" },
};

static void
test_check (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) options =
    g_variant_parse (G_VARIANT_TYPE_VARDICT, cases[i].options, NULL, NULL, &error);

  g_assert_no_error (error);
  if (cases[i].complaint == NULL) {
    g_assert_true (kexec_options_check (table, options, &error));
    g_assert_no_error (error);
    return;
  }
  g_assert_false (kexec_options_check (table, options, &error));
  g_assert_error (error, KEXEC_ERROR, KEXEC_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (g_strstr_len (error->message, -1, cases[i].complaint));
}

static void
test_get (void)
{
  g_autoptr (GVariant) options =
    g_variant_ref_sink (g_variant_new_parsed ("{'append': <'x'>, 'when': <@t 7>,"
                                              " 'immediate': <true>}"));

  g_assert_cmpstr (kexec_options_get_string (options, "append"), ==, "x");
  g_assert_null (kexec_options_get_string (options, "cmdline"));
  g_assert_cmpuint (kexec_options_get_uint64 (options, "when"), ==, 7);
  g_assert_cmpuint (kexec_options_get_uint64 (options, "never"), ==, 0);
  g_assert_true (kexec_options_get_boolean (options, "immediate"));
  g_assert_false (kexec_options_get_boolean (options, "never"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strdup_printf ("/daemon/options/check/%u", i);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_check);
  }
  g_test_add_func ("/daemon/options/get", test_get);
  return g_test_run ();
}
