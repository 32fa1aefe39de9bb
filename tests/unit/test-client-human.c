/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Facts in the words of people, and text that cannot command a terminal. */
#include "client/human.h"
#include "client/other-reboots.h"
#include "client/terminal.h"

#include <string.h>

#define SECOND G_GUINT64_CONSTANT (1000000)

static void
test_text (void)
{
  static const struct {
    const char *text;
    const char *clean;
  } cases[] = {
    { NULL, "" },
    { "", "" },
    { "Debian GNU/Linux", "Debian GNU/Linux" },
    { "Grüße, 世界", "Grüße, 世界" },
    { "a\nb\tc\r", "a\uFFFDb\uFFFDc\uFFFD" },
    { "\033[2Jgone", "\uFFFD[2Jgone" },
    { "\xc2\x9b"
      "2Jgone",
      "\uFFFD2Jgone" },                   /* CSI as one character */
    { "\u202Egnp.exe", "\uFFFDgnp.exe" }, /* right-to-left override */
    { "a\u200Bb", "a\uFFFDb" },           /* zero-width space */
    { "a\u2028b", "a\uFFFDb" },           /* line separator */
    { "\xff\xfe", "\uFFFD\uFFFD" },       /* not UTF-8 */
    { "\xe2\x82", "\uFFFD\uFFFD" },       /* cut short */
    { "\x7f", "\uFFFD" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *clean = kexec_human_text (cases[i].text);

    g_assert_cmpstr (clean, ==, cases[i].clean);
  }
}

/* Whatever the bytes are, what comes out is UTF-8 without a control character. */
static void
test_text_random (void)
{
  for (int round = 0; round < 2000; round++) {
    char bytes[32] = { 0 };
    g_autofree char *clean = NULL;

    for (gsize i = 0; i + 1 < sizeof bytes; i++)
      bytes[i] = (char) g_test_rand_int_range (1, 256);
    clean = kexec_human_text (bytes);
    g_assert_true (g_utf8_validate (clean, -1, NULL));
    for (const char *p = clean; *p != '\0'; p = g_utf8_next_char (p))
      g_assert_false (g_unichar_iscntrl (g_utf8_get_char (p)));
  }
}

static void
test_size (void)
{
  static const struct {
    guint64 bytes;
    const char *text;
  } cases[] = {
    { 0, "0 bytes" },
    { 999, "999 bytes" },
    { 1000, "1.0 kB (1000 bytes)" },
    { 8234567, "8.2 MB (8234567 bytes)" },
    { 999949, "999.9 kB (999949 bytes)" },
    { 999999, "1.0 MB (999999 bytes)" },
    { G_MAXUINT64, "18.4 EB (18446744073709551615 bytes)" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = kexec_human_size (cases[i].bytes);

    g_assert_cmpstr (text, ==, cases[i].text);
  }
}

static void
test_span (void)
{
  static const struct {
    guint64 seconds;
    const char *text;
  } cases[] = {
    { 0, "0 s" },     { 59, "59 s" },       { 60, "1 min" },
    { 119, "1 min" }, { 3600, "1 h" },      { 7800, "2 h 10 min" },
    { 86400, "1 d" }, { 90000, "1 d 1 h" }, { 86400 * 400, "400 d" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = kexec_human_span (cases[i].seconds * SECOND);

    g_assert_cmpstr (text, ==, cases[i].text);
  }
}

static void
test_relative (void)
{
  g_autofree char *past = kexec_human_relative (100 * SECOND, 400 * SECOND);
  g_autofree char *future = kexec_human_relative (400 * SECOND, 100 * SECOND);
  g_autofree char *almost = kexec_human_relative (400 * SECOND - 1, 100 * SECOND);
  g_autofree char *now = kexec_human_relative (100 * SECOND, 100 * SECOND);

  g_assert_cmpstr (past, ==, "5 min ago");
  g_assert_cmpstr (future, ==, "in 5 min");
  g_assert_cmpstr (almost, ==, "in 5 min");
  g_assert_cmpstr (now, ==, "now");
}

static void
test_moment (void)
{
  g_autofree char *moment = NULL;
  g_autofree char *never = kexec_human_moment (G_MAXUINT64);

  g_setenv ("TZ", "UTC", TRUE);
  moment = kexec_human_moment (1785585600 * SECOND);
  g_assert_cmpstr (moment, ==, "Sat 2026-08-01 12:00:00 UTC");
  g_assert_cmpstr (never, !=, "");
}

static void
test_user (void)
{
  g_autofree char *root = kexec_human_user (0);
  g_autofree char *nobody = kexec_human_user (4000000000U);

  g_assert_cmpstr (root, ==, "root");
  g_assert_cmpstr (nobody, ==, "user 4000000000");
}

static void
test_width (void)
{
  g_assert_cmpuint (kexec_terminal_width (""), ==, 0);
  g_assert_cmpuint (kexec_terminal_width ("Grüße"), ==, 5);
  g_assert_cmpuint (kexec_terminal_width ("世界"), ==, 4);
  g_assert_cmpuint (kexec_terminal_width ("e\u0301"), ==, 1);
}

/* Tests have no terminal, so no escape sequence may come out. */
static void
test_style (void)
{
  g_autofree char *plain = kexec_terminal_style (KEXEC_STYLE_BAD, "blocker");

  if (g_getenv ("NO_COLOR") == NULL && kexec_terminal_is_capable (1))
    g_test_skip ("standard output is a terminal");
  else
    g_assert_cmpstr (plain, ==, "blocker");
}

static void
test_other_reboots (void)
{
  const char *older = kexec_other_reboots ("logind", 252);
  const char *newer = kexec_other_reboots ("logind", 255);

  g_assert_true (g_str_has_prefix (older, "'shutdown -r' boots it as well; 'systemctl reboot'"));
  g_assert_true (g_str_has_prefix (newer, "'shutdown -r' and 'systemctl reboot' boot it as well"));
  g_assert_nonnull (
    strstr (kexec_other_reboots ("openrc-init", 0), "'openrc-shutdown --kexec now'"));
  g_assert_nonnull (strstr (kexec_other_reboots ("sysvinit", 0), "'reboot' and 'shutdown -r'"));
  g_assert_null (strstr (kexec_other_reboots ("none", 0), "systemctl"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/human/text", test_text);
  g_test_add_func ("/client/human/text-random", test_text_random);
  g_test_add_func ("/client/human/size", test_size);
  g_test_add_func ("/client/human/span", test_span);
  g_test_add_func ("/client/human/relative", test_relative);
  g_test_add_func ("/client/human/moment", test_moment);
  g_test_add_func ("/client/human/user", test_user);
  g_test_add_func ("/client/human/width", test_width);
  g_test_add_func ("/client/human/style", test_style);
  g_test_add_func ("/client/human/other-reboots", test_other_reboots);
  return g_test_run ();
}
