/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/entries.h"

#include <string.h>

#include "client/dict.h"
#include "client/human.h"
#include "client/print.h"

/* The mark of the default entry and the gap after a column. */
#define MARK_WIDTH 2
#define GAP_WIDTH  2

/* A title that is cut still says something. */
#define MIN_TITLE_WIDTH 16

enum {
  COLUMN_ENTRY,
  COLUMN_TITLE,
  COLUMN_VERSION,
  COLUMN_NOTES,
  N_COLUMNS
};

static const char *const headings[N_COLUMNS] = { "ENTRY", "TITLE", "VERSION", "NOTES" };

typedef struct {
  char *cells[N_COLUMNS];
} Row;

typedef struct {
  GPtrArray *rows;         /* of Row, the headings first */
  guint widths[N_COLUMNS]; /* 0: the column is not shown */
} Table;

static void
row_free (Row *row)
{
  for (int i = 0; i < N_COLUMNS; i++)
    g_free (row->cells[i]);
  g_free (row);
}

static char *
notes_of (GVariant *entry)
{
  g_autoptr (GStrvBuilder) notes = g_strv_builder_new ();
  g_auto (GStrv) words = NULL;

  if (kexec_dict_boolean (entry, "default"))
    g_strv_builder_add (notes, "default");
  if (kexec_dict_boolean (entry, "running"))
    g_strv_builder_add (notes, "running");
  if (!kexec_dict_boolean (entry, "trusted"))
    g_strv_builder_add (notes, "untrusted");
  words = g_strv_builder_end (notes);
  return g_strjoinv (", ", words);
}

static Row *
row_new (GVariant *entry)
{
  Row *row = g_new0 (Row, 1);

  row->cells[COLUMN_ENTRY] = kexec_human_text (kexec_dict_string (entry, "id"));
  row->cells[COLUMN_TITLE] = kexec_human_text (kexec_dict_string (entry, "title"));
  row->cells[COLUMN_VERSION] = kexec_human_text (kexec_dict_string (entry, "version"));
  row->cells[COLUMN_NOTES] = notes_of (entry);
  return row;
}

/* The version is no news where the id or the title holds it. */
static gboolean
version_is_news (const Row *row)
{
  return strstr (row->cells[COLUMN_ENTRY], row->cells[COLUMN_VERSION]) == NULL &&
         strstr (row->cells[COLUMN_TITLE], row->cells[COLUMN_VERSION]) == NULL;
}

static guint
total_width (const Table *table)
{
  guint total = MARK_WIDTH;

  for (int i = 0; i < N_COLUMNS; i++)
    total += table->widths[i] != 0 ? table->widths[i] + GAP_WIDTH : 0;
  return total - GAP_WIDTH;
}

/* Columns are as wide as their widest cell; titles give way where that is too wide. */
static void
table_measure (Table *table, guint columns)
{
  gboolean news = FALSE;
  guint total, title;

  for (guint r = 0; r < table->rows->len; r++) {
    const Row *row = table->rows->pdata[r];

    news = news || (r > 0 && version_is_news (row));
    for (int i = 0; i < N_COLUMNS; i++)
      table->widths[i] = MAX (table->widths[i], kexec_terminal_width (row->cells[i]));
  }
  if (!news)
    table->widths[COLUMN_VERSION] = 0;
  total = total_width (table);
  title = table->widths[COLUMN_TITLE];
  if (total > columns && title > MIN_TITLE_WIDTH)
    table->widths[COLUMN_TITLE] = MAX ((int) title - (int) (total - columns), MIN_TITLE_WIDTH);
}

static void
print_row (const Table *table, const Row *row, const char *mark, KexecStyle style)
{
  GString *line = g_string_new (mark);
  g_autofree char *styled = NULL;

  for (int i = 0; i < N_COLUMNS; i++) {
    g_autofree char *cell = NULL;

    if (table->widths[i] == 0)
      continue;
    cell = kexec_terminal_fit (row->cells[i], table->widths[i]);
    g_string_append (line, cell);
    g_string_append (line, "  ");
  }
  g_strchomp (line->str);
  styled = kexec_terminal_style (style, line->str);
  g_print ("%s\n", styled);
  g_string_free (line, TRUE);
}

/* Prints the strings of an array on one line; nothing if it has none. */
static void
print_words (const char *label, GVariant *entry, const char *key)
{
  g_autoptr (GVariant) array = kexec_dict_array (entry, key, "as");
  g_autofree const char **words = g_variant_get_strv (array, NULL);
  g_autofree char *joined = g_strjoinv (", ", (char **) words);

  if (*joined != '\0')
    kexec_print_field (label, "%s", joined);
}

