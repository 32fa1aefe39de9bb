/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/method-list.h"

#include "daemon/entries.h"
#include "daemon/log.h"
#include "daemon/names.h"

/* A listing that is under way, and whom it answers. */
typedef struct {
  KexecService *service;
  GQueue asking; /* KexecRequest, owned */
} Listing;

static void
listing_free (Listing *self)
{
  g_queue_clear_full (&self->asking, (GDestroyNotify) kexec_request_unref);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Listing, listing_free)

static GVariant *
end_reply (GVariantBuilder *builder)
{
  return g_variant_ref_sink (g_variant_new ("(@aa{sv})", g_variant_builder_end (builder)));
}

/* The bus takes 32 MiB, and puts out who sends more. What does not fit are the last of thousands.
 */
static KexecListReplies
make_replies (const GPtrArray *entries)
{
  g_auto (GVariantBuilder) brief = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  g_auto (GVariantBuilder) verbose = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  gsize size = 0;

  for (guint i = 0; i < entries->len && size < KEXEC_MAX_LISTING; i++) {
    GVariant *entry = kexec_entry_to_variant (entries->pdata[i]);

    size += g_variant_get_size (entry);
    g_variant_builder_add_value (&brief, kexec_entry_variant_to_brief (entry));
    g_variant_builder_add_value (&verbose, entry);
  }
  if (size >= KEXEC_MAX_LISTING)
    kexec_log (KEXEC_EVENT_PROBLEM, NULL,
               "There are more boot entries than fit into a message, and the last of them are not "
               "listed; keep fewer of them");
  return (KexecListReplies){ end_reply (&brief), end_reply (&verbose) };
}

static void
answer (KexecRequest *request, const KexecListReplies *replies)
{
  gboolean verbose = kexec_options_get_boolean (request->options, "verbose");

  kexec_request_return (request, verbose ? replies->verbose : replies->brief);
}

static void
answer_all (GQueue *asking, const KexecListReplies *replies)
{
  for (GList *l = asking->head; l != NULL; l = l->next)
    answer (l->data, replies);
}

static void
fail (GQueue *asking, const GError *error)
{
  for (GList *l = asking->head; l != NULL; l = l->next)
    kexec_request_fail (l->data, g_error_copy (error));
}

static void begin (KexecService *service);

/* Who came meanwhile may know of a change that the listing has missed. */
static void
serve_waiting (KexecService *service)
{
  const KexecListReplies *known = kexec_list_memory_recall (&service->list_memory);

  if (g_queue_is_empty (&service->waiting_to_list))
    return;
  if (known == NULL) {
    begin (service);
    return;
  }
  answer_all (&service->waiting_to_list, known);
  g_queue_clear_full (&service->waiting_to_list, (GDestroyNotify) kexec_request_unref);
}

static void
on_listed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Listing) self = user_data;
  KexecService *service = self->service;
  g_autoptr (GError) error = NULL;
  g_autoptr (KexecListing) found = kexec_entries_list_finish (result, &error);

  service->is_listing = FALSE;
  if (found != NULL) {
    g_auto (KexecListReplies) replies = make_replies (found->entries);

    kexec_list_memory_keep (&service->list_memory, g_steal_pointer (&found->watch), &replies);
    answer_all (&self->asking, &replies);
  } else {
    fail (&self->asking, error);
  }
  serve_waiting (service);
}

/* Begins a listing for all who wait. It belongs to none of them, and runs to its end whoever
 * leaves.
 */
static void
begin (KexecService *service)
{
  Listing *self = g_new0 (Listing, 1);

  self->service = service;
  self->asking = service->waiting_to_list;
  g_queue_init (&service->waiting_to_list);
  service->is_listing = TRUE;
  kexec_entries_list_async (service->environment, TRUE, NULL, on_listed, self);
}

/* What has not changed since is answered from memory. Only a listing: what is staged is always
   looked at anew. */
void
kexec_list_run (KexecRequest *request)
{
  KexecService *service = request->service;
  const KexecListReplies *known = kexec_list_memory_recall (&service->list_memory);

  if (known != NULL) {
    answer (request, known);
    return;
  }
  g_queue_push_tail (&service->waiting_to_list, kexec_request_ref (request));
  if (!service->is_listing)
    begin (service);
}

void
kexec_list_drain (KexecService *service)
{
  g_queue_clear_full (&service->waiting_to_list, (GDestroyNotify) kexec_request_unref);
}
