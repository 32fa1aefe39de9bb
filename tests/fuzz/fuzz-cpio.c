/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes, taken for a cpio archive, in pieces: it has to come to the same as when it is read
 * whole. The first byte says which kind of archive, and how large the pieces are.
 */
#include "image/initrd/cpio.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"

static void
sum_up (const KexecCpioMember *member, gpointer user_data)
{
  guint *sum = user_data;

  g_assert_cmpuint (strlen (member->name), <, KEXEC_CPIO_NAME_MAX);
  *sum = *sum * 31 + g_str_hash (member->name) + member->mode + member->size + member->links;
}

/* Returns: a sum of all members. */
static guint
run (KexecCpio *cpio, KexecCpioKind kind, const uint8_t *data, size_t size, size_t piece,
     gboolean skips)
{
  guint sum = 0;
  size_t at = 0;

  kexec_cpio_init (cpio, kind, sum_up, &sum);
  while (at < size) {
    size_t n = MIN (piece, size - at);
    size_t skippable = skips ? (size_t) MIN (kexec_cpio_skippable (cpio), n) : 0;
    size_t done = skippable;

    if (skippable > 0)
      kexec_cpio_skip (cpio, skippable);
    else
      done = kexec_cpio_push (cpio, data + at, n);
    g_assert_cmpuint (done, <=, n);
    at += done;
    g_assert_cmpuint (cpio->offset, ==, at);
    if (skippable == 0 && done < n)
      break;
  }
  g_assert_cmpuint (cpio->end, <=, cpio->offset);
  g_assert_cmpuint (cpio->begin, <=, cpio->offset);
  return sum;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  KexecCpioKind kind;
  KexecCpio whole, pieces;
  size_t piece;

  if (size == 0)
    return 0;
  kind = (KexecCpioKind) (data[0] % 3);
  piece = (size_t) data[0] / 3 + 1;
  data++;
  size--;
  g_assert_cmpuint (run (&whole, kind, data, size, size, FALSE), ==,
                    run (&pieces, kind, data, size, piece, (piece & 1) != 0));
  g_assert_cmpuint (whole.offset, ==, pieces.offset);
  g_assert_cmpuint (whole.end, ==, pieces.end);
  g_assert_cmpuint (whole.problem, ==, pieces.problem);
  g_assert_cmpuint (whole.state, ==, pieces.state);
  g_assert_cmpuint (whole.n_members, ==, pieces.n_members);
  g_assert_cmpuint (whole.n_skipped, ==, pieces.n_skipped);
  g_assert_cmpuint (kexec_cpio_finish (&whole), ==, kexec_cpio_finish (&pieces));
  g_assert_cmpuint (whole.end, ==, pieces.end);
  return 0;
}
