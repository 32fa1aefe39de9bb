/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "boot/hardware-rules.h"

#include <string.h>

#include "boot/config-files.h"
#include "boot/config-value.h"

#define RULES_MAX     256 /* in all files */
#define DRIVERS_MAX   32  /* of one rule */
#define RULE_NAME_MAX 64  /* bytes of a rule's or driver's name */
#define GLOB_MAX      128 /* bytes */
#define STARS_MAX     3   /* so that no glob takes long */
#define TEXT_MAX      512 /* bytes */

static const struct {
  const char *key;
  const char *file;
} dmi_keys[] = {
  [KEXEC_DMI_SYS_VENDOR] = { "SysVendor", "sys_vendor" },
  [KEXEC_DMI_PRODUCT_NAME] = { "ProductName", "product_name" },
  [KEXEC_DMI_PRODUCT_VERSION] = { "ProductVersion", "product_version" },
  [KEXEC_DMI_PRODUCT_FAMILY] = { "ProductFamily", "product_family" },
  [KEXEC_DMI_BOARD_VENDOR] = { "BoardVendor", "board_vendor" },
  [KEXEC_DMI_BOARD_NAME] = { "BoardName", "board_name" },
  [KEXEC_DMI_CHASSIS_ASSET_TAG] = { "ChassisAssetTag", "chassis_asset_tag" },
};

G_STATIC_ASSERT (G_N_ELEMENTS (dmi_keys) == KEXEC_N_DMI);

const char *
kexec_dmi_name (KexecDmi dmi)
{
  return dmi_keys[dmi].file;
}

static void
rule_free (KexecHardwareRule *self)
{
  g_free (self->name);
  g_free (self->from);
  g_strfreev (self->drivers);
  for (guint i = 0; i < KEXEC_N_DMI; i++)
    g_free (self->dmi[i]);
  g_free (self->text);
  g_free (self);
}

GPtrArray *
kexec_hardware_rules_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) rule_free);
}

/* Returns: (transfer none) (nullable): the rule of this name; a new one if there is room. */
static KexecHardwareRule *
find_rule (GPtrArray *rules, const char *name)
{
  KexecHardwareRule *rule;

  for (guint i = 0; i < rules->len; i++) {
    rule = rules->pdata[i];
    if (g_str_equal (rule->name, name))
      return rule;
  }
  if (rules->len >= RULES_MAX)
    return NULL;
  rule = g_new0 (KexecHardwareRule, 1);
  rule->name = g_strdup (name);
  rule->is_enabled = TRUE;
  g_ptr_array_add (rules, rule);
  return rule;
}

/* --- values: each takes one, or says what it should have been --- */

/* A driver's name is that of a directory in sysfs. */
static gboolean
is_driver (const char *name)
{
  return *name != '\0' && strlen (name) <= RULE_NAME_MAX && *name != '.' &&
         strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._+:,-") == strlen (name);
}

static const char *
set_drivers (KexecHardwareRule *rule, const char *value)
{
  g_auto (GStrv) words = g_strsplit_set (value, " \t", -1);
  g_autoptr (GStrvBuilder) drivers = g_strv_builder_new ();
  guint n = 0;

  for (guint i = 0; words[i] != NULL; i++) {
    if (*words[i] == '\0')
      continue;
    if (!is_driver (words[i]) || ++n > DRIVERS_MAX)
      return "names of drivers with spaces between them, 32 at most";
    g_strv_builder_add (drivers, words[i]);
  }
  g_clear_pointer (&rule->drivers, g_strfreev);
  if (n > 0)
    rule->drivers = g_strv_builder_end (drivers);
  return NULL;
}

static const char *
set_dmi (char **field, const char *value)
{
  guint stars = 0;

  for (const char *p = value; *p != '\0'; p++)
    stars += *p == '*' ? 1 : 0;
  if (stars > STARS_MAX || strlen (value) > GLOB_MAX || !g_utf8_validate (value, -1, NULL))
    return "text of at most 128 bytes, with * and ? for other characters, and at most three *";
  g_free (*field);
  *field = *value != '\0' ? g_strdup (value) : NULL;
  return NULL;
}

