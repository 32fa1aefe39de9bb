/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Digests are those that GLib computes, whoever computes them and in whatever pieces. */
#include "image/digest.h"

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/digest/algorithms", test_algorithms);
  g_test_add_func ("/digest/unfinished", test_unfinished);
  return g_test_run ();
}
