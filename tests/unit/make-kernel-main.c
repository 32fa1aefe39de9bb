/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* make-kernel RELEASE [signed]: writes such a kernel to standard output, for tests in scripts. */
#include <stdio.h>
#include <string.h>

#include "tests/unit/make-kernel.h"

int
main (int argc, char **argv)
{
  g_autoptr (GByteArray) kernel = NULL;

  if (argc < 2 || argc > 3 || (argc == 3 && strcmp (argv[2], "signed") != 0)) {
    fprintf (stderr, "Usage: %s RELEASE [signed] > FILE\n", argv[0]);
    return 2;
  }
  kernel = make_kernel (argv[1]);
  if (argc == 3)
    make_kernel_sign (kernel);
  return fwrite (kernel->data, 1, kernel->len, stdout) == kernel->len && fflush (stdout) == 0 ? 0
                                                                                              : 1;
}
