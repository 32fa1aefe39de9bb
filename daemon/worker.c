/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/worker.h"

void
kexec_worker_next (KexecService *service)
{
  KexecRequest *request = g_queue_pop_head (&service->waiting);

  if (service->worker != NULL)
    kexec_request_unref (service->worker);
  service->worker = request;
  if (request != NULL)
    request->start (request);
}

void
kexec_worker_add (KexecRequest *request, gboolean is_first, void (*start) (KexecRequest *request))
{
  KexecService *service = request->service;

  request->start = start;
  if (is_first)
    g_queue_push_head (&service->waiting, kexec_request_ref (request));
  else
    g_queue_push_tail (&service->waiting, kexec_request_ref (request));
  if (service->worker == NULL)
    kexec_worker_next (service);
}
