/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tries what looks like the beginning of something compressed, until a kernel comes out. */
#include "image/kernel/embedded.h"

#include <unistd.h>

#include "image/search.h"
#include "image/kernel/unwrap.h"

/* So many places that look like a beginning are tried, before we give up. */
#define CANDIDATES_MAX 8

/* Beginnings that are long enough not to stand everywhere by chance. */
static const struct {
  KexecMagic magic;
  guint length;
  const char *bytes;
} beginnings[] = {
  { KEXEC_MAGIC_GZIP, 4, "\x1f\x8b\x08\0" },
  { KEXEC_MAGIC_GZIP, 4, "\x1f\x8b\x08\x08" },
  { KEXEC_MAGIC_XZ, 6,
    "\xfd"
    "7zXZ\0" },
  { KEXEC_MAGIC_ZSTD, 4, "\x28\xb5\x2f\xfd" },
  { KEXEC_MAGIC_LZ4, 4, "\x02\x21\x4c\x18" },
  { KEXEC_MAGIC_LZO, 9, "\x89LZO\0\r\n\x1a\n" },
  { KEXEC_MAGIC_BZIP2, 10, "BZh91AY&SY" },
  { KEXEC_MAGIC_LZMA, 13, "\x5d\0\0\0\x04\xff\xff\xff\xff\xff\xff\xff\xff" },
};

typedef struct {
  const KexecInspection *inspection;
  KexecMagic magic;
  guint n_left;
} Attempt;

static gboolean
try_candidate (const guint8 *text, gsize size, guint64 offset, gpointer user_data)
{
  Attempt *attempt = user_data;
  const KexecInspection *self = attempt->inspection;
  KexecInput packed = kexec_input_slice (self->input, offset, G_MAXUINT64);
  KexecDecoded decoded;
  KexecInput unpacked;
  int fd;

  if (attempt->n_left == 0)
    return TRUE;
  attempt->n_left--;
  if (kexec_unwrap_decode (&packed, attempt->magic, &fd, self->watch, &decoded) !=
      KEXEC_DECODE_DONE)
    return FALSE;
  unpacked = kexec_input_from_fd (fd, decoded.produced);
  kexec_inspection_read_unpacked (self, &unpacked);
  close (fd);
  if (self->kernel->release == NULL)
    return FALSE;
  self->kernel->payload = kexec_magic_name (attempt->magic);
  self->kernel->payload_offset = offset;
  self->kernel->payload_size = decoded.consumed;
  self->kernel->unpacked_size = decoded.produced;
  return TRUE;
}

gboolean
kexec_embedded_read (const KexecInspection *self, guint64 limit)
{
  const KexecInput input = kexec_input_slice (self->input, 0, limit);
  Attempt attempt = { .inspection = self, .n_left = CANDIDATES_MAX };

  for (guint i = 0; i < G_N_ELEMENTS (beginnings) && self->kernel->payload == NULL; i++) {
    attempt.magic = beginnings[i].magic;
    kexec_search (&input, beginnings[i].bytes, beginnings[i].length, 0, self->watch, try_candidate,
                  &attempt);
  }
  return self->kernel->payload != NULL;
}
