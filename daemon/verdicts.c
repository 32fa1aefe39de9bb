/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/verdicts.h"

/* More are not kept: the oldest go first. */
#define VERDICTS_MAX 64

struct KexecVerdicts {
  GMutex lock;
  GHashTable *found; /* key → KexecFindings */
  GQueue order;      /* the keys, oldest first; owned by the table */
};

KexecVerdicts *
kexec_verdicts_new (void)
{
  KexecVerdicts *self = g_atomic_rc_box_new0 (KexecVerdicts);

  g_mutex_init (&self->lock);
  self->found =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  g_queue_init (&self->order);
  return self;
}

KexecVerdicts *
kexec_verdicts_ref (KexecVerdicts *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
verdicts_clear (gpointer verdicts)
{
  KexecVerdicts *self = verdicts;

  g_queue_clear (&self->order);
  g_hash_table_unref (self->found);
  g_mutex_clear (&self->lock);
}

void
kexec_verdicts_unref (KexecVerdicts *self)
{
  g_atomic_rc_box_release_full (self, verdicts_clear);
}

char *
kexec_verdicts_key (const GPtrArray *files, GVariant *circumstances)
{
  g_autoptr (GVariant) rest = g_variant_ref_sink (circumstances);
  g_autoptr (GVariant) key = NULL;
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(sstttxx)"));
  gint64 settled = (g_get_real_time () - KEXEC_VERDICT_SETTLE_SEC * G_USEC_PER_SEC) * 1000;

  for (guint i = 0; i < files->len; i++) {
    const KexecRecordFile *file = files->pdata[i];

    if (file->ctime_ns > settled || file->mtime_ns > settled)
      return NULL;
    g_variant_builder_add (&builder, "(sstttxx)", file->role, file->path, file->device, file->inode,
                           file->size, file->mtime_ns, file->ctime_ns);
  }
  key =
    g_variant_ref_sink (g_variant_new ("(@*@a(sstttxx))", rest, g_variant_builder_end (&builder)));
  return g_variant_print (key, FALSE);
}

void
kexec_verdicts_add (KexecVerdicts *self, const char *key, const KexecFindings *findings)
{
  KexecFindings *kept = kexec_findings_new ();
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  char *own = g_strdup (key);

  kexec_findings_append (kept, findings);
  if (!g_hash_table_contains (self->found, key))
    g_queue_push_tail (&self->order, own);
  /* Keeps the key that is there, and frees the new one. */
  g_hash_table_insert (self->found, own, kept);
  if (self->order.length > VERDICTS_MAX)
    g_hash_table_remove (self->found, g_queue_pop_head (&self->order));
}

gboolean
kexec_verdicts_find (KexecVerdicts *self, const char *key, KexecFindings *findings)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  const KexecFindings *found = g_hash_table_lookup (self->found, key);

  if (found == NULL)
    return FALSE;
  kexec_findings_append (findings, found);
  return TRUE;
}
