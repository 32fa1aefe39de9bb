/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Digests are those that GLib computes, whoever computes them and in whatever pieces. */
#include "image/digest.h"

#include <stdlib.h>

#define SIZE (1024 * 1024 + 7)

static void
expect (GChecksumType type, const guint8 *data, gsize size, gsize piece)
{
  g_autoptr (KexecDigest) digest = kexec_digest_new (type);
  g_autofree char *expected = g_compute_checksum_for_data (type, data, size);
  g_autofree char *actual = NULL;

  for (gsize done = 0; done < size; done += MIN (piece, size - done))
    kexec_digest_update (digest, data + done, MIN (piece, size - done));
  actual = kexec_digest_finish (digest);
  g_assert_cmpstr (actual, ==, expected);
}

static void
test_algorithms (void)
{
  /* MD5 is one that nothing here asks OpenSSL for. */
  static const GChecksumType types[] = { G_CHECKSUM_MD5, G_CHECKSUM_SHA1, G_CHECKSUM_SHA256,
                                         G_CHECKSUM_SHA384, G_CHECKSUM_SHA512 };
  static const gsize sizes[] = { 0, 1, 55, 56, 63, 64, 65, 111, 112, 128, 4096, SIZE };
  g_autofree guint8 *data = g_malloc (SIZE);

  for (gsize i = 0; i < SIZE; i++)
    data[i] = (guint8) (i * 31 + i / 256);
  for (guint t = 0; t < G_N_ELEMENTS (types); t++)
    for (guint s = 0; s < G_N_ELEMENTS (sizes); s++) {
      expect (types[t], data, sizes[s], SIZE);
      expect (types[t], data, sizes[s], 61);
    }
}

/* One that is given up in the middle. */
static void
test_unfinished (void)
{
  g_autoptr (KexecDigest) digest = kexec_digest_new (G_CHECKSUM_SHA256);

  kexec_digest_update (digest, "hello", 5);
}

static KexecDigest *under_way;

static void
finish_at_exit (void)
{
  g_autofree char *actual = NULL;

  kexec_digest_update (under_way, "lo", 2);
  actual = kexec_digest_finish (under_way);
  kexec_digest_free (under_way);
  g_assert_cmpstr (actual, ==, "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d");
  expect (G_CHECKSUM_SHA256, (const guint8 *) "hello", 5, 1);
}

/* A thread may still hash while the process ends: a file may hang. */
static void
test_process_ends (void)
{
  if (g_test_subprocess ()) {
    g_assert_cmpint (atexit (finish_at_exit), ==, 0);
    under_way = kexec_digest_new (G_CHECKSUM_SHA1);
    kexec_digest_update (under_way, "hel", 3);
    exit (0);
  }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/digest/algorithms", test_algorithms);
  g_test_add_func ("/digest/unfinished", test_unfinished);
  g_test_add_func ("/digest/process-ends", test_process_ends);
  return g_test_run ();
}
