/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads ELF headers. Every number comes from the file and is checked before it is used. */
#include "image/kernel/elf.h"

#include <string.h>

#define IDENT_CLASS         4
#define IDENT_DATA          5
#define CLASS_32            1
#define CLASS_64            2
#define DATA_LITTLE         1
#define DATA_BIG            2
#define TYPE                16
#define MACHINE             18
#define SEGMENT_LOAD        1
#define SEGMENT_DYNAMIC     2
#define SEGMENT_INTERPRETER 3

/* Offsets that differ between the classes. */
typedef struct {
  guint header_size;
  guint phoff;
  guint phentsize;
  guint phnum;
  guint segment_size; /* of a program header */
  guint p_offset;
  guint p_paddr;
  guint p_filesz;
  guint p_memsz;
} Layout;

static const Layout layouts[] = {
  [CLASS_32] = { 52, 0x1c, 0x2a, 0x2c, 32, 4, 12, 16, 20 },
  [CLASS_64] = { 64, 0x20, 0x36, 0x38, 56, 8, 24, 32, 40 },
};

/* What a machine is called, by class and byte order; NULL: there is no such Linux. */
static const struct {
  guint16 machine;
  const char *little_32;
  const char *big_32;
  const char *little_64;
  const char *big_64;
} machines[] = {
  { 2, NULL, "sparc", NULL, NULL },
  { 3, "i686", NULL, NULL, NULL },
  { 4, NULL, "m68k", NULL, NULL },
  { 8, "mips", "mips", "mips64", "mips64" },
  { 15, NULL, "parisc", NULL, "parisc64" },
  { 20, "ppc", "ppc", NULL, NULL },
  { 21, NULL, NULL, "ppc64le", "ppc64" },
  { 22, NULL, "s390", NULL, "s390x" },
  { 40, "arm", "armeb", NULL, NULL },
  { 42, "sh", "sheb", NULL, NULL },
  { 43, NULL, NULL, NULL, "sparc64" },
  { 50, NULL, NULL, "ia64", NULL },
  { 62, NULL, NULL, "x86_64", NULL },
  { 92, NULL, "openrisc", NULL, NULL },
  { 94, "xtensa", "xtensa", NULL, NULL },
  { 183, NULL, NULL, "aarch64", "aarch64_be" },
  { 189, "microblaze", "microblaze", NULL, NULL },
  { 195, "arc", "arceb", NULL, NULL },
  { 243, "riscv32", NULL, "riscv64", NULL },
  { 252, "csky", NULL, NULL, NULL },
  { 258, "loongarch32", NULL, "loongarch64", NULL },
  { 0x9026, NULL, NULL, "alpha", NULL },
};

/* A number of @size bytes in the file's own byte order. */
static guint64
number (const KexecElf *elf, const guint8 *data, guint size)
{
  guint64 value = 0;

  for (guint i = 0; i < size; i++)
    value |= (guint64) data[elf->is_big_endian ? size - 1 - i : i] << (8 * i);
  return value;
}

static const char *
find_architecture (const KexecElf *elf)
{
  for (guint i = 0; i < G_N_ELEMENTS (machines); i++) {
    if (machines[i].machine != elf->machine)
      continue;
    if (elf->is_64)
      return elf->is_big_endian ? machines[i].big_64 : machines[i].little_64;
    return elf->is_big_endian ? machines[i].big_32 : machines[i].little_32;
  }
  return NULL;
}

/* Where the segments lie in memory: the lowest address so far, and the end of the highest. */
typedef struct {
  guint64 low;
  guint64 high;
} Span;

/* Returns: what is wrong with it; NULL: nothing. */
static const char *
read_segment (KexecElf *elf, const Layout *layout, const guint8 *header, Span *span)
{
  const guint word = elf->is_64 ? 8 : 4;
  guint64 type = number (elf, header, 4);
  guint64 offset = number (elf, header + layout->p_offset, word);
  guint64 file_size = number (elf, header + layout->p_filesz, word);
  guint64 address = number (elf, header + layout->p_paddr, word);
  guint64 size = number (elf, header + layout->p_memsz, word);

  if (type == SEGMENT_INTERPRETER)
    elf->has_interpreter = TRUE;
  if (type == SEGMENT_DYNAMIC)
    elf->has_dynamic = TRUE;
  if (type != SEGMENT_LOAD)
    return NULL;
  if (offset + file_size < offset || address + size < address)
    return "a program header reaches beyond all addresses";
  if (file_size > size)
    return "a program header has more bytes than room for them";
  elf->n_segments++;
  if (file_size > 0) {
    elf->start = MIN (elf->start, offset);
    elf->end = MAX (elf->end, offset + file_size);
  }
  span->low = MIN (span->low, address);
  span->high = MAX (span->high, address + size);
  return NULL;
}

static const char *
read_segments (const KexecInput *input, KexecElf *elf, const Layout *layout, const guint8 *header)
{
  guint64 offset = number (elf, header + layout->phoff, elf->is_64 ? 8 : 4);
  guint64 count = number (elf, header + layout->phnum, 2);
  Span span = { .low = G_MAXUINT64 };
  g_autoptr (GBytes) table = NULL;

  if (count == 0)
    return NULL;
  if (number (elf, header + layout->phentsize, 2) != layout->segment_size)
    return "its program headers are of a wrong size";
  if (count > KEXEC_ELF_SEGMENTS_MAX)
    return "it has too many program headers";
  table = kexec_input_load (input, offset, count * layout->segment_size);
  if (table == NULL)
    return "its program headers are cut off";
  elf->start = G_MAXUINT64;
  for (guint i = 0; i < count; i++) {
    const guint8 *segment = (const guint8 *) g_bytes_get_data (table, NULL);
    const char *problem =
      read_segment (elf, layout, segment + (gsize) i * layout->segment_size, &span);

    if (problem != NULL)
      return problem;
  }
  elf->start = MIN (elf->start, elf->end);
  if (elf->n_segments > 0)
    elf->memory_size = span.high - span.low;
  return NULL;
}

gboolean
kexec_elf_read (const KexecInput *input, KexecElf *ret, const char **problem)
{
  guint8 header[64] = { 0 };
  gsize size = kexec_input_read (input, 0, header, sizeof header);
  guint8 class = header[IDENT_CLASS];

  *problem = NULL;
  *ret = (KexecElf){ 0 };
  if (size < 4 || memcmp (header, "\177ELF", 4) != 0)
    return FALSE;
  *problem = "its ELF header makes no sense";
  if (class != CLASS_32 && class != CLASS_64)
    return FALSE;
  if (header[IDENT_DATA] != DATA_LITTLE && header[IDENT_DATA] != DATA_BIG)
    return FALSE;
  ret->is_64 = class == CLASS_64;
  ret->is_big_endian = header[IDENT_DATA] == DATA_BIG;
  ret->type = (guint16) number (ret, header + TYPE, 2);
  ret->machine = (guint16) number (ret, header + MACHINE, 2);
  ret->architecture = find_architecture (ret);
  *problem = "its ELF header is cut off";
  if (size < layouts[class].header_size)
    return FALSE;
  *problem = read_segments (input, ret, &layouts[class], header);
  return *problem == NULL;
}
