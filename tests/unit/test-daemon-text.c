/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Strings from callers: what is refused, and how they are shown in a prompt. */
#include <string.h>

#include "daemon/text.h"
#include "image/error.h"

static void
assert_refused (const char *text, gsize max)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (kexec_text_check (text, "The message", max, &error));
  g_assert_error (error, KEXEC_ERROR, KEXEC_ERROR_INVALID_ARGUMENT);
  g_assert_true (g_str_has_prefix (error->message, "The message "));
}

static void
test_check (void)
{
  g_assert_true (kexec_text_check ("", "It", 0, NULL));
  g_assert_true (kexec_text_check ("Grüße “here”", "It", 255, NULL));
  g_assert_true (kexec_text_check ("1234", "It", 4, NULL));
  assert_refused ("12345", 4);
  assert_refused ("two\nlines", 255);
  assert_refused ("\x1b[31mred", 255);
  assert_refused ("delete\x7f", 255);
  assert_refused ("next line\xc2\x85", 255);
}

static void
test_sanitize (void)
{
  static const struct {
    const char *text, *shown;
  } cases[] = {
    { "quiet splash", "quiet splash" },
    { "a\nb\x1b[0m", "a\xef\xbf\xbd"
                     "b\xef\xbf\xbd[0m" },
    { "$(title) $", "$ (title) $" },
    { "right\xe2\x80\xaeleft", "right\xef\xbf\xbdleft" }, /* U+202E turns the direction */
    { "many   spaces\xc2\xa0 hide", "many spaces hide" },
    { "zero\xe2\x80\x8bwidth", "zero\xef\xbf\xbdwidth" },
  };
  g_autofree char *long_text = g_strnfill (1234, 'x');
  g_autofree char *shown = kexec_text_sanitize (long_text);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *clean = kexec_text_sanitize (cases[i].text);

    g_assert_cmpstr (clean, ==, cases[i].shown);
  }
  g_assert_true (g_str_has_suffix (shown, "x… (234 more characters)"));
}

static void
test_name_kernel (void)
{
  g_autofree char *told = kexec_text_name_kernel ("Debian, kernel 6.1.0-1", "6.1.0-1");
  g_autofree char *added = kexec_text_name_kernel ("Debian", "6.1.0-1");
  g_autofree char *unknown = kexec_text_name_kernel ("Debian", "");

  g_assert_cmpstr (told, ==, "Debian, kernel 6.1.0-1");
  g_assert_cmpstr (added, ==, "Debian (6.1.0-1)");
  g_assert_cmpstr (unknown, ==, "Debian");
}

static void
test_without_folders (void)
{
  static const struct {
    const char *text, *shown;
  } cases[] = {
    { "Cannot open /boot/vmlinuz-6.1: No such file", "Cannot open vmlinuz-6.1: No such file" },
    { "/home/alice/secret plans/vmlinuz is damaged", "secret plans/vmlinuz is damaged" },
    { "'/boot/a/b/c', /srv/x; (/mnt/y)", "'c', x; (y)" },
    { "/boot is not mounted; see /etc/kernel/cmdline",
      "/boot is not mounted; see /etc/kernel/cmdline" },
    { "and/or, https://example.org/a/b", "and/or, https://example.org/a/b" },
    { "/etcetera/x", "x" },
    { "root=/dev/mapper/x in /run/openrc/y, /run/media/alice/z",
      "root=/dev/mapper/x in /run/openrc/y, z" },
    { "\xff/boot/x", "\xef\xbf\xbdx" },
    { "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *shown = kexec_text_without_folders (cases[i].text);

    g_assert_cmpstr (shown, ==, cases[i].shown);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/daemon/text/check", test_check);
  g_test_add_func ("/daemon/text/sanitize", test_sanitize);
  g_test_add_func ("/daemon/text/without-folders", test_without_folders);
  g_test_add_func ("/daemon/text/name-kernel", test_name_kernel);
  return g_test_run ();
}
