/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the headers of PE files. Every offset comes from the file and is checked. */
#include "image/uki/pe.h"

#include <string.h>

#include "image/bytes.h"

#define DOS_SIZE   0x40
#define PE_POINTER 0x3c /* in the DOS header: where "PE\0\0" is */

/* Offsets from "PE\0\0". The COFF header follows it, then the optional header. */
#define MACHINE         4
#define SECTION_COUNT   6
#define OPTIONAL_SIZE   20
#define OPTIONAL_HEADER 24

/* Offsets in the optional header. PE32 and PE32+ differ from the stack's size on, at 72. */
#define SIZE_OF_HEADERS 60
#define CHECKSUM        64
#define SUBSYSTEM       68
#define DIRECTORIES     92 /* how many there are; the first follows */
#define DIRECTORIES_64  108

#define MAGIC              0x10b
#define MAGIC_64           0x20b
#define DIRECTORY_SIZE     8
#define CERTIFICATE_TABLE  4 /* its index among the directories */
#define CERTIFICATE_HEADER 8 /* length, revision, type */
#define PKCS_SIGNED_DATA   2
#define SECTION_SIZE       40

/* Where the headers are, in bytes from the beginning of the file. */
typedef struct {
  guint64 pe;
  guint64 optional;
  guint64 directories;   /* the first of them */
  guint32 n_directories; /* as the file says: they need not be in it */
  guint8 header[OPTIONAL_HEADER];
  guint8 optional_header[DIRECTORIES_64 + 4];
} Headers;

static const struct {
  guint16 machine;
  const char *architecture;
} machines[] = {
  { 0x014c, "i686" },    { 0x01c0, "arm" },         { 0x01c2, "arm" },    { 0x01c4, "arm" },
  { 0x5064, "riscv64" }, { 0x6264, "loongarch64" }, { 0x8664, "x86_64" }, { 0xaa64, "aarch64" },
};

/* Returns: %FALSE with @problem, or with none if it is not a PE file. */
static gboolean
read_headers (const KexecInput *input, Headers *self, const char **problem)
{
  guint8 dos[DOS_SIZE];
  gsize size;
  guint16 magic;
  guint count;

  if (kexec_input_read (input, 0, dos, sizeof dos) < sizeof dos || memcmp (dos, "MZ", 2) != 0)
    return FALSE;
  self->pe = kexec_le32 (dos + PE_POINTER);
  self->optional = self->pe + OPTIONAL_HEADER;
  size = kexec_input_read (input, self->pe, self->header, sizeof self->header);
  if (size < 4 || memcmp (self->header, "PE\0\0", 4) != 0)
    return FALSE;
  size +=
    kexec_input_read (input, self->optional, self->optional_header, sizeof self->optional_header);
  if (size < OPTIONAL_HEADER + DIRECTORIES + 4) {
    *problem = "its headers are cut off";
    return FALSE;
  }
  magic = kexec_le16 (self->optional_header);
  count = magic == MAGIC_64 ? DIRECTORIES_64 : DIRECTORIES;
  if ((magic != MAGIC && magic != MAGIC_64) || size < OPTIONAL_HEADER + count + 4) {
    *problem = "its optional header is of no known kind";
    return FALSE;
  }
  self->n_directories = kexec_le32 (self->optional_header + count);
  self->directories = self->optional + count + 4;
  return TRUE;
}

/*
 * As for Linux's loader (verify_pefile.c), the number of directories alone says whether there is an
 * entry; the optional header's own size does not matter. Returns: where the entry is; 0: nowhere.
 */
static guint64
find_certificates (const KexecInput *input, const Headers *headers, guint64 *offset, guint64 *size)
{
  guint64 directory = headers->directories + CERTIFICATE_TABLE * DIRECTORY_SIZE;
  guint8 entry[DIRECTORY_SIZE];

  *offset = 0;
  *size = 0;
  if (headers->n_directories <= CERTIFICATE_TABLE ||
      kexec_input_read (input, directory, entry, sizeof entry) < sizeof entry)
    return 0;
  /* Of all directories this one alone holds an offset in the file, not an address. */
  if (kexec_le32 (entry) != 0 && kexec_le32 (entry + 4) != 0) {
    *offset = kexec_le32 (entry);
    *size = kexec_le32 (entry + 4);
  }
  return directory;
}

