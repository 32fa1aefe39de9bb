/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Orders and names the lines of a menu. */
#include "boot/bls/order.h"

#include <string.h>

#include "boot/version.h"
#include "image/printable.h"

/* As much of a machine's id as a title gets. */
#define MACHINE_SHOWN 8

KexecBlsItem *
kexec_bls_item_new (KexecEntry *entry, const char *id)
{
  KexecBlsItem *self = g_new0 (KexecBlsItem, 1);

  self->entry = kexec_entry_ref (entry);
  self->id = g_ascii_strdown (id, -1);
  self->profile = g_strdup ("");
  self->sort_key = g_strdup ("");
  self->machine_id = g_strdup ("");
  self->version = g_strdup ("");
  self->tries_left = -1;
  return self;
}

void
kexec_bls_item_free (KexecBlsItem *self)
{
  kexec_entry_unref (self->entry);
  g_free (self->id);
  g_free (self->profile);
  g_free (self->sort_key);
  g_free (self->machine_id);
  g_free (self->version);
  g_free (self);
}

static int
compare_keys (const KexecBlsItem *a, const KexecBlsItem *b)
{
  int result = strcmp (a->sort_key, b->sort_key);

  if (result == 0)
    result = strcmp (a->machine_id, b->machine_id);
  return result != 0 ? result : kexec_version_compare (b->version, a->version);
}

/* Those with more tries left, and fewer done, come first. */
static int
compare_tries (const KexecBlsItem *a, const KexecBlsItem *b)
{
  if (a->tries_left < 0 || b->tries_left < 0)
    return 0;
  if (a->tries_left != b->tries_left)
    return a->tries_left > b->tries_left ? -1 : 1;
  return (a->tries_done > b->tries_done) - (a->tries_done < b->tries_done);
}

static int
compare_items (gconstpointer left, gconstpointer right)
{
  const KexecBlsItem *a = *(const KexecBlsItem *const *) left;
  const KexecBlsItem *b = *(const KexecBlsItem *const *) right;
  int result = (a->tries_left == 0) - (b->tries_left == 0);

  if (result == 0)
    result = (*a->sort_key == '\0') - (*b->sort_key == '\0');
  if (result == 0 && *a->sort_key != '\0')
    result = compare_keys (a, b);
  if (result == 0)
    result = kexec_version_compare (b->id, a->id);
  if (result == 0)
    result = (a->number > b->number) - (a->number < b->number);
  return result != 0 ? result : compare_tries (a, b);
}

void
kexec_bls_sort (GPtrArray *items)
{
  g_ptr_array_sort (items, compare_items); /* stable */
}

/* Returns: (transfer full): what a title that is not the only one gets at this attempt; may be "".
 */
static char *
make_remark (const KexecBlsItem *self, guint attempt)
{
  const char *const remarks[] = { self->version, self->machine_id, self->entry->id };
  g_autofree char *shown = kexec_printable (remarks[attempt]);

  return attempt == 1 ? g_utf8_substring (shown, 0, MIN (g_utf8_strlen (shown, -1), MACHINE_SHOWN))
                      : g_steal_pointer (&shown);
}

/* Returns: (transfer full): how often there is each title. */
static GHashTable *
count_titles (const GPtrArray *items)
{
  GHashTable *counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < items->len; i++) {
    const char *title = ((KexecBlsItem *) items->pdata[i])->entry->title;
    guint count = GPOINTER_TO_UINT (g_hash_table_lookup (counts, title));

    g_hash_table_replace (counts, g_strdup (title), GUINT_TO_POINTER (count + 1));
  }
  return counts;
}

void
kexec_bls_set_titles (GPtrArray *items)
{
  for (guint attempt = 0; attempt < 3; attempt++) {
    g_autoptr (GHashTable) counts = count_titles (items);

    if (g_hash_table_size (counts) == items->len)
      return;
    for (guint i = 0; i < items->len; i++) {
      KexecBlsItem *item = items->pdata[i];
      g_autofree char *title = g_strdup (item->entry->title);
      g_autofree char *more = NULL;

      if (GPOINTER_TO_UINT (g_hash_table_lookup (counts, title)) < 2)
        continue;
      more = make_remark (item, attempt);
      if (*more == '\0')
        continue;
      g_free (item->entry->title);
      item->entry->title = g_strdup_printf ("%s (%s)", title, more);
    }
  }
}
