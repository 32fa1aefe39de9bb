/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What one configuration file says: the table of keys, and how their values are read. */
#include "boot/config.h"

#include <string.h>

#include "boot/entry.h"

#define GROUP "Manager"

/* No time span is longer than this, so that nobody's arithmetic on it overflows: 100 years. */
#define SECONDS_MAX (100 * 365 * G_GUINT64_CONSTANT (86400))

static gboolean
set_entry (KexecConfig *config, const char *value)
{
  if (*value != '\0' && !kexec_entry_is_id (value))
    return FALSE;
  g_free (config->entry);
  config->entry = *value != '\0' ? g_strdup (value) : NULL;
  return TRUE;
}

/* How many seconds a unit has; 0 if there is no such unit. */
static guint64
unit_seconds (const char *unit, gsize length)
{
  static const struct {
    const char *name;
    guint64 seconds;
  } units[] = {
    { "", 1 },     { "s", 1 },       { "sec", 1 },   { "m", 60 },      { "min", 60 },
    { "h", 3600 }, { "hour", 3600 }, { "d", 86400 }, { "day", 86400 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (strlen (units[i].name) == length && strncmp (units[i].name, unit, length) == 0)
      return units[i].seconds;
  return 0;
}

/* Reads "90", "1h 30min". */
static gboolean
parse_time_span (const char *text, guint64 *ret)
{
  guint64 total = 0;

  do {
    char *unit;
    guint64 number;
    guint64 seconds;
    gsize length;

    text += strspn (text, " \t");
    if (!g_ascii_isdigit (*text))
      return FALSE;
    number = g_ascii_strtoull (text, &unit, 10);
    length = strspn (unit, G_CSET_a_2_z);
    seconds = unit_seconds (unit, length);
    if (seconds == 0 || number > SECONDS_MAX / seconds)
      return FALSE;
    total += number * seconds;
    text = unit + length;
    text += strspn (text, " \t");
  } while (*text != '\0' && total <= SECONDS_MAX);
  if (total > SECONDS_MAX)
    return FALSE;
  *ret = total;
  return TRUE;
}

static gboolean
set_staged_lifetime (KexecConfig *config, const char *value)
{
  if (*value == '\0')
    config->staged_lifetime_sec = KEXEC_CONFIG_STAGED_LIFETIME;
  else if (strcmp (value, "infinity") == 0)
    config->staged_lifetime_sec = 0;
  else
    return parse_time_span (value, &config->staged_lifetime_sec);
  return TRUE;
}

static const struct {
  const char *name;
  gboolean (*set) (KexecConfig *config, const char *value); /* FALSE: a bad value, not taken */
  const char *expected;                                     /* what a good value is */
} keys[] = {
  { "Entry", set_entry, "\"auto\" or the id of an entry (kexecctl list)" },
  { "StagedLifetime", set_staged_lifetime,
    "a time such as \"1h\", \"90min\" or \"1d 12h\", or \"infinity\"" },
};

static void G_GNUC_PRINTF (3, 4)
  add_finding (KexecConfig *self, const char *subject, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list ap;

  va_start (ap, format);
  text = g_strdup_vprintf (format, ap);
  va_end (ap);
  kexec_findings_add (self->findings, KEXEC_FINDING_CONFIGURATION_INVALID, subject, NULL, "%s: %s",
                      subject, text);
}

static void
parse_key (KexecConfig *self, GKeyFile *file, const char *key, const char *subject)
{
  g_autofree char *value = g_key_file_get_value (file, GROUP, key, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (strcmp (keys[i].name, key) == 0) {
      if (value == NULL || !keys[i].set (self, g_strstrip (value)))
        add_finding (self, subject, "%s=%s was ignored; give it %s", key,
                     value != NULL ? value : "", keys[i].expected);
      return;
    }
  add_finding (self, subject, "%s= was ignored, as there is no such key; see kexecd.conf(5)", key);
}

void
kexec_config_parse (KexecConfig *self, const char *text, const char *subject)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) groups = NULL;
  g_auto (GStrv) names = NULL;

  if (!g_key_file_load_from_data (file, text, strlen (text), G_KEY_FILE_NONE, &error)) {
    add_finding (self, subject, "the file was ignored; %s", error->message);
    return;
  }
  groups = g_key_file_get_groups (file, NULL);
  for (guint i = 0; groups[i] != NULL; i++)
    if (strcmp (groups[i], GROUP) != 0)
      add_finding (self, subject, "[%s] was ignored; the only section is [" GROUP "]", groups[i]);
  names = g_key_file_get_keys (file, GROUP, NULL, NULL);
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    parse_key (self, file, names[i], subject);
}

KexecConfig *
kexec_config_new (void)
{
  KexecConfig *self = g_new0 (KexecConfig, 1);

  self->staged_lifetime_sec = KEXEC_CONFIG_STAGED_LIFETIME;
  self->mount_boot = TRUE;
  self->findings = kexec_findings_new ();
  return self;
}

void
kexec_config_free (KexecConfig *self)
{
  g_free (self->entry);
  g_free (self->boot_path);
  g_free (self->kernel);
  g_strfreev (self->initrds);
  g_free (self->root_device);
  g_free (self->cmdline);
  g_free (self->append);
  g_strfreev (self->sources);
  g_free (self->kernel_from);
  g_ptr_array_unref (self->findings);
  g_free (self);
}
