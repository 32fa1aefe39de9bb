/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GRUB's environment block, numbers, and options of its commands. */
#include "boot/grub/grubenv.h"
#include "boot/grub/number.h"
#include "boot/grub/options.h"

#define SIGNATURE "# GRUB Environment Block\n"

static void
append (const char *name, const char *value, gpointer data)
{
  g_string_append_printf (data, "%s=%s;", name, value);
}

static void
expect_block (const char *text, const char *expected)
{
  g_autoptr (GString) found = g_string_new (NULL);

  g_assert_true (kexec_grubenv_parse (text, append, found));
  g_assert_cmpstr (found->str, ==, expected);
}

static void
test_block (void)
{
  expect_block (SIGNATURE, "");
  expect_block (SIGNATURE "####", "");
  expect_block (SIGNATURE "a=1\nb=2 3=4\nc=\n####", "a=1;b=2 3=4;c=;");
  expect_block (SIGNATURE "# WARNING: Do not edit\na=1\n###", "a=1;");
  expect_block (SIGNATURE "a=x\\\\y\\\nz\nb=1\n", "a=x\\y\nz;b=1;");
  expect_block (SIGNATURE "a=1\nb=not ended", "a=1;");
  expect_block (SIGNATURE "a=1\nb=not ended\\", "a=1;");
  expect_block (SIGNATURE "a=1\nnothing here\n", "a=1;");
  expect_block (SIGNATURE "=1\n", "=1;");
}

static void
test_no_block (void)
{
  g_assert_false (kexec_grubenv_parse ("", append, NULL));
  g_assert_false (kexec_grubenv_parse ("a=1\n", append, NULL));
  g_assert_false (kexec_grubenv_parse ("# GRUB Environment Block", append, NULL));
}

static void
test_many (void)
{
  g_autoptr (GString) text = g_string_new (SIGNATURE);
  g_autoptr (GString) found = g_string_new (NULL);

  for (guint i = 0; i < 2 * KEXEC_GRUBENV_VARIABLES_MAX; i++)
    g_string_append (text, "a=\n");
  g_assert_true (kexec_grubenv_parse (text->str, append, found));
  g_assert_cmpuint (found->len, ==, KEXEC_GRUBENV_VARIABLES_MAX * 3);
}

static void
test_numbers (void)
{
  static const struct {
    const char *text;
    guint64 value;
    const char *rest;
  } cases[] = {
    { "0", 0, "" },
    { "12", 12, "" },
    { "12>3", 12, ">3" },
    { " 7", 7, "" },
    { "0x1F", 31, "" },
    { "017", 15, "" },
    { "08", 8, "" },
    { "6a", 6, "a" },
    { "0xg", 0, NULL },
    { "", 0, NULL },
    { "x", 0, NULL },
    { "-1", 0, NULL },
    { "18446744073709551615", G_MAXUINT64, "" },
    { "99999999999999999999", G_MAXUINT64, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const char *end;
    guint64 value;

    g_test_message ("%s", cases[i].text);
    g_assert_cmpint (kexec_grub_number_parse (cases[i].text, &value, &end), ==,
                     cases[i].rest != NULL);
    g_assert_cmpuint (value, ==, cases[i].value);
    if (cases[i].rest != NULL)
      g_assert_cmpstr (end, ==, cases[i].rest);
  }
  g_assert_cmpint (kexec_grub_number_signed ("-12"), ==, -12);
  g_assert_cmpint (kexec_grub_number_signed ("-99999999999999999999"), ==, -G_MAXINT64);
  g_assert_cmpint (kexec_grub_number_signed ("x"), ==, 0);
}

/* @expected: operands, "|", values of "set", "file" and "quiet"; "-" for what was not given; NULL:
   refused */
static void
expect_options (const char *line, gboolean takes_unknown, const char *expected)
{
  static const KexecGrubOption options[] = {
    { "set", 's', KEXEC_GRUB_MAY_HAVE_VALUE },
    { "file", 'f', KEXEC_GRUB_NEEDS_VALUE },
    { "quiet", 'q', KEXEC_GRUB_NO_VALUE },
    { NULL, 0, KEXEC_GRUB_NO_VALUE },
  };
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  g_autoptr (GPtrArray) args = g_ptr_array_new ();
  g_autoptr (GPtrArray) operands = NULL;
  g_autoptr (GString) found = g_string_new (NULL);
  const char *values[3];

  for (guint i = 0; words[i] != NULL; i++)
    g_ptr_array_add (args, words[i]);
  operands = kexec_grub_options_parse (options, args, takes_unknown, values);
  g_test_message ("%s", line);
  g_assert_cmpint (operands != NULL, ==, expected != NULL);
  if (operands == NULL)
    return;
  for (guint i = 0; i < operands->len; i++)
    g_string_append_printf (found, "%s ", (char *) operands->pdata[i]);
  g_string_append_c (found, '|');
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    g_string_append_printf (found, " %s", values[i] != NULL ? values[i] : "-");
  g_assert_cmpstr (found->str, ==, expected);
}

static void
test_options (void)
{
  expect_options ("a b", FALSE, "a b | - - -");
  expect_options ("--set=x a", FALSE, "a | x - -");
  expect_options ("--set x a", FALSE, "a | x - -");
  expect_options ("--set --file=y a", FALSE, "a |  y -");
  expect_options ("a --set", FALSE, "a |  - -");
  expect_options ("-f y -q a", FALSE, "a | - y ");
  expect_options ("-qs x", FALSE, "| x - ");
  expect_options ("-s -q a", FALSE, "a |  - ");
  expect_options ("-- --set -q", FALSE, "--set -q | - - -");
  expect_options ("- a", FALSE, "- a | - - -");
  expect_options ("--file", FALSE, NULL);
  expect_options ("-fq", FALSE, NULL);
  expect_options ("--quiet=x", FALSE, NULL);
  expect_options ("--other", FALSE, NULL);
  expect_options ("-x", FALSE, NULL);
  expect_options ("--other -x a", TRUE, "--other -x a | - - -");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/grub/env/block", test_block);
  g_test_add_func ("/grub/env/no-block", test_no_block);
  g_test_add_func ("/grub/env/many", test_many);
  g_test_add_func ("/grub/env/numbers", test_numbers);
  g_test_add_func ("/grub/env/options", test_options);
  return g_test_run ();
}
