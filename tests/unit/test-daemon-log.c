/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every event has an entry in the catalog, and the catalog nothing else. */
#include <string.h>

#include "daemon/log.h"

static void
test_catalog (void)
{
  g_autofree char *path =
    g_build_filename (g_getenv ("SOURCE_ROOT"), "data/systemd/kexecd.catalog", NULL);
  g_autofree char *contents = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) error = NULL;
  guint entries = 0;

  g_file_get_contents (path, &contents, NULL, &error);
  g_assert_no_error (error);
  for (guint event = 0; event < KEXEC_N_EVENTS; event++) {
    g_autofree char *header = g_strconcat ("-- ", kexec_event_id (event), "\nSubject: ", NULL);

    g_assert_cmpuint (strlen (kexec_event_id (event)), ==, 32);
    g_assert_nonnull (strstr (contents, header));
  }
  lines = g_strsplit (contents, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    entries += g_str_has_prefix (lines[i], "-- ");
  g_assert_cmpuint (entries, ==, KEXEC_N_EVENTS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/daemon/log/catalog", test_catalog);
  return g_test_run ();
}