static void
print_facts (GVariant *entry)
{
  g_autoptr (GVariant) initrds = kexec_dict_array (entry, "initrds", "as");
  GVariantIter iter;
  const char *initrd;

  kexec_print_field ("Version", "%s", kexec_dict_string (entry, "version"));
  print_words ("Found in", entry, "found-in");
  print_words ("Named by", entry, "named-by");
  kexec_print_field ("Kernel", "%s", kexec_dict_string (entry, "kernel"));
  g_variant_iter_init (&iter, initrds);
  while (g_variant_iter_next (&iter, "&s", &initrd))
    kexec_print_field ("Initrd", "%s", initrd);
  kexec_print_field ("Command line", "%s", kexec_dict_string (entry, "cmdline"));
}

/* How many of the entries have a finding with this sentence. The sentence decides: the same cause
   may be noted about another file in each entry. Returns: (transfer full): sentence → number. */
static GHashTable *
count_sentences (GVariant *entries)
{
  GHashTable *counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (gsize i = 0; i < g_variant_n_children (entries); i++) {
    g_autoptr (GVariant) entry = g_variant_get_child_value (entries, i);
    g_autoptr (GVariant) findings = kexec_dict_array (entry, "findings", "aa{sv}");
    g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

    for (gsize j = 0; j < g_variant_n_children (findings); j++) {
      g_autoptr (GVariant) finding = g_variant_get_child_value (findings, j);
      const char *text = kexec_dict_string (finding, "text");
      gpointer count = g_hash_table_lookup (counts, text);

      if (g_hash_table_add (seen, g_strdup (text)))
        g_hash_table_insert (counts, g_strdup (text),
                             GUINT_TO_POINTER (GPOINTER_TO_UINT (count) + 1));
    }
  }
  return counts;
}

/* Returns: (transfer full): those findings of @entry that all @n entries have, or those that not
 * all have; where there is but one entry, all are its own. */
static GVariant *
pick_findings (GHashTable *counts, gsize n, GVariant *entry, gboolean shared)
{
  g_auto (GVariantBuilder) picked = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  g_autoptr (GVariant) findings = kexec_dict_array (entry, "findings", "aa{sv}");

  for (gsize i = 0; i < g_variant_n_children (findings); i++) {
    g_autoptr (GVariant) finding = g_variant_get_child_value (findings, i);
    gpointer count = g_hash_table_lookup (counts, kexec_dict_string (finding, "text"));
    gboolean is_shared = n > 1 && GPOINTER_TO_UINT (count) == n;

    if (is_shared == shared)
      g_variant_builder_add_value (&picked, finding);
  }
  return g_variant_ref_sink (g_variant_builder_end (&picked));
}

/* Returns: (transfer full): the headings and a row for each entry. */
static GPtrArray *
rows_new (GVariant *entries)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) row_free);
  Row *heading = g_new0 (Row, 1);

  for (int i = 0; i < N_COLUMNS; i++)
    heading->cells[i] = g_strdup (headings[i]);
  g_ptr_array_add (rows, heading);
  for (gsize i = 0; i < g_variant_n_children (entries); i++) {
    g_autoptr (GVariant) entry = g_variant_get_child_value (entries, i);

    g_ptr_array_add (rows, row_new (entry));
  }
  return rows;
}

void
kexec_entries_print (GVariant *entries, gboolean verbose, guint columns)
{
  g_autoptr (GPtrArray) rows = rows_new (entries);
  g_autoptr (GHashTable) counts = count_sentences (entries);
  g_autoptr (GVariant) shared = NULL;
  gsize n = g_variant_n_children (entries);
  Table table = { rows, { 0 } };
  KexecSeverity least = verbose ? KEXEC_SEVERITY_NOTE : KEXEC_SEVERITY_WARNING;

  table_measure (&table, columns);
  print_row (&table, rows->pdata[0], "  ", KEXEC_STYLE_DIM);
  for (guint r = 1; r < rows->len; r++) {
    g_autoptr (GVariant) entry = g_variant_get_child_value (entries, r - 1);
    g_autoptr (GVariant) own = pick_findings (counts, n, entry, FALSE);
    gboolean is_default = kexec_dict_boolean (entry, "default");

    if (verbose && r > 1)
      g_print ("\n");
    print_row (&table, rows->pdata[r], is_default ? "* " : "  ",
               is_default ? KEXEC_STYLE_BOLD : KEXEC_STYLE_PLAIN);
    if (verbose)
      print_facts (entry);
    kexec_print_findings (own, least, 6);
    if (shared == NULL)
      shared = pick_findings (counts, n, entry, TRUE);
  }
  if (shared != NULL && kexec_print_has_findings (shared, least)) {
    g_print ("\n  All of them:\n");
    kexec_print_findings (shared, least, 6);
  }
}
