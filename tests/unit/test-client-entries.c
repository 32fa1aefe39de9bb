/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table that kexecctl list prints. */
#include "client/entries.h"

static GString *printed;

static void
catch_print (const char *text)
{
  g_string_append (printed, text);
}

/* Returns: (transfer full): what is printed for the entries in @text. */
static char *
print_entries (const char *text, gboolean verbose, guint columns)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) entries =
    g_variant_parse (G_VARIANT_TYPE ("aa{sv}"), text, NULL, NULL, &error);
  g_autoptr (GPtrArray) views = NULL;
  GPrintFunc saved;

  g_assert_no_error (error);
  printed = g_string_new (NULL);
  saved = g_set_print_handler (catch_print);
  views = kexec_entry_views_from_variant (entries);
  kexec_entries_print (views, verbose, columns);
  g_set_print_handler (saved);
  return g_string_free (printed, FALSE);
}

#define TWO_ENTRIES                                                                                \
  "[{'id': <'6.12'>, 'title': <'Debian 6.12'>, 'version': <'6.12'>, 'source': <'grub'>,"           \
  "  'found-in': <['grub', 'directory']>, 'named-by': <['/boot/grub/grub.cfg']>,"                  \
  "  'kernel': <'/boot/k'>, 'initrds': <['/boot/a', '/boot/b']>, 'cmdline': <'root=/dev/sda'>,"    \
  "  'default': <true>, 'running': <false>, 'trusted': <true>, 'findings': <[{'severity': "        \
  "<'note'>, 'text': <'Borrowed'>}]>},"                                                            \
  " {'id': <'6.1'>, 'title': <'Debian 6.1'>, 'version': <'6.1'>, 'running': <true>,"               \
  "  'trusted': <false>, 'findings': <[{'severity': <'warning'>, 'text': <'Do\033this'>}]>}]"

static void
test_table (void)
{
  g_autofree char *text = print_entries (TWO_ENTRIES, FALSE, G_MAXUINT);

  g_assert_cmpstr (text, ==,
                   "  ENTRY  TITLE        NOTES\n"
                   "* 6.12   Debian 6.12  default\n"
                   "  6.1    Debian 6.1   running, untrusted\n"
                   "      warning: Do\uFFFDthis\n");
}

static void
test_verbose (void)
{
  g_autofree char *text = print_entries (TWO_ENTRIES, TRUE, G_MAXUINT);

  g_assert_cmpstr (text, ==,
                   "  ENTRY  TITLE        NOTES\n"
                   "* 6.12   Debian 6.12  default\n"
                   "       Version: 6.12\n"
                   "      Found in: grub, directory\n"
                   "      Named by: /boot/grub/grub.cfg\n"
                   "        Kernel: /boot/k\n"
                   "        Initrd: /boot/a\n"
                   "        Initrd: /boot/b\n"
                   "  Command line: root=/dev/sda\n"
                   "      note: Borrowed\n"
                   "\n"
                   "  6.1    Debian 6.1   running, untrusted\n"
                   "       Version: 6.1\n"
                   "      warning: Do\uFFFDthis\n");
}

/* What is the same for all entries is said once. */
static void
test_shared (void)
{
  g_autofree char *text =
    print_entries ("[{'id': <'a'>, 'trusted': <true>, 'findings': <[{'severity': <'warning'>,"
                   " 'text': <'Both'>, 'subject': <'/a'>}, {'severity': <'warning'>, 'text':"
                   " <'Only a'>}]>}, {'id': <'b'>, 'trusted': <true>, 'findings': <[{'severity':"
                   " <'warning'>, 'text': <'Both'>, 'subject': <'/b'>}]>}]",
                   FALSE, G_MAXUINT);

  g_assert_cmpstr (text, ==,
                   "  ENTRY  TITLE  NOTES\n"
                   "  a\n"
                   "      warning: Only a\n"
                   "  b\n"
                   "\n"
                   "  Each of them:\n"
                   "      warning: Both\n");
}

/* A title gives way where the terminal is narrow; ids never do, people have to type them. */
static void
test_narrow (void)
{
  g_autofree char *text = print_entries (
    "[{'id': <'an-id'>, 'title': <'A title with many more words than fit'>, 'version': <'1.0'>,"
    " 'trusted': <true>}]",
    FALSE, 40);

  g_assert_cmpstr (text, ==,
                   "  ENTRY  TITLE             VERSION  NOTES\n"
                   "  an-id  A title with ma…  1.0\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/entries/table", test_table);
  g_test_add_func ("/client/entries/verbose", test_verbose);
  g_test_add_func ("/client/entries/shared", test_shared);
  g_test_add_func ("/client/entries/narrow", test_narrow);
  return g_test_run ();
}
