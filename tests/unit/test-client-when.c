/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What --when= understands, and what it refuses. */
#include "client/when.h"
#include "image/error.h"

/* A Saturday in summer, where the clocks go back on October 25 and forward on March 29. */
static GDateTime *
noon (void)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("Europe/Berlin");

  g_assert_nonnull (zone);
  return g_date_time_new (zone, 2026, 8, 1, 12, 0, 30);
}

static void
test_accepts (void)
{
  static const struct {
    const char *text;
    const char *iso; /* what it is in UTC */
  } cases[] = {
    { "+5", "2026-08-01T10:05:30Z" },
    { "+0", "2026-08-01T10:00:30Z" },
    { "+90s", "2026-08-01T10:02:00Z" },
    { "+5min", "2026-08-01T10:05:30Z" },
    { "+2h", "2026-08-01T12:00:30Z" },
    { "12:01", "2026-08-01T10:01:00Z" },
    { "23:59", "2026-08-01T21:59:00Z" },
    { "12:00", "2026-08-02T10:00:00Z" }, /* has just passed: tomorrow */
    { "00:00", "2026-08-01T22:00:00Z" },
    { "2026-12-24 18:00", "2026-12-24T17:00:00Z" },
    { "2028-02-29 00:00", "2028-02-28T23:00:00Z" },
  };
  g_autoptr (GDateTime) now = noon ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GDateTime) expected = g_date_time_new_from_iso8601 (cases[i].iso, NULL);
    g_autoptr (GError) error = NULL;
    guint64 usec = 1;

    g_test_message ("%s", cases[i].text);
    g_assert_true (kexec_when_parse (cases[i].text, now, &usec, &error));
    g_assert_no_error (error);
    g_assert_cmpuint (usec, ==, (guint64) g_date_time_to_unix (expected) * G_USEC_PER_SEC);
  }
}

static void
test_now (void)
{
  g_autoptr (GDateTime) now = noon ();
  guint64 usec = 1;

  g_assert_true (kexec_when_parse ("now", now, &usec, NULL));
  g_assert_cmpuint (usec, ==, 0);
}

static void
test_refuses (void)
{
  static const char *const cases[] = {
    "",
    "+",
    "5",
    "-5",
    "+-5",
    "+ 5",
    "+5m",
    "+5 min",
    "+5days",
    "+99999999999999999999",
    "24:00",
    "12:60",
    "1:30",
    "12:3",
    "12:30:15",
    " 12:30",
    "12:30 ",
    "tomorrow",
    "NOW",
    "2026-08-01",
    "2026-8-1 12:30",
    "2026-02-30 12:00",
    "2026-13-01 12:00",
    "2026-08-01T12:30",
    "2025-08-01 12:00",
    "2026-08-01 12:00",
    "0000-01-01 00:00",
    "12:30\n",
  };
  g_autoptr (GDateTime) now = noon ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    guint64 usec = 7;

    g_test_message ("'%s'", cases[i]);
    g_assert_false (kexec_when_parse (cases[i], now, &usec, &error));
    g_assert_error (error, KEXEC_ERROR, KEXEC_ERROR_INVALID_ARGUMENT);
    g_assert_cmpuint (usec, ==, 7);
  }
}

/* In the night of March 29, 2026, no clock in Berlin shows 02:30. */
static void
test_skipped_hour (void)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("Europe/Berlin");
  g_autoptr (GDateTime) now = g_date_time_new (zone, 2026, 3, 28, 12, 0, 0);
  g_autoptr (GDateTime) expected = g_date_time_new_from_iso8601 ("2026-03-30T00:30:00Z", NULL);
  guint64 usec;

  g_assert_true (kexec_when_parse ("02:30", now, &usec, NULL));
  g_assert_cmpuint (usec, ==, (guint64) g_date_time_to_unix (expected) * G_USEC_PER_SEC);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/when/accepts", test_accepts);
  g_test_add_func ("/client/when/now", test_now);
  g_test_add_func ("/client/when/refuses", test_refuses);
  g_test_add_func ("/client/when/skipped-hour", test_skipped_hour);
  return g_test_run ();
}
