/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looks for the devices that a command line names; what could be hidden does not count as missing.
 */
#include "boot/root-device.h"

#include <dirent.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "boot/beneath.h"
#include "boot/device-spec.h"
#include "boot/fd.h"
#include "boot/mount-table.h"
#include "boot/root-words.h"
#include "image/cmdline.h"

#define LINKS_MAX       4096
#define LUKS_PREFIX_MIN 4 /* dracut takes beginnings of UUIDs; shorter ones mean nothing */

typedef struct {
  const KexecRootFacts *facts;
  const char *cmdline;
  KexecFindings *findings;
} Check;

typedef enum {
  UNKNOWN,
  THERE,
  MISSING
} Presence;

/* Whether one of the running system's devices is called so; a LUKS device by the beginning. */
static gboolean
is_device (const Check *self, const char *tag, const char *value, gboolean is_prefix)
{
  gboolean is_readable;
  GPtrArray *all = self->facts->devices != NULL
                     ? kexec_block_devices_list (self->facts->devices, &is_readable)
                     : NULL;

  for (guint i = 0; all != NULL && i < all->len; i++) {
    const KexecBlockDevice *device = all->pdata[i];

    if (is_prefix ? g_ascii_strncasecmp (device->fs_uuid, value, strlen (value)) == 0
                  : kexec_block_device_has_tag (device, tag, value))
      return TRUE;
  }
  return FALSE;
}

/* Whether udev has a link for it. */
static gboolean
is_link (const Check *self, const char *tag, const char *value, gboolean is_prefix)
{
  g_autofree char *name = kexec_block_tag_encode (value);
  const char *path = kexec_block_tag_dir (tag);
  int fd = kexec_beneath_open_in_root (self->facts->root_fd, path, O_RDONLY | O_DIRECTORY, NULL);
  DIR *dir = fd >= 0 ? fdopendir (fd) : NULL;
  struct dirent *entry;
  gboolean is_found = FALSE;
  guint count = 0;

  if (dir == NULL) {
    kexec_fd_clear (&fd);
    return FALSE;
  }
  while (!is_found && count++ < LINKS_MAX && (entry = readdir (dir)) != NULL)
    is_found = is_prefix
                 ? g_ascii_strncasecmp (entry->d_name, value, strlen (value)) == 0
                 : (g_str_has_suffix (tag, "UUID") ? g_ascii_strcasecmp (entry->d_name, name) == 0
                                                   : g_str_equal (entry->d_name, name));
  closedir (dir);
  return is_found;
}

static Presence
find_path (const Check *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  kexec_autofd fd =
    kexec_beneath_open_in_root (self->facts->root_fd, path, O_PATH | O_NOFOLLOW, &error);

  if (fd >= 0)
    return THERE;
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ? MISSING : UNKNOWN;
}

static Presence
find_number (const Check *self, dev_t number)
{
  g_autofree char *path = g_strdup_printf ("/sys/dev/block/%u:%u", major (number), minor (number));

  return find_path (self, "/sys/dev/block") == THERE ? find_path (self, path) : UNKNOWN;
}

static Presence
find (const Check *self, const KexecDeviceSpec *spec)
{
  switch (spec->kind) {
  case KEXEC_DEVICE_SPEC_TAG:
    return is_link (self, spec->tag, spec->value, FALSE) ||
               is_device (self, spec->tag, spec->value, FALSE)
             ? THERE
             : MISSING;
  case KEXEC_DEVICE_SPEC_NUMBER:
    return find_number (self, spec->number);
  case KEXEC_DEVICE_SPEC_DISK:
  case KEXEC_DEVICE_SPEC_VIRTUAL:
  case KEXEC_DEVICE_SPEC_LINK:
    return find_path (self, spec->value);
  default:
    return UNKNOWN;
  }
}

