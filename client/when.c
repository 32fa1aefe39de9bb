/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/when.h"

#include <gio/gio.h>
#include <string.h>

#include "image/error.h"

/* Enough for years in seconds, and no sum of it and the present overflows. */
#define MAX_AMOUNT 1000000000

static const struct {
  const char *unit;
  guint seconds;
} units[] = {
  { "", 60 },
  { "s", 1 },
  { "min", 60 },
  { "h", 60 * 60 },
};

/* Reads exactly @digits decimal digits, neither signs nor spaces. */
static gboolean
take_number (const char **text, guint digits, int *ret_number)
{
  int number = 0;

  for (guint i = 0; i < digits; i++) {
    if (!g_ascii_isdigit ((*text)[i]))
      return FALSE;
    number = number * 10 + g_ascii_digit_value ((*text)[i]);
  }
  *text += digits;
  *ret_number = number;
  return TRUE;
}

static gboolean
take_char (const char **text, char c)
{
  if (**text != c)
    return FALSE;
  (*text)++;
  return TRUE;
}

/* "+5", "+90s": the time from now. */
static gboolean
parse_relative (const char *text, GDateTime *now, GDateTime **ret_when)
{
  guint64 amount;
  char *end;

  if (*text++ != '+' || !g_ascii_isdigit (*text))
    return FALSE;
  amount = g_ascii_strtoull (text, &end, 10);
  if (amount > MAX_AMOUNT)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (units); i++) {
    if (!g_str_equal (end, units[i].unit))
      continue;
    *ret_when = g_date_time_add_seconds (now, (double) amount * units[i].seconds);
    return *ret_when != NULL;
  }
  return FALSE;
}

static gboolean
take_clock (const char **text, int *hour, int *minute)
{
  return take_number (text, 2, hour) && take_char (text, ':') && take_number (text, 2, minute) &&
         **text == '\0' && *hour < 24 && *minute < 60;
}

/* "14:30": the next time that a clock here shows it. */
static gboolean
parse_clock (const char *text, GDateTime *now, GDateTime **ret_when)
{
  int year, month, day, hour, minute;

  if (!take_clock (&text, &hour, &minute))
    return FALSE;
  /* A clock that is put forward may skip this time tomorrow, but not the day after. */
  for (int days = 0; days <= 2; days++) {
    g_autoptr (GDateTime) date = g_date_time_add_days (now, days);
    g_autoptr (GDateTime) when = NULL;

    g_date_time_get_ymd (date, &year, &month, &day);
    when = g_date_time_new (g_date_time_get_timezone (now), year, month, day, hour, minute, 0);
    if (when == NULL || g_date_time_compare (when, now) <= 0 ||
        g_date_time_get_hour (when) != hour || g_date_time_get_minute (when) != minute)
      continue;
    *ret_when = g_steal_pointer (&when);
    return TRUE;
  }
  return FALSE;
}

/* "2026-08-01 14:30". */
static gboolean
parse_date (const char *text, GDateTime *now, GDateTime **ret_when)
{
  int year, month, day, hour, minute;

  if (!take_number (&text, 4, &year) || !take_char (&text, '-') ||
      !take_number (&text, 2, &month) || !take_char (&text, '-') || !take_number (&text, 2, &day) ||
      !take_char (&text, ' ') || !take_clock (&text, &hour, &minute))
    return FALSE;
  /* Returns NULL for the 30th of February. */
  *ret_when = g_date_time_new (g_date_time_get_timezone (now), year, month, day, hour, minute, 0);
  return *ret_when != NULL;
}

gboolean
kexec_when_parse (const char *text, GDateTime *now, guint64 *ret_usec, GError **error)
{
  g_autoptr (GDateTime) when = NULL;

  if (g_str_equal (text, "now")) {
    *ret_usec = 0;
    return TRUE;
  }
  if (!parse_relative (text, now, &when) && !parse_clock (text, now, &when) &&
      !parse_date (text, now, &when)) {
    g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_INVALID_ARGUMENT,
                 "'%s' is not a time; write now, +MINUTES, +90s, +5min, +2h, HH:MM or "
                 "\"YYYY-MM-DD HH:MM\"",
                 text);
    return FALSE;
  }
  if (g_date_time_compare (when, now) < 0) {
    g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_INVALID_ARGUMENT,
                 "'%s' is in the past; write now, or a time to come", text);
    return FALSE;
  }
  *ret_usec = (guint64) g_date_time_to_unix (when) * G_USEC_PER_SEC +
              (guint64) g_date_time_get_microsecond (when);
  return TRUE;
}
