/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/initrd/bootconfig.h"

#include <string.h>

#include "image/bytes.h"

#define MAGIC       "#BOOTCONFIG\n"
#define MAGIC_SIZE  (sizeof MAGIC - 1)
#define HEADER_SIZE 8 /* the size and the checksum, in little endian */
#define PADDING_MAX 3 /* boot loaders fill up to a multiple of 4 */

/* Returns: whether the @size bytes before @end sum up to @checksum. */
static gboolean
has_checksum (const KexecInput *input, guint64 end, guint32 size, guint32 checksum)
{
  g_autoptr (GBytes) bytes = kexec_input_load (input, end - size, size);
  const guint8 *data = bytes != NULL ? g_bytes_get_data (bytes, NULL) : NULL;
  guint32 sum = 0;

  if (bytes == NULL)
    return FALSE;
  for (guint32 i = 0; i < size; i++)
    sum += data[i];
  return sum == checksum;
}

/* @end: of the magic */
static guint64
find_begin (const KexecInput *input, guint64 end)
{
  guint64 header = end - MAGIC_SIZE - HEADER_SIZE;
  guint8 data[HEADER_SIZE];
  guint32 size;

  if (end < MAGIC_SIZE + HEADER_SIZE ||
      kexec_input_read (input, header, data, sizeof data) < sizeof data)
    return input->size;
  size = kexec_le32 (data);
  if (size > KEXEC_BOOTCONFIG_MAX || size > header ||
      !has_checksum (input, header, size, kexec_le32 (data + 4)))
    return input->size;
  return header - size;
}

guint64
kexec_bootconfig_find (const KexecInput *input)
{
  guint8 tail[MAGIC_SIZE + PADDING_MAX];

  if (input->size < sizeof tail ||
      kexec_input_read (input, input->size - sizeof tail, tail, sizeof tail) < sizeof tail)
    return input->size;
  for (guint padding = 0; padding <= PADDING_MAX; padding++)
    if (memcmp (tail + PADDING_MAX - padding, MAGIC, MAGIC_SIZE) == 0)
      return find_begin (input, input->size - padding);
  return input->size;
}