/* Whether there is LUKS, LVM or RAID that nothing is made of yet, or might be. */
static gboolean
has_closed_container (const Check *self)
{
  gboolean is_readable;
  GPtrArray *all;

  if (self->facts->devices == NULL)
    return FALSE;
  all = kexec_block_devices_list (self->facts->devices, &is_readable);
  for (guint i = 0; i < all->len; i++) {
    const KexecBlockDevice *device = all->pdata[i];

    if (!device->is_used &&
        (g_str_equal (device->usage, "crypto") || g_str_equal (device->usage, "raid") ||
         g_str_equal (device->fs_type, "bcache")))
      return TRUE;
  }
  return !is_readable;
}

/* Whether what is not there can be in something that an initrd opens. */
static gboolean
can_be_hidden (const Check *self, const KexecDeviceSpec *spec)
{
  if (kexec_root_words_open (self->cmdline))
    return TRUE;
  switch (spec->kind) {
  case KEXEC_DEVICE_SPEC_VIRTUAL:
    return self->facts->devices == NULL || has_closed_container (self);
  case KEXEC_DEVICE_SPEC_LINK:
    return has_closed_container (self);
  case KEXEC_DEVICE_SPEC_TAG:
    return !g_str_has_prefix (spec->tag, "PART") && has_closed_container (self);
  default: /* partitions and disks are in nothing */
    return FALSE;
  }
}

/* Returns: (transfer full) (nullable): the UUID of the btrfs, or whatever, that the root is. */
static char *
find_uuid (const Check *self, const KexecDeviceSpec *spec)
{
  gboolean is_readable;
  const KexecBlockDevice *device = NULL;
  GPtrArray *all;

  if (self->facts->devices == NULL)
    return NULL;
  if (g_strcmp0 (spec->tag, "UUID") == 0)
    return g_strdup (spec->value);
  if (spec->tag == NULL)
    device = kexec_block_devices_get_path (self->facts->devices, spec->value);
  else {
    all = kexec_block_devices_list (self->facts->devices, &is_readable);
    for (guint i = 0; device == NULL && i < all->len; i++)
      if (kexec_block_device_has_tag (all->pdata[i], spec->tag, spec->value))
        device = all->pdata[i];
  }
  return device != NULL && *device->fs_uuid != '\0' ? g_strdup (device->fs_uuid) : NULL;
}

static void
check_root (Check *self)
{
  g_auto (KexecDeviceSpec) spec = { 0 };
  g_autofree char *real = kexec_cmdline_get (self->cmdline, "real_root"); /* genkernel's */
  g_autofree char *root = real == NULL ? kexec_cmdline_get (self->cmdline, "root") : NULL;
  const char *name = real != NULL ? real : root;
  g_autofree char *uuid = NULL;

  if (name == NULL || kexec_root_words_are_strange (self->cmdline))
    return;
  kexec_device_spec_parse (&spec, name);
  if (find (self, &spec) != MISSING) {
    uuid = find_uuid (self, &spec);
    if (uuid != NULL)
      kexec_root_subvolume_check (self->facts, self->cmdline, uuid, self->findings);
  } else if (can_be_hidden (self, &spec))
    kexec_findings_add (self->findings, KEXEC_FINDING_ROOT_HIDDEN, name, NULL,
                        "The root %s is not there now; check that the initrd can open it (LUKS, "
                        "LVM, RAID, network), or correct root= in the command line",
                        name);
  else
    kexec_findings_add (self->findings, KEXEC_FINDING_ROOT_MISSING, name, NULL,
                        "There is no block device %s, which the command line names as its root; "
                        "correct root= where the entry has it from",
                        name);
}

static void
check_resume (Check *self)
{
  g_auto (KexecDeviceSpec) spec = { 0 };
  g_autofree char *name = kexec_cmdline_get (self->cmdline, "resume");

  if (name == NULL || kexec_cmdline_has (self->cmdline, "noresume"))
    return;
  kexec_device_spec_parse (&spec, name);
  if (find (self, &spec) == MISSING && !can_be_hidden (self, &spec))
    kexec_findings_add (self->findings, KEXEC_FINDING_RESUME_MISSING, name, NULL,
                        "There is no block device %s, which resume= names, and the start may wait "
                        "for it in vain; correct resume= or take it out of the command line",
                        name);
}

