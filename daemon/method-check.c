/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/method-check.h"

#include "daemon/stage-request.h"
#include "daemon/worker.h"

static void
on_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  KexecRequest *request = user_data;
  GError *error = NULL;
  gboolean ok = kexec_staging_run_finish (request->staging, result, &error);
  KexecFindings *findings = kexec_staging_findings (request->staging);

  /* A blocker is an answer, anything else an error. */
  if (ok || (findings != NULL && kexec_findings_blocker (findings) != NULL)) {
    g_clear_error (&error);
    kexec_request_return (request,
                          g_variant_new ("(b@aa{sv})", ok, kexec_findings_to_variant (findings)));
  } else {
    kexec_request_fail (request, error);
  }
  kexec_worker_next (request->service);
}

static void
start (KexecRequest *request)
{
  /* It tells about trust by a finding; it needs no authorization for it. */
  request->staging = kexec_stage_new_staging (request, TRUE);
  kexec_staging_run_async (request->staging, FALSE, request->cancellable, on_checked, request);
}

void
kexec_check_run (KexecRequest *request)
{
  kexec_worker_add (request, FALSE, start);
}
