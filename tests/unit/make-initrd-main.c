/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* make-initrd: writes a small initrd to standard output, for tests in scripts. */
#include <stdio.h>

#include "tests/unit/make-initrd.h"

int
main (int argc, char **argv)
{
  g_autofree char *release = NULL;
  gboolean no_init = FALSE, microcode = FALSE;
  const GOptionEntry options[] = {
    { "release", 0, 0, G_OPTION_ARG_STRING, &release, "of the modules in it", "RELEASE" },
    { "no-init", 0, 0, G_OPTION_ARG_NONE, &no_init, "without /init", NULL },
    { "microcode", 0, 0, G_OPTION_ARG_NONE, &microcode, "with microcode before it", NULL },
    { 0 },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("> FILE");
  g_autoptr (GByteArray) file = NULL;
  g_autoptr (GByteArray) initrd = NULL;
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    fprintf (stderr, "%s\n", error->message);
    return 2;
  }
  file = microcode ? make_microcode () : g_byte_array_new ();
  initrd = make_initrd (release, !no_init);
  g_byte_array_append (file, initrd->data, initrd->len);
  return fwrite (file->data, 1, file->len, stdout) == file->len && fflush (stdout) == 0 ? 0 : 1;
}
