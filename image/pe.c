/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the certificate table of a PE file. Every offset comes from the file and is checked. */
#include "image/pe.h"

#include "image/bytes.h"

#define PE_OFFSET          0x3c /* in the DOS header: where the PE header is */
#define COFF_SIZE          24   /* "PE\0\0" and the COFF header, before the optional header */
#define OPTIONAL_MAGIC     0x10b
#define OPTIONAL_MAGIC_64  0x20b
#define DIRECTORIES        92 /* in the optional header: how many directories; the first follows */
#define DIRECTORIES_64     108
#define CERTIFICATE_TABLE  4 /* its index in the directories, of 8 bytes each */
#define CERTIFICATE_HEADER 8 /* length, revision, type */
#define PKCS_SIGNED_DATA   2

/* Returns: the offset of the certificate table's directory entry, 0 if the file has none. */
static guint64
find_directory (const guint8 *data, gsize size)
{
  guint64 optional;
  guint64 count;
  guint16 magic;

  if (size < PE_OFFSET + 4 || memcmp (data, "MZ", 2) != 0)
    return 0;
  optional = (guint64) kexec_le32 (data + PE_OFFSET) + COFF_SIZE;
  if (optional + 2 > size || memcmp (data + optional - COFF_SIZE, "PE\0\0", 4) != 0)
    return 0;
  magic = kexec_le16 (data + optional);
  if (magic != OPTIONAL_MAGIC && magic != OPTIONAL_MAGIC_64)
    return 0;
  count = optional + (magic == OPTIONAL_MAGIC_64 ? DIRECTORIES_64 : DIRECTORIES);
  if (count + 4 + (CERTIFICATE_TABLE + 1) * 8 > size ||
      kexec_le32 (data + count) <= CERTIFICATE_TABLE)
    return 0;
  return count + 4 + CERTIFICATE_TABLE * 8;
}

KexecPeSignature
kexec_pe_signature (const KexecInput *input, guint64 *end)
{
  g_autoptr (GBytes) bytes = kexec_input_load (input, 0, input->size);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  guint64 directory = find_directory (data, size);
  guint64 offset;
  guint64 length;

  *end = 0;
  if (directory == 0)
    return KEXEC_PE_UNSIGNED;
  /* Of all directories this one alone holds an offset in the file, not an address. */
  offset = kexec_le32 (data + directory);
  length = kexec_le32 (data + directory + 4);
  if (offset == 0 || length == 0)
    return KEXEC_PE_UNSIGNED;
  *end = offset + length;
  if (*end > size)
    return KEXEC_PE_CUT_OFF;
  if (length <= CERTIFICATE_HEADER || kexec_le32 (data + offset) > length ||
      kexec_le16 (data + offset + 6) != PKCS_SIGNED_DATA)
    return KEXEC_PE_UNSIGNED;
  return KEXEC_PE_SIGNED;
}

void
kexec_pe_free (KexecPe *self)
{
  g_array_unref (self->sections);
  g_free (self);
}

KexecPe *
kexec_pe_read (const KexecInput *input, const char **problem)
{
  *problem = NULL;
  return NULL;
}

const char *
kexec_pe_architecture (const KexecPe *self)
{
  return NULL;
}
