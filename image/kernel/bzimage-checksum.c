/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The checksum at the end of a bzImage: its CRC-32 up to there is 0
 * (Documentation/arch/x86/boot.rst, "The image checksum"). Linux 6.15 dropped it. Signing changes
 * two fields of the PE header later, which were zeros when the checksum was made.
 */
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "image/kernel/bzimage.h"

#define PIECE (64 * 1024)

#define DROPPED_MAJOR 6
#define DROPPED_MINOR 15

/* Bytes that were zeros. */
typedef struct {
  guint64 offset;
  guint64 size;
} Field;

gboolean
kexec_bzimage_has_checksum (const char *release)
{
  guint major;
  guint minor;

  if (release == NULL || sscanf (release, "%3u.%3u", &major, &minor) != 2)
    return FALSE;
  return major < DROPPED_MAJOR || (major == DROPPED_MAJOR && minor < DROPPED_MINOR);
}

/* Zeros the part of @field that lies in these bytes. */
static void
clear_field (guint8 *buffer, guint64 offset, gsize size, const Field *field)
{
  guint64 start = MAX (offset, field->offset);
  guint64 end = MIN (offset + size, field->offset + field->size);

  if (start < end)
    memset (buffer + (start - offset), 0, end - start);
}

gboolean
kexec_bzimage_verify_checksum (const KexecInput *input, guint64 size, const KexecWatch *watch)
{
  g_autoptr (KexecPe) pe = kexec_pe_read (input, NULL);
  g_autofree guint8 *buffer = g_malloc (PIECE);
  Field fields[2] = { 0 };
  uLong crc = crc32 (0, NULL, 0);

  if (pe != NULL && pe->checksum_offset != 0)
    fields[0] = (Field){ .offset = pe->checksum_offset, .size = 4 };
  if (pe != NULL && pe->directory_offset != 0)
    fields[1] = (Field){ .offset = pe->directory_offset, .size = 8 };
  for (guint64 offset = 0; offset < size && kexec_watch_proceed (watch, 0); offset += PIECE) {
    gsize n = (gsize) MIN (PIECE, size - offset);

    if (kexec_input_read (input, offset, buffer, n) != n)
      return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
      clear_field (buffer, offset, n, &fields[i]);
    crc = crc32 (crc, buffer, (uInt) n);
  }
  /* zlib inverts the remainder at the end, the kernel does not. */
  return crc == 0xffffffff;
}
