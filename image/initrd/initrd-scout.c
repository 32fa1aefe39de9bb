/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/initrd/initrd-scout.h"

#include <string.h>

#include "image/bytes.h"

#define PIECE (64 * 1024)

/* How often the watch is asked, in bytes. */
#define REPORT (1024 * 1024)

/* Small blocks are read together; of large ones not much is read. */
#define BLOCKS_PIECE (4 * 1024)

/* Tools make blocks of 64 KiB and more, which can become a few bytes. */
#define BLOCKS_MAX(size) ((size) / 1024 + 4096)

/* RFC 8878, section 3.1.1.1, "Frame_Header" */
#define ZSTD_MAGIC_SIZE     4
#define ZSTD_HEADER_MAX     18
#define ZSTD_SINGLE_SEGMENT 0x20
#define ZSTD_RESERVED       0x08
#define ZSTD_CHECKSUM       0x04
#define ZSTD_BLOCK_HEADER   3

/* The legacy format; a block unpacks to so much at most. */
#define LZ4_MAGIC_SIZE 4
#define LZ4_BLOCK_SIZE 4
#define LZ4_MAGIC      0x184c2102
#define LZ4_BLOCK_MAX  (8 * 1024 * 1024)
#define LZ4_PACKED_MAX (LZ4_BLOCK_MAX + LZ4_BLOCK_MAX / 255 + 16)

#define XZ_STREAM_HEADER_SIZE 12
#define XZ_FILTER_LZMA2       0x21

typedef struct {
  guint64 size;   /* of the header, in bytes; 0: it is none */
  guint64 window; /* in bytes */
  gboolean has_checksum;
} ZstdHeader;

/* Headers of blocks, from one to the next. */
typedef struct {
  const KexecInput *input;
  const KexecWatch *watch;
  guint64 left;  /* blocks that it may still have */
  guint64 asked; /* so far the watch had no objection */
  guint64 begin; /* of what was read */
  gsize size;
  guint8 data[BLOCKS_PIECE];
} Blocks;

gboolean
kexec_initrd_scout_skip_zeros (const KexecInput *input, const KexecWatch *watch, guint64 *offset)
{
  guint8 buffer[PIECE];
  guint64 asked = *offset;
  gsize size;

  while ((size = kexec_input_read (input, *offset, buffer, sizeof buffer)) > 0) {
    gsize n = 0;

    while (n < size && buffer[n] == 0)
      n++;
    *offset += n;
    if (n < size)
      return TRUE;
    if (*offset - asked < REPORT)
      continue;
    if (!kexec_watch_proceed (watch, 0))
      return FALSE;
    asked = *offset;
  }
  return TRUE;
}

static Blocks
blocks_of (const KexecInput *input, const KexecWatch *watch)
{
  return (Blocks){ .input = input, .watch = watch, .left = BLOCKS_MAX (input->size) };
}

/* @size: of the header. Returns: (nullable) (transfer none): the header at @at; %NULL: there is
   none, or this has to end. */
static const guint8 *
next_block (Blocks *self, guint64 at, gsize size)
{
  if (self->left-- == 0)
    return NULL;
  if (at - self->asked >= REPORT) {
    if (!kexec_watch_proceed (self->watch, 0))
      return NULL;
    self->asked = at;
  }
  if (at + size > self->begin + self->size) {
    self->begin = at;
    self->size = kexec_input_read (self->input, at, self->data, sizeof self->data);
  }
  return self->size - (at - self->begin) >= size ? self->data + (at - self->begin) : NULL;
}

KexecMagic
kexec_initrd_scout_identify (const KexecInput *input, guint64 offset)
{
  guint8 head[6]; /* the longest signature of an archive */
  gsize size = kexec_input_read (input, offset, head, sizeof head);
  KexecMagic magic = kexec_magic_identify (head, size);

  if (size >= 4 && memcmp (head, "0707", 4) == 0)
    return KEXEC_MAGIC_CPIO;
  /* The frame format, too, is worth unpacking, though kernels do not. */
  return kexec_magic_is_archive (magic) || magic == KEXEC_MAGIC_LZ4_FRAME ? magic
                                                                          : KEXEC_MAGIC_UNKNOWN;
}

static guint64
read_number (const guint8 *data, guint size)
{
  guint64 value = 0;

  for (guint i = size; i-- > 0;)
    value = value << 8 | data[i];
  return value;
}

static guint64
zstd_window (guint8 descriptor)
{
  guint64 base = (guint64) 1 << (10 + (descriptor >> 3));

  return base + base / 8 * (descriptor & 7);
}

