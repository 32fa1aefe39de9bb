/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What one configuration file says. */
#include "boot/config.h"

#include <string.h>

#include "boot/config-keys.h"

#define GROUP "Manager"

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
  const char *expected = NULL;

  if (value != NULL && kexec_config_set (self, key, g_strstrip (value), subject, &expected))
    return;
  if (expected != NULL)
    add_finding (self, subject, "%s=%.100s was ignored; give it %s", key, value, expected);
  else
    add_finding (self, subject, "%s= was ignored, as there is no such key; see kexecd.conf(5)",
                 key);
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
  g_free (self->cmdline_from);
  g_free (self->append);
  g_strfreev (self->sources);
  g_free (self->kernel_from);
  g_free (self->initrds_from);
  g_free (self->boot_path_from);
  g_ptr_array_unref (self->findings);
  g_free (self);
}
