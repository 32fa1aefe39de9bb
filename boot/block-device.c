/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One block device: opened by its number, and what libblkid reads there. */
#include "boot/block-device.h"

#include <blkid/blkid.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>

#include "boot/beneath.h"
#include "boot/fd.h"

static const struct {
  const char *tag;
  const char *dir;
  gsize offset; /* of the member of KexecBlockDevice */
} tags[] = {
  { "UUID", "/dev/disk/by-uuid", G_STRUCT_OFFSET (KexecBlockDevice, fs_uuid) },
  { "LABEL", "/dev/disk/by-label", G_STRUCT_OFFSET (KexecBlockDevice, fs_label) },
  { "PARTUUID", "/dev/disk/by-partuuid", G_STRUCT_OFFSET (KexecBlockDevice, part_uuid) },
  { "PARTLABEL", "/dev/disk/by-partlabel", G_STRUCT_OFFSET (KexecBlockDevice, part_label) },
};

/* What libblkid calls the facts. */
static const struct {
  const char *name;
  gsize offset;
} facts[] = {
  { "USAGE", G_STRUCT_OFFSET (KexecBlockDevice, usage) },
  { "TYPE", G_STRUCT_OFFSET (KexecBlockDevice, fs_type) },
  { "UUID", G_STRUCT_OFFSET (KexecBlockDevice, fs_uuid) },
  { "LABEL", G_STRUCT_OFFSET (KexecBlockDevice, fs_label) },
  { "PART_ENTRY_UUID", G_STRUCT_OFFSET (KexecBlockDevice, part_uuid) },
  { "PART_ENTRY_NAME", G_STRUCT_OFFSET (KexecBlockDevice, part_label) },
  { "PART_ENTRY_TYPE", G_STRUCT_OFFSET (KexecBlockDevice, part_type) },
};

KexecBlockDevice *
kexec_block_device_new (dev_t number, const char *path)
{
  KexecBlockDevice *self = g_new0 (KexecBlockDevice, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->number = number;
  self->path = g_strdup (path);
  self->name = g_strdup ("");
  for (guint i = 0; i < G_N_ELEMENTS (facts); i++)
    G_STRUCT_MEMBER (char *, self, facts[i].offset) = g_strdup ("");
  return self;
}

KexecBlockDevice *
kexec_block_device_ref (KexecBlockDevice *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
kexec_block_device_unref (KexecBlockDevice *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (facts); i++)
    g_free (G_STRUCT_MEMBER (char *, self, facts[i].offset));
  g_free (self->name);
  g_free (self->path);
  g_free (self);
}

int
kexec_block_device_open (const KexecBlockDevice *self, int root_fd, GError **error)
{
  kexec_autofd fd = kexec_beneath_open_in_root (root_fd, self->path, O_RDONLY, error);
  struct stat st;

  if (fd < 0)
    return -1;
  if (fstat (fd, &st) == 0 && S_ISBLK (st.st_mode) && st.st_rdev == self->number)
    return kexec_fd_steal (&fd);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
               "%s is not the block device that it was; see what was plugged in or taken out",
               self->path);
  return -1;
}

static void
take_facts (KexecBlockDevice *self, blkid_probe probe)
{
  for (guint i = 0; i < G_N_ELEMENTS (facts); i++) {
    const char *value;

    if (blkid_probe_lookup_value (probe, facts[i].name, &value, NULL) != 0)
      continue;
    g_free (G_STRUCT_MEMBER (char *, self, facts[i].offset));
    G_STRUCT_MEMBER (char *, self, facts[i].offset) = g_utf8_make_valid (value, -1);
  }
}

void
kexec_block_device_probe (KexecBlockDevice *self, int fd)
{
  blkid_probe probe = blkid_new_probe ();

  if (probe == NULL)
    return;
  /* One after the other, so that a partition has a name also if two file systems are in it. Its
     entry is read from the disk that it is on, which libblkid opens. */
  if (blkid_probe_set_device (probe, fd, 0, 0) == 0 &&
      blkid_probe_set_superblocks_flags (probe, BLKID_SUBLKS_DEFAULT | BLKID_SUBLKS_USAGE) == 0 &&
      blkid_probe_set_partitions_flags (probe, BLKID_PARTS_ENTRY_DETAILS) == 0) {
    blkid_probe_enable_superblocks (probe, 1);
    blkid_probe_enable_partitions (probe, 0);
    if (blkid_do_safeprobe (probe) == 0)
      take_facts (self, probe);
    blkid_probe_enable_superblocks (probe, 0);
    blkid_probe_enable_partitions (probe, 1);
    if (blkid_do_safeprobe (probe) == 0)
      take_facts (self, probe);
  }
  blkid_free_probe (probe);
}

gboolean
kexec_block_device_has_tag (const KexecBlockDevice *self, const char *tag, const char *value)
{
  for (guint i = 0; i < G_N_ELEMENTS (tags); i++) {
    const char *own = G_STRUCT_MEMBER (char *, self, tags[i].offset);

    if (strcmp (tag, tags[i].tag) != 0 || *own == '\0')
      continue;
    return g_str_has_suffix (tag, "UUID") ? g_ascii_strcasecmp (own, value) == 0
                                          : strcmp (own, value) == 0;
  }
  return FALSE;
}

/* Returns: (transfer full): a name of one of udev's links without its escapes, "\x20". */
static char *
decode (const char *name)
{
  GString *text = g_string_new (NULL);

  for (const char *p = name; *p != '\0'; p++)
    if (p[0] == '\\' && p[1] == 'x' && g_ascii_isxdigit (p[2]) && g_ascii_isxdigit (p[3]) &&
        !(p[2] == '0' && p[3] == '0')) {
      g_string_append_c (text,
                         (char) (g_ascii_xdigit_value (p[2]) << 4 | g_ascii_xdigit_value (p[3])));
      p += 3;
    } else
      g_string_append_c (text, *p);
  return g_string_free (text, FALSE);
}

/* Returns: (transfer full): @value without the quotes that may stand round it. */
static char *
unquote (const char *value)
{
  gsize length = strlen (value);

  if (length >= 2 && (*value == '"' || *value == '\'') && value[length - 1] == *value)
    return g_strndup (value + 1, length - 2);
  return g_strdup (value);
}

const char *
kexec_block_tag_parse (const char *spec, char **value)
{
  for (guint i = 0; i < G_N_ELEMENTS (tags); i++) {
    gsize tag = strlen (tags[i].tag);
    gsize dir = strlen (tags[i].dir);

    if (g_str_has_prefix (spec, tags[i].tag) && spec[tag] == '=') {
      *value = unquote (spec + tag + 1);
      return tags[i].tag;
    }
    if (g_str_has_prefix (spec, tags[i].dir) && spec[dir] == '/') {
      *value = decode (spec + dir + 1);
      return tags[i].tag;
    }
  }
  return NULL;
}

const char *
kexec_block_tag_dir (const char *tag)
{
  for (guint i = 0; i < G_N_ELEMENTS (tags); i++)
    if (strcmp (tag, tags[i].tag) == 0)
      return tags[i].dir;
  g_return_val_if_reached (NULL);
}

char *
kexec_block_tag_encode (const char *value)
{
  gsize size = 4 * strlen (value) + 1;
  char *name = g_malloc0 (size);

  if (blkid_encode_string (value, name, size) != 0)
    *name = '\0';
  return name;
}