KexecPeSignature
kexec_pe_signature (const KexecInput *input, guint64 *end)
{
  Headers headers;
  const char *problem;
  guint64 offset;
  guint64 size;
  guint8 certificate[CERTIFICATE_HEADER];

  *end = 0;
  if (!read_headers (input, &headers, &problem))
    return KEXEC_PE_UNSIGNED;
  find_certificates (input, &headers, &offset, &size);
  if (size == 0)
    return KEXEC_PE_UNSIGNED;
  *end = offset + size;
  if (*end > input->size)
    return KEXEC_PE_CUT_OFF;
  if (size <= sizeof certificate ||
      kexec_input_read (input, offset, certificate, sizeof certificate) < sizeof certificate ||
      kexec_le32 (certificate) > size || kexec_le16 (certificate + 6) != PKCS_SIGNED_DATA)
    return KEXEC_PE_UNSIGNED;
  return KEXEC_PE_SIGNED;
}

void
kexec_pe_free (KexecPe *self)
{
  g_array_unref (self->sections);
  g_free (self);
}

/* A name is printable and padded with NULs alone; a loader may stop at the first of them or not. */
static void
copy_name (char name[9], const guint8 *bytes)
{
  guint length = 8;

  while (length > 0 && bytes[length - 1] == '\0')
    length--;
  for (guint i = 0; i < length; i++)
    name[i] = g_ascii_isgraph ((char) bytes[i]) ? (char) bytes[i] : '?';
  name[length] = '\0';
}

static KexecPeSection
parse_section (const guint8 *bytes)
{
  KexecPeSection section = {
    .virtual_size = kexec_le32 (bytes + 8),
    .virtual_address = kexec_le32 (bytes + 12),
    .raw_size = kexec_le32 (bytes + 16),
    .offset = kexec_le32 (bytes + 20),
  };

  copy_name (section.name, bytes);
  section.size = MIN (section.virtual_size, section.raw_size);
  return section;
}

/* Returns: what is wrong with the table; %NULL if nothing is. */
static const char *
read_sections (KexecPe *self, const KexecInput *input, const Headers *headers)
{
  guint64 table = headers->optional + kexec_le16 (headers->header + OPTIONAL_SIZE);
  guint count = kexec_le16 (headers->header + SECTION_COUNT);
  g_autoptr (GBytes) bytes = NULL;
  const guint8 *data;

  self->table_end = table + count * SECTION_SIZE;
  if (count == 0)
    return NULL;
  if (count > KEXEC_PE_SECTIONS_MAX)
    return "it has more sections than any such file needs";
  /* The firmware finds the table by the one, Linux by the other. */
  if (table != headers->directories + (guint64) headers->n_directories * DIRECTORY_SIZE)
    return "its optional header does not end where its section table begins";
  bytes = kexec_input_load (input, table, count * SECTION_SIZE);
  if (bytes == NULL)
    return "its section table is cut off";
  data = g_bytes_get_data (bytes, NULL);
  for (guint i = 0; i < count; i++) {
    KexecPeSection section = parse_section (data + i * SECTION_SIZE);

    g_array_append_val (self->sections, section);
  }
  return NULL;
}

KexecPe *
kexec_pe_read (const KexecInput *input, const char **problem)
{
  g_autoptr (KexecPe) self = NULL;
  const char *ignored;
  Headers headers;

  if (problem == NULL)
    problem = &ignored;
  *problem = NULL;
  if (!read_headers (input, &headers, problem))
    return NULL;
  self = g_new0 (KexecPe, 1);
  self->sections = g_array_new (FALSE, TRUE, sizeof (KexecPeSection));
  self->machine = kexec_le16 (headers.header + MACHINE);
  self->subsystem = kexec_le16 (headers.optional_header + SUBSYSTEM);
  self->headers_size = kexec_le32 (headers.optional_header + SIZE_OF_HEADERS);
  self->checksum_offset = headers.optional + CHECKSUM;
  self->directory_offset =
    find_certificates (input, &headers, &self->certificate_offset, &self->certificate_size);
  *problem = read_sections (self, input, &headers);
  return *problem == NULL ? g_steal_pointer (&self) : NULL;
}

const char *
kexec_pe_architecture (const KexecPe *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (machines); i++)
    if (machines[i].machine == self->machine)
      return machines[i].architecture;
  return NULL;
}
