/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/stage-request.h"

#include <gio/gunixfdlist.h>

#include "daemon/dispatch.h"
#include "daemon/entries.h"
#include "daemon/late-load.h"
#include "daemon/method-stage.h"
#include "daemon/names.h"
#include "daemon/stage-action.h"
#include "daemon/text.h"
#include "image/cmdline.h"

/* --- arguments --- */

gboolean
kexec_stage_check_entry (KexecRequest *request, GError **error)
{
  g_variant_get_child (request->parameters, 0, "&s", &request->entry_id);
  if (*request->entry_id == '\0' || kexec_entry_is_id (request->entry_id))
    return kexec_late_load_check (request, error);
  g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_INVALID_ARGUMENT,
                       "That is no entry's id; 'kexecctl list' shows them");
  return FALSE;
}

/* The index in a message can be any number, and there may be no descriptors at all. */
static gboolean
take_fd (KexecRequest *request, gint32 index, const char *what, GError **error)
{
  GDBusMessage *message = g_dbus_method_invocation_get_message (request->invocation);
  GUnixFDList *list = g_dbus_message_get_unix_fd_list (message);
  int fd = -1;

  if (list != NULL && index >= 0 && index < g_unix_fd_list_get_length (list))
    fd = g_unix_fd_list_get (list, index, NULL);
  if (fd < 0) {
    g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_INVALID_ARGUMENT,
                 "The descriptor of %s did not come with the message; pass an opened file", what);
    return FALSE;
  }
  g_array_append_val (request->fds, fd);
  return TRUE;
}

gboolean
kexec_stage_check_files (KexecRequest *request, GError **error)
{
  g_autoptr (GVariant) initrds = g_variant_get_child_value (request->parameters, 1);
  gint32 kernel;
  const char *cmdline;

  g_variant_get_child (request->parameters, 0, "h", &kernel);
  g_variant_get_child (request->parameters, 2, "&s", &cmdline);
  if (!kexec_text_check (cmdline, "The command line", KEXEC_CMDLINE_MAX, error))
    return FALSE;
  if (g_variant_n_children (initrds) > KEXEC_MAX_INITRDS) {
    g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_INVALID_ARGUMENT,
                 "%" G_GSIZE_FORMAT " initrds were passed, at most %d are taken; join some of them",
                 g_variant_n_children (initrds), KEXEC_MAX_INITRDS);
    return FALSE;
  }
  if (!take_fd (request, kernel, "the kernel", error))
    return FALSE;
  for (gsize i = 0; i < g_variant_n_children (initrds); i++) {
    gint32 index;

    g_variant_get_child (initrds, i, "h", &index);
    if (!take_fd (request, index, "an initrd", error))
      return FALSE;
  }
  request->cmdline = g_strdup (cmdline);
  return TRUE;
}

/* --- resolving --- */

static void
take_entry (KexecRequest *request, KexecEntry *entry, const KexecConfig *config)
{
  const char *given = kexec_options_get_string (request->options, "cmdline");
  const char *append = kexec_options_get_string (request->options, "append");
  g_autofree char *cmdline =
    given != NULL ? g_strdup (given)
                  : kexec_cmdline_append (entry->cmdline, append != NULL ? append : "");

  /* What was granted was granted for what the prompt named. */
  if (request->entry != NULL &&
      (!g_str_equal (request->entry->id, entry->id) || !g_str_equal (request->cmdline, cmdline)))
    request->granted = 0;
  g_clear_pointer (&request->entry, kexec_entry_unref);
  request->entry = kexec_entry_ref (entry);
  g_free (request->cmdline);
  request->cmdline = g_steal_pointer (&cmdline);
  request->staged_lifetime_sec = config->staged_lifetime_sec;
}

/* Nobody is to type a password for what cannot be staged. Checks and probes have words of their own
   for it, and who may not inspect is told only after all was granted. */
static gboolean
check_blockers (const KexecRequest *request, GError **error)
{
  gboolean has_cmdline = kexec_options_get_string (request->options, "cmdline") != NULL;
  g_autoptr (KexecFindings) relevant = kexec_findings_new ();

  if (request->method->run != kexec_stage_run || !request->may_inspect)
    return TRUE;
  kexec_findings_append (relevant, request->entry->findings);
  if (has_cmdline)
    kexec_findings_drop_cmdline (relevant);
  return kexec_entry_check (relevant, !kexec_stage_changes_cmdline (request), error);
}

static void
on_listed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  KexecRequest *request = user_data;
  GError *error = NULL;
  g_autoptr (KexecListing) listing = kexec_entries_list_finish (result, &error);
  g_autoptr (KexecEntry) entry = NULL;

  if (listing != NULL)
    entry = kexec_catalog_find (listing->entries, request->entry_id, &error);
  if (entry != NULL) {
    take_entry (request, entry, listing->config);
    if (!request->is_late || kexec_late_load_check_entry (entry, request->uid, &error))
      check_blockers (request, &error);
  }
  kexec_dispatch_resolved (request, error);
}

static void
list (KexecRequest *request)
{
  kexec_entries_list_async (request->service->environment, FALSE, request->cancellable, on_listed,
                            request);
}

void
kexec_stage_resolve (KexecRequest *request)
{
  if (request->is_late && request->method->run == kexec_stage_run)
    kexec_late_load_resolve (request, list);
  else
    list (request);
}

/* --- the staging --- */

KexecStaging *
kexec_stage_new_staging (KexecRequest *request, gboolean may_be_untrusted)
{
  const KexecEnvironment *environment = request->service->environment;
  const char *title = kexec_options_get_string (request->options, "title");
  const char *profile = kexec_options_get_string (request->options, "profile");
  KexecStaging *staging;

  if (request->entry == NULL)
    return kexec_staging_new_files (environment, (const int *) (gpointer) request->fds->data,
                                    request->fds->len, profile != NULL ? profile : "",
                                    title != NULL ? title : "The kernel", request->cmdline);
  staging =
    kexec_staging_new_entry (environment, request->entry, request->cmdline, may_be_untrusted);
  kexec_staging_set_verdicts (staging, request->service->verdicts);
  if (kexec_options_get_string (request->options, "cmdline") != NULL)
    kexec_staging_replace_cmdline (staging);
  return staging;
}