static void
add_luks (Check *self, const char *key, const char *name)
{
  kexec_findings_add (
    self->findings, KEXEC_FINDING_LUKS_MISSING, name, NULL,
    "There is no encrypted device %s, which %s= names, and the start may wait for "
    "it in vain; correct %s= or take it out of the command line",
    name, key, key);
}

/* Checks words that name LUKS devices by UUID: "luks-UUID", "UUID=NAME", the beginning of a UUID.
 */
static void
check_luks_uuids (Check *self, const char *key)
{
  g_auto (GStrv) values = kexec_cmdline_get_all (self->cmdline, key);

  for (guint i = 0; values[i] != NULL; i++) {
    const char *uuid =
      g_str_has_prefix (values[i], "luks-") ? values[i] + strlen ("luks-") : values[i];
    g_autofree char *prefix = g_strndup (uuid, strcspn (uuid, "="));

    if (strlen (prefix) < LUKS_PREFIX_MIN || is_link (self, "UUID", prefix, TRUE) ||
        is_device (self, "UUID", prefix, TRUE) || has_closed_container (self))
      continue;
    add_luks (self, key, prefix);
  }
}

/* Checks words that name a device and then, after a ":", more: "UUID=…:root:allow-discards". */
static void
check_crypt_devices (Check *self, const char *key)
{
  g_auto (GStrv) values = kexec_cmdline_get_all (self->cmdline, key);

  for (guint i = 0; values[i] != NULL; i++) {
    g_autofree char *name = g_strndup (values[i], strcspn (values[i], ":"));
    g_auto (KexecDeviceSpec) spec = { 0 };

    kexec_device_spec_parse (&spec, name);
    if (find (self, &spec) == MISSING && spec.kind != KEXEC_DEVICE_SPEC_VIRTUAL &&
        spec.kind != KEXEC_DEVICE_SPEC_LINK && !has_closed_container (self))
      add_luks (self, key, name);
  }
}

static void
check_luks (Check *self)
{
  static const char *const uuids[] = { "rd.luks.uuid", "rd.luks.name", "luks.uuid", "luks.name",
                                       "rd_LUKS_UUID" };
  static const char *const devices[] = { "cryptdevice", "crypt_root" };
  g_autofree char *is_on = kexec_cmdline_get (self->cmdline, "rd.luks");

  for (guint i = 0; !kexec_root_words_mean_no (is_on) && i < G_N_ELEMENTS (uuids); i++)
    check_luks_uuids (self, uuids[i]);
  for (guint i = 0; i < G_N_ELEMENTS (devices); i++)
    check_crypt_devices (self, devices[i]);
}

void
kexec_root_device_check_facts (const KexecRootFacts *facts, const char *cmdline,
                               KexecFindings *findings)
{
  Check self = { .facts = facts, .cmdline = cmdline, .findings = findings };

  if (!facts->has_links)
    return;
  check_root (&self);
  check_resume (&self);
  check_luks (&self);
}

KexecRootFacts *
kexec_root_facts_new (int root_fd, gboolean is_live)
{
  KexecRootFacts *self = g_new0 (KexecRootFacts, 1);

  self->root_fd = root_fd;
  self->has_links = find_path (&(Check){ .facts = self }, "/dev/disk") == THERE;
  if (is_live) {
    self->devices = kexec_block_devices_new (root_fd);
    self->mounts = kexec_mount_table_read (root_fd);
  }
  return self;
}

void
kexec_root_facts_free (KexecRootFacts *self)
{
  g_clear_pointer (&self->devices, kexec_block_devices_free);
  g_clear_pointer (&self->mounts, g_ptr_array_unref);
  g_free (self);
}

void
kexec_root_device_check (int root_fd, gboolean is_live, const char *cmdline,
                         KexecFindings *findings)
{
  g_autoptr (KexecRootFacts) facts = kexec_root_facts_new (root_fd, is_live);

  kexec_root_device_check_facts (facts, cmdline, findings);
}
