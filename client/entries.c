/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/entries.h"

#include <string.h>

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
  const KexecEntryView *entry; /* NULL: the headings */
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
notes_of (const KexecEntryView *entry)
{
  const struct {
    gboolean applies;
    const char *note;
  } notes[] = {
    { entry->is_default, "default" },
    { entry->is_running, "running" },
    { !entry->is_trusted, "untrusted" },
  };
  GString *joined = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (notes); i++)
    if (notes[i].applies)
      g_string_append_printf (joined, "%s%s", joined->len > 0 ? ", " : "", notes[i].note);
  return g_string_free (joined, FALSE);
}

static Row *
row_new (const KexecEntryView *entry)
{
  Row *row = g_new0 (Row, 1);

  row->entry = entry;
  row->cells[COLUMN_ENTRY] = kexec_human_text (entry->id);
  row->cells[COLUMN_TITLE] = kexec_human_text (entry->title);
  row->cells[COLUMN_VERSION] = kexec_human_text (entry->version);
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

/* Appends a row to @lines: to print each by itself takes longer than to find it. */
static void
append_row (GString *lines, const Table *table, const Row *row, const char *mark, KexecStyle style)
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
  g_string_append_printf (lines, "%s\n", styled);
  g_string_free (line, TRUE);
}

static void
flush (GString *lines)
{
  g_print ("%s", lines->str);
  g_string_truncate (lines, 0);
}

/* Prints strings on one line; nothing if there are none. */
static void
print_words (const char *label, const GStrv words)
{
  g_autofree char *joined = g_strjoinv (", ", words);

  if (*joined != '\0')
    kexec_print_field (label, "%s", joined);
}

static void
print_facts (const KexecEntryView *entry)
{
  kexec_print_field ("Version", "%s", entry->version);
  print_words ("Found in", entry->found_in);
  print_words ("Named by", entry->named_by);
  kexec_print_field ("Kernel", "%s", entry->kernel);
  for (guint i = 0; entry->initrds[i] != NULL; i++)
    kexec_print_field ("Initrd", "%s", entry->initrds[i]);
  kexec_print_field ("Command line", "%s", entry->cmdline);
}

/* How many of the entries have a finding with this sentence. The sentence decides: the same cause
   may be noted about another file in each entry. Returns: (transfer full): sentence → number; the
   sentences are those of @entries. */
static GHashTable *
count_sentences (const GPtrArray *entries)
{
  GHashTable *counts = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal); /* in one entry */

  for (guint i = 0; i < entries->len; i++) {
    const KexecEntryView *entry = entries->pdata[i];

    g_hash_table_remove_all (seen);
    for (guint j = 0; j < entry->findings->len; j++) {
      char *text = ((const KexecFindingView *) entry->findings->pdata[j])->text;
      gpointer count = g_hash_table_lookup (counts, text);

      if (g_hash_table_add (seen, text))
        g_hash_table_insert (counts, text, GUINT_TO_POINTER (GPOINTER_TO_UINT (count) + 1));
    }
  }
  return counts;
}

/* Returns: (transfer container): those findings of @entry that all @n entries have, or those that
 * not all have; where there is but one entry, all are its own. */
static GPtrArray *
pick_findings (GHashTable *counts, guint n, const KexecEntryView *entry, gboolean shared)
{
  GPtrArray *picked = g_ptr_array_new ();

  for (guint i = 0; i < entry->findings->len; i++) {
    const KexecFindingView *finding = entry->findings->pdata[i];
    gpointer count = g_hash_table_lookup (counts, finding->text);
    gboolean is_shared = n > 1 && GPOINTER_TO_UINT (count) == n;

    if (is_shared == shared)
      g_ptr_array_add (picked, entry->findings->pdata[i]);
  }
  return picked;
}

/* Returns: (transfer full): the headings and a row for each entry. */
static GPtrArray *
rows_new (const GPtrArray *entries)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) row_free);
  Row *heading = g_new0 (Row, 1);

  for (int i = 0; i < N_COLUMNS; i++)
    heading->cells[i] = g_strdup (headings[i]);
  g_ptr_array_add (rows, heading);
  for (guint i = 0; i < entries->len; i++)
    g_ptr_array_add (rows, row_new (entries->pdata[i]));
  return rows;
}

void
kexec_entries_print (const GPtrArray *entries, gboolean verbose, guint columns)
{
  g_autoptr (GPtrArray) rows = rows_new (entries);
  g_autoptr (GHashTable) counts = count_sentences (entries);
  g_autoptr (GPtrArray) shared = NULL;
  g_autoptr (GString) lines = g_string_new (NULL);
  Table table = { rows, { 0 } };
  KexecSeverity least = verbose ? KEXEC_SEVERITY_NOTE : KEXEC_SEVERITY_WARNING;

  table_measure (&table, columns);
  append_row (lines, &table, rows->pdata[0], "  ", KEXEC_STYLE_DIM);
  for (guint r = 1; r < rows->len; r++) {
    const Row *row = rows->pdata[r];
    g_autoptr (GPtrArray) own = pick_findings (counts, entries->len, row->entry, FALSE);

    if (verbose && r > 1)
      g_string_append_c (lines, '\n');
    append_row (lines, &table, row, row->entry->is_default ? "* " : "  ",
                row->entry->is_default ? KEXEC_STYLE_BOLD : KEXEC_STYLE_PLAIN);
    if (verbose || kexec_finding_views_have (own, least))
      flush (lines);
    if (verbose)
      print_facts (row->entry);
    kexec_print_finding_views (own, least, 6);
    if (shared == NULL)
      shared = pick_findings (counts, entries->len, row->entry, TRUE);
  }
  flush (lines);
  if (shared != NULL && kexec_finding_views_have (shared, least)) {
    g_print ("\n  Each of them:\n");
    kexec_print_finding_views (shared, least, 6);
  }
}
