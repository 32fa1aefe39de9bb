/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/make-initrd.h"

#include <string.h>
#include <sys/stat.h>

void
make_cpio_fill (GByteArray *archive, guint multiple)
{
  static const guint8 zero;

  while (archive->len % multiple != 0)
    g_byte_array_append (archive, &zero, 1);
}

static guint32
sum (const char *body, guint32 size)
{
  guint32 result = 0;

  for (guint32 i = 0; i < size; i++)
    result += (guint8) body[i];
  return result;
}

void
make_cpio_member (GByteArray *archive, const MadeMember *member)
{
  const char *magic = member->magic != NULL ? member->magic : "070701";
  const char *body = member->body != NULL ? member->body : "";
  guint32 written = member->body_size > 0 ? member->body_size : (guint32) strlen (body);
  guint32 name_size = (guint32) strlen (member->name) + 1;
  g_autofree char *header = g_strdup_printf (
    "%s%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X", magic,
    member->inode > 0 ? member->inode : archive->len,
    member->mode != 0 ? member->mode : S_IFREG | 0755, 0, 0, member->links > 0 ? member->links : 1,
    1700000000, member->size > 0 ? member->size : written, 8, 1, 0, 0,
    member->name_size > 0 ? member->name_size : name_size,
    member->checksum > 0            ? member->checksum
    : g_str_equal (magic, "070702") ? sum (body, written)
                                    : 0);

  g_byte_array_append (archive, (const guint8 *) header, (guint) strlen (header));
  g_byte_array_append (archive, (const guint8 *) member->name, name_size);
  make_cpio_fill (archive, 4);
  g_byte_array_append (archive, (const guint8 *) body, written);
  make_cpio_fill (archive, 4);
}

void
make_cpio_add (GByteArray *archive, const char *name, const char *body)
{
  const MadeMember member = {
    .name = name,
    .mode = body != NULL ? S_IFREG | 0755 : S_IFDIR | 0755,
    .body = body,
  };

  make_cpio_member (archive, &member);
}

void
make_cpio_link (GByteArray *archive, const char *name, const char *target)
{
  const MadeMember member = { .name = name, .mode = S_IFLNK | 0777, .body = target };

  make_cpio_member (archive, &member);
}

void
make_cpio_trailer (GByteArray *archive)
{
  const MadeMember member = { .name = "TRAILER!!!" };

  make_cpio_member (archive, &member);
}

void
make_bootconfig (GByteArray *file, const char *config, guint padding)
{
  static const guint8 zeros[4];
  guint32 size = (guint32) strlen (config);
  guint32 header[2] = { GUINT32_TO_LE (size), GUINT32_TO_LE (sum (config, size)) };

  g_byte_array_append (file, (const guint8 *) config, size);
  g_byte_array_append (file, (const guint8 *) header, sizeof header);
  g_byte_array_append (file, (const guint8 *) "#BOOTCONFIG\n", 12);
  g_byte_array_append (file, zeros, padding);
}

GByteArray *
make_initrd (const char *release, gboolean has_init)
{
  GByteArray *archive = g_byte_array_new ();

  make_cpio_add (archive, ".", NULL);
  make_cpio_add (archive, "usr", NULL);
  make_cpio_add (archive, "usr/bin", NULL);
  make_cpio_link (archive, "bin", "usr/bin");
  make_cpio_add (archive, "usr/bin/sh", "#!a shell");
  if (has_init)
    make_cpio_add (archive, "init", "#!/bin/sh\n");
  if (release != NULL) {
    g_autofree char *directory = g_strdup_printf ("usr/lib/modules/%s", release);
    g_autofree char *module = g_strdup_printf ("%s/kernel/virtio.ko", directory);

    make_cpio_add (archive, directory, NULL);
    make_cpio_add (archive, module, "a module");
  }
  make_cpio_trailer (archive);
  make_cpio_fill (archive, 512);
  return archive;
}

GByteArray *
make_microcode (void)
{
  GByteArray *archive = g_byte_array_new ();

  make_cpio_add (archive, "kernel", NULL);
  make_cpio_add (archive, "kernel/x86", NULL);
  make_cpio_add (archive, "kernel/x86/microcode", NULL);
  make_cpio_add (archive, "kernel/x86/microcode/GenuineIntel.bin", "microcode");
  make_cpio_trailer (archive);
  make_cpio_fill (archive, 512);
  return archive;
}
