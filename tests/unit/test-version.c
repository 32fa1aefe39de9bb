/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Version Format Specification's own examples, and the releases of kernels. */
#include "boot/version.h"

#include <glib.h>

/* @versions: oldest first; each is compared with each */
static void
expect_ascending (const char *const *versions, gsize count)
{
  for (gsize i = 0; i < count; i++)
    for (gsize j = 0; j < count; j++) {
      int result = kexec_version_compare (versions[i], versions[j]);

      g_test_message ("%s, %s", versions[i], versions[j]);
      g_assert_cmpint ((result > 0) - (result < 0), ==, (i > j) - (i < j));
    }
}

static void
test_specification (void)
{
  static const char *const versions[] = {
    "122.1",   "123~rc1-1", "123",     "123-a",   "123-a.1", "123-1",
    "123-1.1", "123^post1", "123.a-1", "123.1-1", "123a-1",  "124-1",
  };

  expect_ascending (versions, G_N_ELEMENTS (versions));
}

static void
test_kernels (void)
{
  static const char *const versions[] = {
    "",
    "5.10.0",
    "6.1.0-9-amd64",
    "6.1.0-30-amd64",
    "6.1.0-30-cloud-amd64",
    "6.9.12",
    "6.12~rc3-amd64",
    "6.12-amd64",
    "6.12.9-200.fc41.x86_64",
    "6.12.9+bpo-amd64",
    "6.12.10-200.fc41.x86_64",
    "10.0.1",
    "123456789012345678901234567890",
    "123456789012345678901234567891",
  };

  expect_ascending (versions, G_N_ELEMENTS (versions));
}

static void
test_equal (void)
{
  static const struct {
    const char *a;
    const char *b;
  } cases[] = {
    { "", "" },
    { "123", "123" },
    { "123", "0123" },
    { "0", "000" },
    { "1_", "1" },
    { "_1", "1" },
    { "6.1 beta", "6.1beta" },
    { "11\316\261", "11\316\262" },
    { "1.2-", "1.2-" },
    { "a..b", "a..b" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_test_message ("case %u", i);
    g_assert_cmpint (kexec_version_compare (cases[i].a, cases[i].b), ==, 0);
    g_assert_cmpint (kexec_version_compare (cases[i].b, cases[i].a), ==, 0);
  }
}

static void
test_separators (void)
{
  static const char *const versions[] = { "1~", "1~~", "1", "1-", "1-1", "1^", "1^1", "1.", "1.1" };

  expect_ascending (versions, G_N_ELEMENTS (versions));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/version/specification", test_specification);
  g_test_add_func ("/version/kernels", test_kernels);
  g_test_add_func ("/version/equal", test_equal);
  g_test_add_func ("/version/separators", test_separators);
  return g_test_run ();
}
