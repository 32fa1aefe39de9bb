/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of keys, and how their values are read. */
#include "boot/config-keys.h"

#include <string.h>

#include "boot/config-value.h"
#include "boot/entry.h"
#include "image/cmdline.h"

/* What a value is one of that the sources are called by. */
static const char *const source_names[] = { "config", "grub", "bls", "directory", NULL };

/* Takes @value, or nothing for "". */
static gboolean
set_string (char **field, const char *value)
{
  kexec_entry_set (field, *value != '\0' ? value : NULL);
  return TRUE;
}

static gboolean
set_entry (KexecConfig *config, const char *value, const char *from)
{
  return (*value == '\0' || kexec_entry_is_glob (value)) && set_string (&config->entry, value);
}

static gboolean
set_staged_lifetime (KexecConfig *config, const char *value, const char *from)
{
  if (*value == '\0')
    config->staged_lifetime_sec = KEXEC_CONFIG_STAGED_LIFETIME;
  else
    return kexec_config_value_time_span (value, &config->staged_lifetime_sec);
  return TRUE;
}

static gboolean
set_boot_path (KexecConfig *config, const char *value, const char *from)
{
  g_autofree char *path = kexec_config_value_path (value, FALSE);

  if (*value != '\0' && path == NULL)
    return FALSE;
  set_string (&config->boot_path_from, path != NULL ? from : "");
  return set_string (&config->boot_path, path != NULL ? path : "");
}

static gboolean
set_mount_boot (KexecConfig *config, const char *value, const char *from)
{
  if (*value != '\0')
    return kexec_config_value_boolean (value, &config->mount_boot);
  config->mount_boot = TRUE;
  return TRUE;
}

static gboolean
set_kernel (KexecConfig *config, const char *value, const char *from)
{
  g_autofree char *path = kexec_config_value_path (value, TRUE);

  if (*value != '\0' && path == NULL)
    return FALSE;
  config->is_gentoo = FALSE;
  set_string (&config->kernel_from, path != NULL ? from : "");
  return set_string (&config->kernel, path != NULL ? path : "");
}

static gboolean
set_initrds (KexecConfig *config, const char *value, const char *from)
{
  g_auto (GStrv) initrds = NULL;

  if (strcmp (value, "-") == 0)
    initrds = g_new0 (char *, 1);
  else if (*value != '\0' && (initrds = kexec_config_value_paths (value)) == NULL)
    return FALSE;
  g_strfreev (config->initrds);
  config->initrds = g_steal_pointer (&initrds);
  set_string (&config->initrds_from, config->initrds != NULL ? from : "");
  return TRUE;
}

static gboolean
set_root_device (KexecConfig *config, const char *value, const char *from)
{
  if (!kexec_config_value_is_word (value))
    return FALSE;
  config->is_root_device_gentoo = FALSE;
  return set_string (&config->root_device, value);
}

static gboolean
set_cmdline (KexecConfig *config, const char *value, const char *from)
{
  g_autofree char *cmdline = kexec_config_value_cmdline (value);

  if (cmdline == NULL)
    return FALSE;
  config->is_cmdline_gentoo = FALSE;
  set_string (&config->cmdline_from, *cmdline != '\0' ? from : "");
  return set_string (&config->cmdline, cmdline);
}

static gboolean
set_append (KexecConfig *config, const char *value, const char *from)
{
  g_autofree char *cmdline = kexec_config_value_cmdline (value);

  return cmdline != NULL && set_string (&config->append, cmdline);
}

static gboolean
set_sources (KexecConfig *config, const char *value, const char *from)
{
  g_auto (GStrv) names = NULL;

  if (*value != '\0' && (names = kexec_config_value_names (value, source_names)) == NULL)
    return FALSE;
  g_strfreev (config->sources);
  config->sources = g_steal_pointer (&names);
  return TRUE;
}

static gboolean
set_load_during_shutdown (KexecConfig *config, const char *value, const char *from)
{
  gboolean is_set = *value != '\0', yes = FALSE;

  if (is_set && !kexec_config_value_boolean (value, &yes))
    return FALSE;
  config->load_during_shutdown = !is_set ? KEXEC_CONFIG_LOAD_UNSET
                                 : yes   ? KEXEC_CONFIG_LOAD_YES
                                         : KEXEC_CONFIG_LOAD_NO;
  return TRUE;
}

static gboolean
set_load_method (KexecConfig *config, const char *value, const char *from)
{
  gboolean is_tools = strcmp (value, "kexec-tools") == 0;

  if (!is_tools && *value != '\0' && strcmp (value, "file") != 0)
    return FALSE;
  config->load_by_kexec_tools = is_tools;
  return TRUE;
}

static const struct {
  const char *name;
  /* Returns: FALSE: a bad value, not taken. */
  gboolean (*set) (KexecConfig *config, const char *value, const char *from);
  const char *expected; /* what a good value is */
} keys[] = {
  { "Entry", set_entry,
    "\"auto\", or the id of an entry (kexecctl list), in which *, ? and [ ] stand for others" },
  { "StagedLifetime", set_staged_lifetime,
    "a time such as \"1h\", \"90min\" or \"1d 12h\", or \"infinity\"" },
  { "BootPath", set_boot_path, "the absolute path of a directory, without \"..\"" },
  { "MountBoot", set_mount_boot, "yes or no" },
  { "Kernel", set_kernel,
    "the absolute path of a kernel, without \"..\", or the name of one in the boot directory, or "
    "\"-\"" },
  { "Initrd", set_initrds,
    "the absolute paths of initrds, or their names in the boot directory, with spaces between "
    "them, at most 16; or \"-\"" },
  { "RootDevice", set_root_device,
    "a device as it stands after root=, such as \"LABEL=root\" or \"/dev/sda2\", one word without "
    "quotes" },
  { "Cmdline", set_cmdline, "one line of text, of at most 4095 bytes, with one root= at most" },
  { "Append", set_append, "one line of text, of at most 4095 bytes, with one root= at most" },
  { "LoadDuringShutdown", set_load_during_shutdown, "yes or no" },
  { "LoadMethod", set_load_method, "\"file\" or \"kexec-tools\"" },
  { "Sources", set_sources,
    "names out of config, grub, bls and directory, with spaces between them" },
};

gboolean
kexec_config_set (KexecConfig *self, const char *key, const char *value, const char *from,
                  const char **expected)
{
  *expected = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (strcmp (keys[i].name, key) == 0) {
      *expected = keys[i].expected;
      return keys[i].set (self, value, from);
    }
  return FALSE;
}
