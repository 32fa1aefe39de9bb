/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * make-uki [--SECTION VALUE]… [--profile ID TITLE [--SECTION VALUE]…]…: writes a unified kernel
 * image with these sections in this order to standard output, for tests in scripts; without --linux
 * it is an addon. An empty ID or TITLE is left out.
 */
#include <stdio.h>
#include <string.h>

#include "tests/unit/make-pe.h"

static const struct {
  const char *option;
  const char *section;
  gboolean is_file; /* else the value itself is the text */
} options[] = {
  { "--linux", ".linux", TRUE },      { "--initrd", ".initrd", TRUE },
  { "--ucode", ".ucode", TRUE },      { "--dtb", ".dtb", TRUE },
  { "--splash", ".splash", TRUE },    { "--osrel", ".osrel", TRUE },
  { "--cmdline", ".cmdline", FALSE }, { "--uname", ".uname", FALSE },
  { "--sbat", ".sbat", FALSE },
};

static gboolean
add_file (PeSections *sections, const char *section, const char *path)
{
  g_autofree char *data = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;

  if (!g_file_get_contents (path, &data, &size, &error)) {
    fprintf (stderr, "%s\n", error->message);
    return FALSE;
  }
  pe_sections_add (sections, section, data, size);
  return TRUE;
}

static void
add_profile (PeSections *sections, const char *id, const char *title)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (*id != '\0')
    g_string_append_printf (text, "ID=%s\n", id);
  if (*title != '\0')
    g_string_append_printf (text, "TITLE=\"%s\"\n", title);
  pe_sections_add_text (sections, ".profile", text->len > 0 ? text->str : "\n");
}

/* Returns: how many arguments were taken; 0 if they make no sense, -1 if a file cannot be read. */
static int
add_argument (PeSections *sections, char **argv)
{
  if (strcmp (argv[0], "--profile") == 0) {
    if (argv[1] == NULL || argv[2] == NULL)
      return 0;
    add_profile (sections, argv[1], argv[2]);
    return 3;
  }
  for (guint i = 0; i < G_N_ELEMENTS (options) && argv[1] != NULL; i++) {
    if (strcmp (argv[0], options[i].option) != 0)
      continue;
    if (options[i].is_file)
      return add_file (sections, options[i].section, argv[1]) ? 2 : -1;
    pe_sections_add_text (sections, options[i].section, argv[1]);
    return 2;
  }
  return 0;
}

int
main (int argc, char **argv)
{
  g_autoptr (PeSections) sections = pe_sections_new ();
  g_autoptr (GByteArray) pe = NULL;
  int taken;

  for (int i = 1; i < argc; i += taken) {
    taken = add_argument (sections, argv + i);
    if (taken == 0)
      fprintf (stderr,
               "Usage: %s [--linux|--initrd|--ucode|--dtb|--splash|--osrel FILE] "
               "[--cmdline|--uname|--sbat TEXT] [--profile ID TITLE …]… > FILE\n",
               argv[0]);
    if (taken <= 0)
      return 2;
  }
  pe = make_pe (sections);
  return fwrite (pe->data, 1, pe->len, stdout) == pe->len && fflush (stdout) == 0 ? 0 : 1;
}