static ZstdHeader
zstd_header (const KexecInput *input)
{
  static const guint8 id_sizes[] = { 0, 1, 2, 4 };
  static const guint8 content_sizes[] = { 0, 2, 4, 8 };
  guint8 data[ZSTD_HEADER_MAX] = { 0 };
  gsize size = kexec_input_read (input, 0, data, sizeof data);
  guint8 flags = data[ZSTD_MAGIC_SIZE];
  gboolean is_single = (flags & ZSTD_SINGLE_SEGMENT) != 0;
  guint content = content_sizes[flags >> 6];
  guint at = ZSTD_MAGIC_SIZE + 1;
  ZstdHeader header = { .has_checksum = (flags & ZSTD_CHECKSUM) != 0 };

  if (is_single && content == 0)
    content = 1;
  if (!is_single)
    header.window = zstd_window (data[at++]);
  at += id_sizes[flags & 3];
  if (is_single)
    header.window = read_number (data + at, content);
  header.size = at + content;
  if (size < header.size || (flags & ZSTD_RESERVED) != 0)
    header.size = 0;
  return header;
}

/* From block to block (RFC 8878, section 3.1.1.2), without what is in them. */
static guint64
zstd_size (const KexecInput *input, const KexecWatch *watch)
{
  ZstdHeader header = zstd_header (input);
  guint64 at = header.size;
  Blocks blocks = blocks_of (input, watch);
  const guint8 *block;

  if (header.size == 0)
    return 0;
  while ((block = next_block (&blocks, at, ZSTD_BLOCK_HEADER)) != NULL) {
    guint32 number = (guint32) read_number (block, ZSTD_BLOCK_HEADER);
    guint type = (number >> 1) & 3;

    if (type == 3)
      return 0;
    at += ZSTD_BLOCK_HEADER + (type == 1 ? 1 : number >> 3);
    if ((number & 1) == 0)
      continue;
    at += header.has_checksum ? 4 : 0;
    return at <= input->size ? at : 0;
  }
  return 0;
}

/* From block to block ("Legacy frame" in the LZ4 Frame Format Description), to a size of zero or
   the end. */
static guint64
lz4_size (const KexecInput *input, const KexecWatch *watch)
{
  guint64 at = LZ4_MAGIC_SIZE;
  Blocks blocks = blocks_of (input, watch);
  const guint8 *block;

  while ((block = next_block (&blocks, at, LZ4_BLOCK_SIZE)) != NULL) {
    guint32 size = kexec_le32 (block);

    if (size == 0)
      return at;
    if (size != LZ4_MAGIC && size > LZ4_PACKED_MAX)
      return 0;
    at += LZ4_BLOCK_SIZE + (size == LZ4_MAGIC ? 0 : size);
  }
  return at <= input->size && input->size - at < LZ4_BLOCK_SIZE ? at : 0;
}

guint64
kexec_initrd_scout_size (const KexecInput *input, KexecMagic format, const KexecWatch *watch)
{
  switch (format) {
  case KEXEC_MAGIC_ZSTD:
    return zstd_size (input, watch);
  case KEXEC_MAGIC_LZ4:
    return lz4_size (input, watch);
  default:
    return 0;
  }
}

/* The dictionary's size stands behind a byte of properties. */
static guint64
lzma_window (const KexecInput *input)
{
  guint8 data[5];

  return kexec_input_read (input, 0, data, sizeof data) == sizeof data ? kexec_le32 (data + 1)
                                                                       : G_MAXUINT64;
}

/* "Dictionary Size" (The .xz File Format, 5.3.1) */
static guint64
xz_dictionary (guint8 bits)
{
  return bits < 40 ? (guint64) (2 | (bits & 1)) << (bits / 2 + 11) : G_MAXUINT32;
}

/* The header of the first block follows that of the stream (The .xz File Format, 3.1). Sizes in it
   are numbers of 7 bits a byte; filters an identifier, a size and so many bytes. */
static guint64
xz_window (const KexecInput *input)
{
  guint8 data[XZ_STREAM_HEADER_SIZE + 64] = { 0 };
  gsize size = kexec_input_read (input, 0, data, sizeof data);
  gsize at = XZ_STREAM_HEADER_SIZE + 2;
  guint8 flags = data[XZ_STREAM_HEADER_SIZE + 1];

  for (guint bit = 0x40; bit <= 0x80; bit <<= 1) {
    while ((flags & bit) != 0 && at < size && data[at++] >= 0x80)
      ;
  }
  for (guint i = 0; i <= (flags & 3u) && at + 2 < size; i++) {
    if (data[at] == XZ_FILTER_LZMA2)
      return xz_dictionary (data[at + 2] & 0x3f);
    at += 2 + data[at + 1];
  }
  return G_MAXUINT64;
}

guint64
kexec_initrd_scout_window (const KexecInput *input, KexecMagic format)
{
  switch (format) {
  case KEXEC_MAGIC_ZSTD:
    return zstd_header (input).window;
  case KEXEC_MAGIC_LZMA:
    return lzma_window (input);
  case KEXEC_MAGIC_XZ:
    return xz_window (input);
  case KEXEC_MAGIC_GZIP:
    return 32 * 1024;
  case KEXEC_MAGIC_BZIP2:
    return 4 * 1024 * 1024; /* 900 k of blocks and their sorting */
  case KEXEC_MAGIC_LZ4:
    return LZ4_PACKED_MAX + LZ4_BLOCK_MAX;
  default:
    return G_MAXUINT64;
  }
}