static const char *
set_text (KexecHardwareRule *rule, const char *value)
{
  if (strlen (value) > TEXT_MAX || !g_utf8_validate (value, -1, NULL))
    return "one line of text, of at most 512 bytes";
  g_free (rule->text);
  rule->text = *value != '\0' ? g_strdup (value) : NULL;
  return NULL;
}

/* Returns: (nullable): what the value should have been. */
static const char *
set_key (KexecHardwareRule *rule, const char *key, const char *value)
{
  for (guint i = 0; i < KEXEC_N_DMI; i++)
    if (g_str_equal (key, dmi_keys[i].key))
      return set_dmi (&rule->dmi[i], value);
  if (g_str_equal (key, "Driver"))
    return set_drivers (rule, value);
  if (g_str_equal (key, "Text"))
    return set_text (rule, value);
  if (g_str_equal (key, "Enabled"))
    return kexec_config_value_boolean (value, &rule->is_enabled) ? NULL : "yes or no";
  return "another name: there is no such key, see kexecd.conf(5)";
}

/* --- files --- */

static void
parse_rule (KexecHardwareRule *rule, GKeyFile *file, const char *subject, KexecFindings *findings)
{
  g_auto (GStrv) keys = g_key_file_get_keys (file, rule->name, NULL, NULL);

  g_free (rule->from);
  rule->from = g_strdup (subject);
  for (guint i = 0; keys[i] != NULL; i++) {
    g_autofree char *value = g_key_file_get_value (file, rule->name, keys[i], NULL);
    const char *expected = set_key (rule, keys[i], g_strstrip (value));

    if (expected != NULL)
      kexec_findings_add (findings, KEXEC_FINDING_CONFIGURATION_INVALID, subject, NULL,
                          "%s: %.64s= of [%s] was ignored; give it %s", subject, keys[i],
                          rule->name, expected);
  }
}

void
kexec_hardware_rules_parse (GPtrArray *rules, const char *text, const char *subject,
                            KexecFindings *findings)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) groups = NULL;

  if (!g_key_file_load_from_data (file, text, strlen (text), G_KEY_FILE_NONE, &error)) {
    kexec_findings_add (findings, KEXEC_FINDING_CONFIGURATION_INVALID, subject, NULL,
                        "%s: the file was ignored; %s", subject, error->message);
    return;
  }
  groups = g_key_file_get_groups (file, NULL);
  for (guint i = 0; groups[i] != NULL; i++) {
    KexecHardwareRule *rule =
      strlen (groups[i]) <= RULE_NAME_MAX ? find_rule (rules, groups[i]) : NULL;

    if (rule != NULL)
      parse_rule (rule, file, subject, findings);
    else
      kexec_findings_add (findings, KEXEC_FINDING_CONFIGURATION_INVALID, subject, NULL,
                          "%s: [%.64s] was ignored; keep to %d rules, with names of at most %d "
                          "bytes",
                          subject, groups[i], RULES_MAX, RULE_NAME_MAX);
  }
}

/* What reading goes on with. */
typedef struct {
  GPtrArray *rules;
  KexecFindings *findings;
} Load;

static void
parse (gpointer user_data, const char *text, const char *subject)
{
  const Load *load = user_data;

  kexec_hardware_rules_parse (load->rules, text, subject, load->findings);
}

GPtrArray *
kexec_hardware_rules_load (int root_fd, KexecFindings *findings)
{
  KexecConfigFiles files = kexec_config_files (root_fd, findings);
  Load load = { kexec_hardware_rules_new (), findings };

  kexec_config_files_read (&files, "/usr/lib/kexecd/hardware.conf", parse, &load);
  kexec_config_files_read (&files, "/etc/kexecd/hardware.conf", parse, &load);
  kexec_config_files_read_drop_ins (&files, "hardware.conf.d", parse, &load);
  return load.rules;
}
