/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a fuzz target over files, and directories of them, so that its corpus is an ordinary test.
 */
#include <stdio.h>

#include "tests/fuzz/fuzz.h"

static gboolean
run_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *data = NULL;
  gsize size;

  if (!g_file_get_contents (path, &data, &size, &error)) {
    fprintf (stderr, "%s\n", error->message);
    return FALSE;
  }
  printf ("%s\n", path);
  fflush (stdout); /* the last line tells which file it was */
  LLVMFuzzerTestOneInput ((const uint8_t *) data, size);
  return TRUE;
}

/* Returns: how many files were run; 0 if one could not be. */
static guint
run_directory (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  guint count = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *file = g_build_filename (path, name, NULL);

    if (!run_file (file))
      return 0;
    count++;
  }
  return count;
}

int
main (int argc, char **argv)
{
  for (int i = 1; i < argc; i++) {
    gboolean is_directory = g_file_test (argv[i], G_FILE_TEST_IS_DIR);

    if (is_directory ? run_directory (argv[i]) == 0 : !run_file (argv[i]))
      return 1;
  }
  return 0;
}
