/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "boot/hardware.h"

#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>

#include "boot/beneath.h"
#include "boot/fd.h"
#include "boot/hardware-rules.h"

#define BUSES      "/sys/bus"
#define BUSES_MAX  256  /* that are looked at */
#define VALUE_SIZE 4096 /* bytes; a file in sysfs has no more */

/* The machine, as far as it has been looked at. */
typedef struct {
  int root_fd;
  GStrv buses;
  char *dmi[KEXEC_N_DMI]; /* "" where it does not say */
} Hardware;

static DIR *
open_directory (int dirfd, const char *path)
{
  int fd = kexec_beneath_open_in_root (dirfd, path, O_RDONLY | O_DIRECTORY, NULL);
  DIR *dir = fd >= 0 ? fdopendir (fd) : NULL;

  if (dir == NULL)
    kexec_fd_clear (&fd);
  return dir;
}

/* Returns: (transfer full): the names of the buses. */
static GStrv
list_buses (int root_fd)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  DIR *dir = open_directory (root_fd, BUSES);
  const struct dirent *entry;

  for (guint n = 0; dir != NULL && n < BUSES_MAX && (entry = readdir (dir)) != NULL;)
    if (entry->d_name[0] != '.') {
      g_strv_builder_add (names, entry->d_name);
      n++;
    }
  if (dir != NULL)
    closedir (dir);
  return g_strv_builder_end (names);
}

/* A driver's directory has a link to each device that is bound to it, and one to its module. */
static gboolean
has_device (int root_fd, const char *path)
{
  DIR *dir = open_directory (root_fd, path);
  const struct dirent *entry;
  gboolean found = FALSE;

  while (!found && dir != NULL && (entry = readdir (dir)) != NULL) {
    struct stat st;

    found = strcmp (entry->d_name, "module") != 0 &&
            fstatat (dirfd (dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISLNK (st.st_mode);
  }
  if (dir != NULL)
    closedir (dir);
  return found;
}

static gboolean
is_bound (const Hardware *self, const char *driver)
{
  for (guint i = 0; self->buses[i] != NULL; i++) {
    g_autofree char *path = g_build_filename (BUSES, self->buses[i], "drivers", driver, NULL);

    if (has_device (self->root_fd, path))
      return TRUE;
  }
  return FALSE;
}

static const char *
read_dmi (Hardware *self, KexecDmi dmi)
{
  g_autofree char *path = NULL;

  if (self->dmi[dmi] != NULL)
    return self->dmi[dmi];
  path = g_build_filename ("/sys/class/dmi/id", kexec_dmi_name (dmi), NULL);
  self->dmi[dmi] = kexec_beneath_read (self->root_fd, path, VALUE_SIZE, NULL);
  if (self->dmi[dmi] == NULL)
    self->dmi[dmi] = g_strdup ("");
  return g_strstrip (self->dmi[dmi]);
}

/* Whether the machine is the one that the rule names; a rule that names none fits any. */
static gboolean
is_machine (Hardware *self, const KexecHardwareRule *rule)
{
  for (KexecDmi dmi = 0; dmi < KEXEC_N_DMI; dmi++)
    if (rule->dmi[dmi] != NULL && fnmatch (rule->dmi[dmi], read_dmi (self, dmi), 0) != 0)
      return FALSE;
  return TRUE;
}

/* Returns: (nullable): a driver of the rule that is in use. */
static const char *
find_driver (const Hardware *self, const KexecHardwareRule *rule)
{
  for (guint i = 0; rule->drivers[i] != NULL; i++)
    if (is_bound (self, rule->drivers[i]))
      return rule->drivers[i];
  return NULL;
}

/* Whether it says something, and when. */
static gboolean
is_whole (const KexecHardwareRule *rule, KexecFindings *findings)
{
  gboolean has_condition = rule->drivers != NULL;

  for (guint i = 0; i < KEXEC_N_DMI; i++)
    has_condition |= rule->dmi[i] != NULL;
  if (has_condition && rule->text != NULL)
    return TRUE;
  kexec_findings_add (findings, KEXEC_FINDING_CONFIGURATION_INVALID, rule->from, NULL,
                      "%s: [%s] was ignored; give it %s, or switch it off with Enabled=no",
                      rule->from, rule->name,
                      rule->text == NULL ? "a Text=" : "a Driver=, or what names a machine");
  return FALSE;
}

static void
check_rule (Hardware *self, const KexecHardwareRule *rule, KexecFindings *findings)
{
  g_auto (GVariantDict) args = G_VARIANT_DICT_INIT (NULL);
  g_autofree char *machine = NULL;
  const char *driver = NULL;

  if (!rule->is_enabled || !is_whole (rule, findings) || !is_machine (self, rule))
    return;
  g_variant_dict_insert (&args, "rule", "s", rule->name);
  if (rule->drivers != NULL) {
    driver = find_driver (self, rule);
    if (driver == NULL)
      return;
    g_variant_dict_insert (&args, "driver", "s", driver);
    kexec_findings_add (findings, KEXEC_FINDING_HARDWARE_KNOWN_BAD, driver,
                        g_variant_dict_end (&args), "The driver %s is in use here: %s", driver,
                        rule->text);
    return;
  }
  machine = g_strdup_printf ("%s %s", read_dmi (self, KEXEC_DMI_SYS_VENDOR),
                             read_dmi (self, KEXEC_DMI_PRODUCT_NAME));
  g_strstrip (machine);
  kexec_findings_add (findings, KEXEC_FINDING_HARDWARE_KNOWN_BAD, machine,
                      g_variant_dict_end (&args), "This machine is a %s: %s", machine, rule->text);
}

static void
hardware_clear (Hardware *self)
{
  g_strfreev (self->buses);
  for (guint i = 0; i < KEXEC_N_DMI; i++)
    g_free (self->dmi[i]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Hardware, hardware_clear)

void
kexec_hardware_check (int root_fd, KexecFindings *findings)
{
  g_autoptr (GPtrArray) rules = kexec_hardware_rules_load (root_fd, findings);
  g_auto (Hardware) self = { .root_fd = root_fd, .buses = list_buses (root_fd) };

  for (guint i = 0; i < rules->len; i++)
    check_rule (&self, rules->pdata[i], findings);
}
