/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/kernel/unwrap.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "image/codec/codec.h"

#define MIB   G_GUINT64_CONSTANT (1048576)
#define PIECE (256 * 1024)

/* xz and lzma have no way to look back into what was unpacked: they keep a dictionary. That of
   "xz -9" is 64 MiB. */
#define DICTIONARY_MAX (128 * MIB)

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U /* Linux 6.3 */
#endif

/* A descriptor that goes with its scope unless it is stolen. */
typedef int MemoryFile;

static void
memory_file_clear (MemoryFile *fd)
{
  if (*fd >= 0)
    close (*fd);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MemoryFile, memory_file_clear)

static int
memory_file_new (void)
{
  /* vm.memfd_noexec=2 refuses memfds without MFD_NOEXEC_SEAL, older kernels those with it. */
  int fd = memfd_create ("kexec-kernel", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);

  if (fd < 0 && errno == EINVAL)
    fd = memfd_create ("kexec-kernel", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  return fd;
}

static gboolean
memory_file_append (int fd, const guint8 *data, gsize size)
{
  while (size > 0) {
    gssize written = TEMP_FAILURE_RETRY (write (fd, data, size));

    if (written < 0)
      return FALSE;
    data += written;
    size -= written;
  }
  return TRUE;
}

/* From here on it is what was checked, whoever else holds it. Returns: the descriptor, or -1. */
static int
memory_file_seal (MemoryFile *fd)
{
  if (fcntl (*fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
    return -1;
  return g_steal_fd (fd);
}

int
kexec_unwrap_copy (const KexecInput *input, const KexecWatch *watch)
{
  g_auto (MemoryFile) fd = memory_file_new ();
  g_autofree guint8 *buffer = g_malloc (PIECE);

  if (fd < 0)
    return -1;
  for (guint64 offset = 0; offset < input->size;) {
    gsize n = kexec_input_read (input, offset, buffer, PIECE);

    if (n == 0 || !memory_file_append (fd, buffer, n) || !kexec_watch_proceed (watch, n))
      return -1;
    offset += n;
  }
  return memory_file_seal (&fd);
}

/* Where decoded bytes go. */
typedef struct {
  MemoryFile fd;
  gboolean failed;
} Target;

static gboolean
append (const guint8 *data, gsize size, gpointer user_data)
{
  Target *target = user_data;

  target->failed = !memory_file_append (target->fd, data, size);
  return !target->failed;
}

/*
 * Unpacks with the memfd itself as zstd's window: a kernel packed with "zstd -22" wants 128 MiB for
 * it, which would come on top of the memfd. The file is as long as it may become and sparse: only
 * what is unpacked takes memory.
 */
static KexecDecodeResult
decode_in_place (int fd, const KexecInput *input, KexecMagic format, KexecDecodeLimits *limits,
                 const KexecWatch *watch, KexecDecoded *ret)
{
  KexecDecodeResult result;
  void *memory;

  if (ftruncate (fd, (off_t) limits->output) < 0)
    return KEXEC_DECODE_NO_MEMORY;
  memory = mmap (NULL, limits->output, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED)
    return KEXEC_DECODE_NO_MEMORY;
  limits->memory = memory;
  result = kexec_decode_within (input, format, limits, NULL, NULL, watch, ret);
  munmap (memory, limits->output);
  if (result == KEXEC_DECODE_DONE && ftruncate (fd, (off_t) ret->produced) < 0)
    return KEXEC_DECODE_NO_MEMORY;
  return result;
}

KexecDecodeResult
kexec_unwrap_decode (const KexecInput *input, KexecMagic format, int *fd, const KexecWatch *watch,
                     KexecDecoded *ret)
{
  g_auto (MemoryFile) file = memory_file_new ();
  Target target = { .fd = file };
  KexecDecodeLimits limits = {
    .window = format == KEXEC_MAGIC_ZSTD ? KEXEC_DECODE_WINDOW_MAX : DICTIONARY_MAX,
    .output = MIN (KEXEC_UNWRAP_MAX, 16 * MIB + 16 * MIN (input->size, KEXEC_UNWRAP_MAX)),
  };
  KexecDecodeResult result;

  *fd = -1;
  *ret = (KexecDecoded){ 0 };
  if (file < 0)
    return KEXEC_DECODE_NO_MEMORY;
  result = kexec_decode_within (input, format, &limits, append, &target, watch, ret);
  if (result == KEXEC_DECODE_TOO_LARGE && format == KEXEC_MAGIC_ZSTD)
    result = decode_in_place (file, input, format, &limits, watch, ret);
  if (target.failed)
    return KEXEC_DECODE_NO_MEMORY;
  if (result != KEXEC_DECODE_DONE)
    return result;
  *fd = memory_file_seal (&file);
  return *fd < 0 ? KEXEC_DECODE_NO_MEMORY : KEXEC_DECODE_DONE;
}

/* The beginning of what was unpacked. */
typedef struct {
  guint8 *data;
  gsize size;
  gsize filled;
} Head;

static gboolean
take_head (const guint8 *data, gsize size, gpointer user_data)
{
  Head *head = user_data;
  gsize n = MIN (size, head->size - head->filled);

  memcpy (head->data + head->filled, data, n);
  head->filled += n;
  return head->filled < head->size;
}

gsize
kexec_unwrap_peek (const KexecInput *input, KexecMagic format, guint8 *head, gsize size)
{
  /* Of a large window no more is used than the beginning fills. */
  const KexecDecodeLimits limits = { .window = DICTIONARY_MAX, .output = KEXEC_UNWRAP_MAX };
  Head target = { .data = head, .size = size };
  KexecDecoded decoded;

  kexec_decode_within (input, format, &limits, take_head, &target, NULL, &decoded);
  return target.filled;
}
